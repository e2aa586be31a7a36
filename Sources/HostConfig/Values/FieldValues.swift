// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<FieldPath> {
    /// Where a value stands in JSON.
    static let fieldPath = ValueType(
        "path", hint: pathHint,
        read: { node, checking in
            guard let text = node.string(hint: pathHint, &checking) else { return nil }
            if let path = FieldPath(text) { return path }
            checking.report(
                "\(quoted(text)) is no path of JSON (write one like \"message.content.*.type\")", at: node.place)
            return nil
        }, show: { quoted($0.description) })
}

private let pathHint = "a path, like \"error.message\""

extension ValueType<[LineCondition.Values]> {
    /// Values by their paths.
    static let fieldValues = ValueType(
        "table of values by their paths", hint: "a table, like { type = \"result\", \"error.code\" = [401, 403] }",
        read: { node, checking in
            node.byPath("{ type = \"result\", \"error.code\" = [401, 403] }", &checking) { node, checking in
                scalars(node, &checking)
            }?.map { LineCondition.Values(path: $0.path, values: $0.value) }
        },
        show: { all in
            shown(all.map { ($0.path, $0.values.map(text)) })
        })

    private static func scalars(_ node: TomlNode, _ checking: inout Checking) -> [AgentScalar]? {
        let nodes = if case .array(let nodes) = node.value { nodes } else { [node] }
        guard (1...64).contains(nodes.count) else {
            checking.report("\(nodes.count) values (1 to 64)", at: node.place)
            return nil
        }
        let scalars = nodes.compactMap { node -> AgentScalar? in
            switch node.value {
            case .text(let text): return .text(text)
            case .integer(let integer): return .integer(integer)
            case .decimal(let decimal): return .number(decimal)
            case .flag(let flag): return .flag(flag)
            case .table, .array, .date:
                node.reportWrongType("a string, a number, true or false; a path with dots stands in quotes", &checking)
                return nil
            }
        }
        return scalars.count == nodes.count ? scalars : nil
    }

    private static func text(_ scalar: AgentScalar) -> String {
        switch scalar {
        case .text(let text): tomlString(text)
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .null: "null"
        }
    }
}

extension ValueType<[LineCondition.Texts]> {
    /// Texts within values, by the paths of these.
    static let fieldTexts = ValueType(
        "table of texts by their paths", hint: "a table, like { \"error.message\" = [\"overloaded\"] }",
        read: { node, checking in
            node.byPath("{ \"error.message\" = [\"overloaded\"] }", &checking) { node, checking in
                ValueType<[TextNeedle]>.needles.read(node, &checking)
            }?.map { LineCondition.Texts(path: $0.path, texts: $0.value) }
        },
        show: { all in
            shown(all.map { ($0.path, $0.texts.map { tomlString($0.text) }) })
        })
}

extension ValueType<[TextNeedle]> {
    /// Texts to look for.
    static let needles = ValueType(
        "string, or a list of them", hint: "a string, or an array of strings",
        read: { node, checking in
            let nodes = if case .array(let nodes) = node.value { nodes } else { [node] }
            guard (1...64).contains(nodes.count) else {
                checking.report("\(nodes.count) texts (1 to 64)", at: node.place)
                return nil
            }
            let needles = nodes.compactMap { node -> TextNeedle? in
                guard let text = node.string(hint: "a string, or an array of strings", &checking) else { return nil }
                if (1...256).contains(text.utf8.count) { return TextNeedle(text) }
                checking.report("\(text.utf8.count) bytes (1 to 256)", at: node.place)
                return nil
            }
            return needles.count == nodes.count ? needles : nil
        }, show: { "[" + $0.map { tomlString($0.text) }.joined(separator: ", ") + "]" })
}

private func shown(_ entries: [(path: FieldPath, values: [String])]) -> String {
    let texts = entries.map { path, values in
        let value = values.count == 1 ? values.joined() : "[" + values.joined(separator: ", ") + "]"
        return "\(shownKey(path.description)) = \(value)"
    }
    return texts.isEmpty ? "{}" : "{ " + texts.joined(separator: ", ") + " }"
}

extension TomlNode {
    /// The entries of a table whose keys are paths of JSON.
    fileprivate func byPath<Value>(
        _ example: String, _ checking: inout Checking, _ read: (TomlNode, inout Checking) -> Value?
    ) -> [(path: FieldPath, value: Value)]? {
        guard case .table(let entries) = value else {
            reportWrongType("a table, like \(example)", &checking)
            return nil
        }
        let all = entries.compactMap { entry -> (FieldPath, Value)? in
            checking.inside(entry.key) { checking in
                guard let path = FieldPath(entry.key) else {
                    checking.report(
                        "\(quoted(entry.key)) is no path of JSON (write one like \"error.message\")", at: entry.keyPlace
                    )
                    return nil
                }
                return read(entry.node, &checking).map { (path, $0) }
            }
        }
        return all.count == entries.count ? all : nil
    }
}
