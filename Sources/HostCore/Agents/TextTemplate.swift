// SPDX-License-Identifier: Apache-2.0

/// A text with variables in it: `--model=${model}`. `$$` is a literal `$`.
public struct TextTemplate: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case text(String)
        case variable(TemplateVariable)
    }

    private let parts: [Part]
    /// As it was written.
    public let source: String

    /// Reads a template.
    public init(parsing source: String) throws(TemplateError) {
        self.source = source
        var parts: [Part] = []
        var text = String.UnicodeScalarView()
        var rest = source.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "$", let next = rest.first, next == "$" || next == "{" else {
                text.append(scalar)
                continue
            }
            rest.removeFirst()
            if next == "$" {
                text.append(scalar)
                continue
            }
            guard let end = rest.firstIndex(of: "}") else { throw .unclosed }
            guard let variable = TemplateVariable(rawValue: String(rest[..<end])) else { throw .unknownVariable }
            if !text.isEmpty { parts.append(.text(String(text))) }
            text = String.UnicodeScalarView()
            parts.append(.variable(variable))
            rest = rest[rest.index(after: end)...]
        }
        if !text.isEmpty { parts.append(.text(String(text))) }
        self.parts = parts
    }

    /// The first of its variables that is empty.
    func emptyVariable(_ values: TemplateValues) -> TemplateVariable? {
        for case .variable(let variable) in parts where values[variable].isEmpty { return variable }
        return nil
    }

    /// The text with its variables filled in; empty ones leave nothing.
    public func filled(_ values: TemplateValues) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let fixed): text += fixed
            case .variable(let variable): text += values[variable]
            }
        }
    }
}

/// A longer text in pieces. A piece with a variable that is empty is left out.
public struct PromptTemplate: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// The pieces, in order.
    public var pieces: [TextTemplate]

    /// A text of `pieces`.
    public init(_ pieces: [TextTemplate]) {
        self.pieces = pieces
    }

    /// A text of pieces that stand in the code.
    public init(arrayLiteral pieces: TextTemplate...) {
        self.pieces = pieces
    }

    /// The pieces that have all of their variables, an empty line between each two.
    public func filled(_ values: TemplateValues) -> String {
        pieces.filter { $0.emptyVariable(values) == nil }.map { $0.filled(values) }.joined(separator: "\n\n")
    }
}

extension TextTemplate: ExpressibleByStringLiteral {
    /// A template that stands in the code: one that is wrong there ends the program.
    public init(stringLiteral text: String) {
        do {
            self = try TextTemplate(parsing: text)
        } catch {
            preconditionFailure("\(text): \(error)")
        }
    }
}
