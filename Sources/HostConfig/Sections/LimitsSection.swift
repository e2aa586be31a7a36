// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[service.NAME.limits]`
enum LimitsSection {
    static let section = Section(
        "service.NAME.limits", empty: LaunchSpecification(command: []),
        hint: "a table, like { open_files = 65536 }",
        keys: [
            Key(
                "open_files", .integer(16...1_073_741_816), \.openFiles, also: ["nofile"],
                "So many descriptors may be open; hostd's own limit if not given.")
        ])
}

extension LaunchSpecification {
    /// The resource limit `nofile`.
    fileprivate var openFiles: UInt64? {
        get { limits.first { $0.name == "nofile" }?.value }
        set {
            limits.removeAll { $0.name == "nofile" }
            if let newValue { limits.append(ResourceLimit(name: "nofile", value: newValue)) }
        }
    }
}
