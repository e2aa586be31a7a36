// SPDX-License-Identifier: Apache-2.0

extension ValueType<[[String]]> {
    /// Commands that run one after the other. A bare string is refused: in a list of them nobody could tell the words
    /// of one command from several commands for the shell.
    static func hooks(atMost limit: Int) -> ValueType {
        let hint = "an array of commands, like [[\"program\", \"argument\"]]"
        return ValueType(
            "list of commands", hint: hint,
            read: { node, checking in
                guard case .array(let nodes) = node.value else {
                    node.reportWrongType(hint, &checking)
                    return nil
                }
                guard nodes.count <= limit else {
                    checking.report("\(nodes.count) commands are too many (at most \(limit))", at: node.place)
                    return nil
                }
                var commands: [[String]] = []
                for node in nodes {
                    guard case .array = node.value else {
                        node.reportWrongType("each command as an array, like [[\"program\", \"argument\"]]", &checking)
                        return nil
                    }
                    guard let command = ValueType<[String]>.command.read(node, &checking) else { continue }
                    commands.append(command)
                }
                return commands.count == nodes.count ? commands : nil
            }, show: { "[" + $0.map(ValueType<[String]>.command.show).joined(separator: ", ") + "]" })
    }
}
