// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<TextTemplate> {
    /// A text with variables of jobs in it.
    static let template = ValueType(
        "text with variables", hint: "a string, like \"${model}\"",
        read: { node, checking in
            guard let text = node.string(hint: "a string, like \"${model}\"", &checking) else { return nil }
            return node.template(text, &checking)
        }, show: { tomlString($0.source) })
}

extension ValueType<PromptTemplate> {
    /// A text in one piece or in several.
    static let prompt = ValueType(
        "text with variables, or a list of them", hint: "a string, or an array of strings",
        read: { node, checking in
            let piece = ValueType<TextTemplate>.template
            guard case .array(let nodes) = node.value else {
                return piece.read(node, &checking).map { PromptTemplate([$0]) }
            }
            guard nodes.count <= 32 else {
                checking.report("\(nodes.count) pieces are too many (at most 32)", at: node.place)
                return nil
            }
            let pieces = nodes.compactMap { piece.read($0, &checking) }
            return pieces.count == nodes.count ? PromptTemplate(pieces) : nil
        }, show: { "[" + $0.pieces.map { tomlString($0.source) }.joined(separator: ", ") + "]" })
}

extension ValueType<ArgumentTemplate> {
    /// The arguments of a command, with groups that are left out where a variable in them is empty.
    static let arguments = ValueType(
        "command with variables", hint: "an array, like [\"agent\", \"${prompt}\", [\"--model\", \"${model}\"]]",
        read: { node, checking in
            guard case .array(let nodes) = node.value else {
                node.reportWrongType("an array, like [\"agent\", \"${prompt}\"]", &checking)
                return nil
            }
            guard (1...256).contains(nodes.count) else {
                checking.report("\(nodes.count) arguments (1 to 256)", at: node.place)
                return nil
            }
            let items = nodes.compactMap { item($0, &checking) }
            return items.count == nodes.count ? ArgumentTemplate(items) : nil
        }, show: { "[" + $0.items.map(shown).joined(separator: ", ") + "]" })

    private static func item(_ node: TomlNode, _ checking: inout Checking) -> ArgumentTemplate.Item? {
        if case .text(ArgumentTemplate.arguments) = node.value { return .arguments }
        let argument = ValueType<TextTemplate>.template
        guard case .array(let nodes) = node.value else {
            return argument.read(node, &checking).map { .argument($0) }
        }
        guard (1...16).contains(nodes.count) else {
            checking.report("\(nodes.count) arguments in a group (1 to 16)", at: node.place)
            return nil
        }
        let arguments = nodes.compactMap { argument.read($0, &checking) }
        return arguments.count == nodes.count ? .group(arguments) : nil
    }

    private static func shown(_ item: ArgumentTemplate.Item) -> String {
        switch item {
        case .argument(let argument): tomlString(argument.source)
        case .group(let group): "[" + group.map { tomlString($0.source) }.joined(separator: ", ") + "]"
        case .arguments: tomlString(ArgumentTemplate.arguments)
        }
    }
}

extension ValueType<[String: TextTemplate]> {
    /// Environment variables whose values have variables of jobs in them.
    static let templates = ValueType(
        "table of texts with variables", hint: "a table, like { MODEL = \"${model}\" }",
        read: { node, checking in
            guard case .table(let entries) = node.value else {
                node.reportWrongType("a table, like { MODEL = \"${model}\" }", &checking)
                return nil
            }
            var values: [String: TextTemplate] = [:]
            for entry in entries {
                checking.inside(entry.key) { checking in
                    guard EnvironmentReader.check(name: entry.key, at: entry.keyPlace, &checking) else { return }
                    values[entry.key] = ValueType<TextTemplate>.template.read(entry.node, &checking)
                }
            }
            return values
        },
        show: { values in
            let entries = values.sorted { $0.key < $1.key }.map {
                "\(shownKey($0.key)) = \(tomlString($0.value.source))"
            }
            return entries.isEmpty ? "{}" : "{ " + entries.joined(separator: ", ") + " }"
        })
}

extension TomlNode {
    fileprivate func template(_ text: String, _ checking: inout Checking) -> TextTemplate? {
        parsed(&checking) { () throws(ValueError) in
            do throws(TemplateError) {
                return try TextTemplate(parsing: text)
            } catch {
                throw ValueError(message: error.description)
            }
        }
    }
}
