// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The variables that stand in commands, prompts and environments of jobs until an attempt is launched.
enum JobVariables {
    private static let names = ["prompt", "session", "checkpoint", "attempt", "model", "job"]
    /// `${model.TIER}` is the model of another tier.
    private static let tier = "model."

    /// Numbers that hostd gives: they mean nothing to a shell.
    private static let harmless: Set = ["attempt", "job"]

    /// The first variable in a line for the shell whose value the shell would read as a part of its program.
    static func dangerous(in line: String) -> String? {
        used(in: line).first { (isKnown($0) || TemplateVariable(rawValue: $0) != nil) && !harmless.contains($0) }
    }

    /// What is wrong with such a line.
    static func danger(_ name: String) -> String {
        "the shell would take what \"${\(name)}\" stands for as a part of its program "
            + "(write an array, like [\"/bin/sh\", \"-c\", \"… \\\"$1\\\"\", \"sh\", \"${\(name)}\"])"
    }

    /// For messages: `${prompt}, ${session}, …`.
    static let list = (names + [tier + "TIER"]).map { "${\($0)}" }.joined(separator: ", ")

    /// Whether `${name}` has a value at a launch.
    static func isKnown(_ name: String) -> Bool {
        if names.contains(name) { return true }
        guard name.hasPrefix(tier), let tier = ServiceName(String(name.dropFirst(tier.count))) else { return false }
        return tier.instanceNumber == nil
    }

    /// `${name}` for a message; what is no misspelling of a variable may be part of a secret.
    static func shown(_ name: String) -> String {
        let isNear = name.hasPrefix(tier) || Suggestion.nearest(to: name, among: names) != nil
        return isNear ? quoted("${\(name)}") : "\"${…}\""
    }

    /// The tiers whose models `text` names as `${model.TIER}`.
    static func tiers(in text: String) -> [String] {
        used(in: text).filter { $0.hasPrefix(tier) && isKnown($0) }.map { String($0.dropFirst(tier.count)) }
    }

    /// The names of the variables in `text`, which is right.
    static func used(in text: String) -> [String] {
        var found: [String] = []
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "$", let next = rest.popFirst(), next == "{" else { continue }
            let name = rest.prefix { $0 != "}" }
            found.append(String(name))
            rest = rest[name.endIndex...]
        }
        return found
    }
}
