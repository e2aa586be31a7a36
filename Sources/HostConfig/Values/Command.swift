// SPDX-License-Identifier: Apache-2.0

extension ValueType<[String]> {
    /// A program with its arguments, or a line for /bin/sh -c; `${…}` is looked at in both.
    static let command = command(isLaunched: false)
    /// The same, where each launch fills in figures of the network.
    static let launchedCommand = command(isLaunched: true)

    private static func command(isLaunched: Bool) -> ValueType {
        ValueType(
            "command", hint: "an array of strings, or a string for /bin/sh -c",
            read: { node, checking in
                let reader = CommandReader(isLaunched: isLaunched)
                switch node.value {
                case .array(let nodes): return reader.words(nodes, at: node.place, &checking)
                case .text: return reader.shell(node, &checking)
                default:
                    node.reportWrongType("an array of strings, or a string for /bin/sh -c", &checking)
                    return nil
                }
            },
            show: { "[" + $0.map { tomlString(Interpolation.escape($0)) }.joined(separator: ", ") + "]" })
    }
}

private struct CommandReader {
    let isLaunched: Bool

    func words(_ nodes: [TomlNode], at place: Place, _ checking: inout Checking) -> [String]? {
        guard let first = nodes.first else {
            checking.report("is empty (write [\"program\", \"argument\"])", at: place)
            return nil
        }
        var words: [String] = []
        for node in nodes {
            guard let text = node.string(hint: node.written.map { "\"\($0)\"" } ?? "a string", &checking),
                let word = Interpolation.expand(text, at: node.place, isLaunched: isLaunched, &checking)
            else { continue }
            words.append(word)
        }
        guard words.count == nodes.count else { return nil }
        if words.first?.isEmpty ?? true {
            checking.report("the program is empty (write [\"program\", \"argument\"])", at: first.place)
            return nil
        }
        return words
    }

    func shell(_ node: TomlNode, _ checking: inout Checking) -> [String]? {
        guard let text = node.string(hint: "a string", &checking) else { return nil }
        guard text.contains(where: { !$0.isWhitespace }) else {
            checking.report("is empty (write [\"program\", \"argument\"])", at: node.place)
            return nil
        }
        return Interpolation.expand(text, at: node.place, isLaunched: isLaunched, &checking).map {
            ["/bin/sh", "-c", $0]
        }
    }
}
