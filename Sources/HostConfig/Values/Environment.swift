// SPDX-License-Identifier: Apache-2.0

extension ValueType<[String: String]> {
    /// Environment variables. Their values may be secrets: no message shows one.
    static let environment = ValueType(
        "table of strings", hint: "a table, like { NAME = \"value\" }",
        read: { node, checking in
            guard case .table(let entries) = node.value else {
                checking.report("this is \(node.typeName) (write a table, like { NAME = \"value\" })", at: node.place)
                return nil
            }
            var values: [String: String] = [:]
            for entry in entries {
                checking.inside(entry.key) { checking in
                    guard EnvironmentReader.check(name: entry.key, at: entry.keyPlace, &checking) else { return }
                    checking.note(entry.node.place)
                    values[entry.key] = EnvironmentReader.value(entry.node, &checking)
                }
            }
            return values
        },
        show: { values in
            guard !values.isEmpty else { return "{}" }
            let entries = values.keys.sorted().map { "\(shownKey($0)) = \"…\"" }
            return "{ " + entries.joined(separator: ", ") + " }"
        })
}

enum EnvironmentReader {
    /// hostd sets these for each launch.
    private static let own: Set = [
        "HOSTD_SERVICE", "HOSTD_JOB", "HOSTD_ATTEMPT", "HOSTD_INSTANCE", "HOSTD_MODELS_FILE", "NOTIFY_SOCKET",
        "WATCHDOG_USEC", "WATCHDOG_PID",
    ]

    static func check(name: String, at place: Place, _ checking: inout Checking) -> Bool {
        if own.contains(name) {
            checking.report("hostd sets this variable itself (leave it out)", at: place)
            return false
        }
        let isFine =
            !name.isEmpty && name.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && $0 != "=" }
        if !isFine {
            checking.report("\(quoted(name)) is no name of a variable (write one like \"HTTP_PROXY\")", at: place)
        }
        return isFine
    }

    static func value(_ node: TomlNode, _ checking: inout Checking) -> String? {
        guard case .text(let text) = node.value else {
            let right = node.written == nil ? "a string" : "the value in quotes"
            checking.report("this is \(node.typeName) (write \(right))", at: node.place)
            return nil
        }
        guard !text.utf8.contains(0) else {
            checking.report("has a NUL character in it (leave it out)", at: node.place)
            return nil
        }
        return Interpolation.expand(text, at: node.place, isLaunched: true, &checking)
    }
}
