// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<[String]> {
    /// A command of a job: its variables stay until it is launched. An empty one is the preset's.
    static let jobCommand = ValueType(
        "command", hint: command.hint,
        read: { node, checking in
            if case .array(let nodes) = node.value, nodes.isEmpty { return [] }
            guard let words = checking.keepingJobVariables({ command.read(node, &$0) }) else { return nil }
            guard case .text(let line) = node.value, let variable = JobVariables.dangerous(in: line) else {
                return words
            }
            checking.report(JobVariables.danger(variable), at: node.place)
            return nil
        },
        show: { "[" + $0.map(tomlString).joined(separator: ", ") + "]" })
}

extension ValueType<String> {
    /// What an agent is told, of several lines if need be.
    static let prompt = ValueType(
        "text", hint: "a string, like \"\"\"Review the newest commit.\"\"\"",
        read: { node, checking in
            checking.keepingJobVariables { checking in
                Interpolation.text(node, hint: "a string, like \"Review the newest commit.\"", &checking)
            }
        }, show: tomlString)

    /// A file of a job's directory.
    static let jobFile = ValueType(
        "path below the directory", hint: "a path, like \"progress.json\"",
        read: { node, checking in
            guard let text = node.string(hint: "a path, like \"progress.json\"", &checking) else { return nil }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            let isFine =
                (1...1024).contains(text.utf8.count) && !parts.contains { ["", ".", ".."].contains($0) }
                && !text.unicodeScalars.contains { $0.value < 32 }
            if isFine { return text }
            checking.report(
                "\(quoted(text)) is no file below the job's directory (write one like \"progress.json\")",
                at: node.place)
            return nil
        }, show: tomlString)

    /// The name of a time zone; that the host knows it is seen when it is used.
    static let timeZone = ValueType(
        "time zone", hint: "a time zone, like \"Europe/Berlin\"",
        read: { node, checking in
            guard let text = node.string(hint: "a time zone, like \"Europe/Berlin\"", &checking) else { return nil }
            let isFine =
                text.utf8.count <= 64 && text.utf8.allSatisfy(isZoneByte)
                && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
            if isFine { return text }
            checking.report(
                "\(quoted(text)) is no time zone (write one like \"Europe/Berlin\" or \"UTC\")", at: node.place)
            return nil
        }, show: tomlString)

    private static func isZoneByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
