// SPDX-License-Identifier: Apache-2.0

/// Values that stay as they are written: somebody else fills in their `${…}`, or shows them again.
extension ValueType<String> {
    /// Any text that says something.
    static let verbatim = ValueType(
        "string", hint: "a string",
        read: { node, checking in
            guard let text = node.string(hint: node.written.map { "\"\($0)\"" } ?? "a string", &checking) else {
                return nil
            }
            if !text.isEmpty { return text }
            checking.report("is empty (leave the key out)", at: node.place)
            return nil
        }, show: tomlString)

    /// A time within `range`, as it is written.
    static func verbatimTime(_ range: ClosedRange<Duration>) -> ValueType {
        let time = ValueType<Duration>.time(range)
        return ValueType(
            time.name, range: time.range, hint: time.hint,
            read: { node, checking in
                guard time.read(node, &checking) != nil, case .text(let text) = node.value else { return nil }
                return text
            }, show: quoted)
    }
}

extension ValueType<[String]> {
    /// A program with its arguments, or a line for /bin/sh -c.
    static let verbatimCommand = ValueType(
        "command", hint: "an array of strings, or a string for /bin/sh -c",
        read: { node, checking in
            if case .text = node.value {
                guard let line = ValueType<String>.verbatim.read(node, &checking) else { return nil }
                guard let variable = JobVariables.dangerous(in: line) else { return ["/bin/sh", "-c", line] }
                checking.report(JobVariables.danger(variable), at: node.place)
                return nil
            }
            guard case .array(let nodes) = node.value else {
                node.reportWrongType("an array of strings, or a string for /bin/sh -c", &checking)
                return nil
            }
            let words = nodes.compactMap { node in
                node.string(hint: node.written.map { "\"\($0)\"" } ?? "a string", &checking)
            }
            guard words.count == nodes.count else { return nil }
            if let first = words.first, !first.isEmpty { return words }
            checking.report("has no program (write [\"program\", \"argument\"])", at: node.place)
            return nil
        }, show: { "[" + $0.map(tomlString).joined(separator: ", ") + "]" })
}

extension ValueType<[String: String]> {
    /// Environment variables. Their values may be secrets: no message shows one.
    static let verbatimEnvironment = ValueType(
        "table of strings", hint: "a table, like { NAME = \"value\" }",
        read: { node, checking in
            guard case .table(let entries) = node.value else {
                checking.report("this is \(node.typeName) (write a table, like { NAME = \"value\" })", at: node.place)
                return nil
            }
            var values: [String: String] = [:]
            for entry in entries {
                checking.inside(entry.key) { checking in
                    guard case .text(let text) = entry.node.value else {
                        let message = "this is \(entry.node.typeName) (write the value in quotes)"
                        return checking.report(message, at: entry.node.place)
                    }
                    values[entry.key] = text
                }
            }
            return values
        }, show: { "{ " + $0.keys.sorted().map { "\(shownKey($0)) = \"…\"" }.joined(separator: ", ") + " }" })
}
