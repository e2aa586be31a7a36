// SPDX-License-Identifier: Apache-2.0

/// The words of a command that a kind or a submission gives. What they say of known variables is filled in; anything
/// else in `${…}` is left to the program, which may be a shell with variables of its own.
public struct JobWords: Hashable, Sendable {
    /// The words as they were written.
    public var words: [String]

    /// These words.
    public init(_ words: [String]) {
        self.words = words
    }

    /// The variables that have nothing to stand for.
    public func missing(_ values: TemplateValues) -> Set<TemplateVariable> {
        Set(
            TemplateVariable.allCases.filter { variable in
                values[variable].isEmpty && words.contains { $0.has(variable.reference) }
            })
    }

    /// The words with their variables filled in.
    public func filled(_ values: TemplateValues) -> [String] {
        words.map { Self.filled($0, values) }
    }

    /// One text with its variables filled in.
    public static func filled(_ text: String, _ values: TemplateValues) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if let (reference, value) = reference(at: rest, values) {
                result += value
                rest = rest.dropFirst(reference.count)
            } else if reference(at: rest.dropFirst(), values) != nil {
                // `$${session}` is a literal `${session}`.
                rest = rest.dropFirst()
                result += "$"
                rest = rest.dropFirst()
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    /// The variable that a text begins with, and what it stands for; nil where that is no variable that is known.
    private static func reference(at text: Substring, _ values: TemplateValues) -> (String, String)? {
        if let variable = TemplateVariable.allCases.first(where: { text.hasPrefix($0.reference) }) {
            return (variable.reference, values[variable])
        }
        guard text.hasPrefix("${"), let end = text.firstIndex(of: "}") else { return nil }
        guard case .model(let tier)? = LaunchFigure(name: String(text[..<end].dropFirst(2))),
            let model = values.models[tier]
        else { return nil }
        return (String(text[...end]), model)
    }
}

extension String {
    fileprivate func has(_ other: String) -> Bool {
        let (text, needle) = (Array(utf8), Array(other.utf8))
        guard text.count >= needle.count else { return false }
        return (0...(text.count - needle.count)).contains { text[$0..<($0 + needle.count)].elementsEqual(needle) }
    }
}

extension AgentPreset {
    /// A plain command: its exit code says how it went.
    public static let plain = AgentPreset(name: "generic", command: ArgumentTemplate([.arguments]))

    /// Whether its command has a place for arguments of the job.
    public var takesArguments: Bool { command.items.contains(.arguments) }
}
