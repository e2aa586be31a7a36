// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<String> {
    /// When a job is due.
    static let schedule = ValueType(
        "schedule", hint: "a schedule, like \"Mon 09:00\"",
        read: { node, checking in
            guard let text = node.string(hint: "a schedule, like \"Mon 09:00\"", &checking) else { return nil }
            return node.parsed(&checking) { () throws(ValueError) in
                do throws(ScheduleError) {
                    _ = try Schedule(parsing: text)
                    return text
                } catch {
                    throw ValueError(message: error.description)
                }
            }
        }, show: tomlString)
}
