// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The help pages, made from the table of verbs.
enum Help {
    /// What `hostctl help` says.
    static func overview() -> [String] {
        var lines = [
            "usage: hostctl VERB [NAME…] [options]", "", "Asks and steers hostd, which keeps services running.", "",
        ]
        let width = VerbTable.all.map(\.name.count).max() ?? 0
        lines += VerbTable.all.map { "  \(TextWidth.padded($0.name, width))  \($0.summary)" }
        lines += ["", "Options of every verb:"] + options(CommandOption.everywhere)
        lines += ["", "Exit codes:"]
        lines += ExitCode.allCases.map { exitCode($0, meaning($0)) }
        lines += ["", "Topics, for hostctl help TOPIC:"]
        let topicWidth = HelpTopic.all.map(\.name.count).max() ?? 0
        lines += HelpTopic.all.map { "  \(TextWidth.padded($0.name, topicWidth))  \($0.summary)" }
        lines += ["", "hostctl VERB --help says more, with examples."]
        return lines
    }

    /// What `hostctl VERB --help` says.
    static func page(of verb: Verb) -> [String] {
        var lines = [
            "usage: hostctl \(verb.usage)", "", verb.summary.prefix(1).uppercased() + verb.summary.dropFirst() + ".",
        ]
        for paragraph in verb.details { lines += [""] + TextWidth.wrapped(paragraph, width: 78) }
        if !verb.actions.isEmpty {
            let width = verb.actions.map(\.action.count).max() ?? 0
            lines += ["", "Actions, each with a --help of its own:"]
            lines += verb.actions.map { "  \(TextWidth.padded($0.action, width))  \($0.summary)" }
        }
        if !verb.options.isEmpty { lines += ["", "Options:"] + options(verb.options) }
        lines += ["", "Options of every verb:"] + options(CommandOption.everywhere)
        lines += ["", verb.examples.count == 1 ? "Example:" : "Examples:"]
        for example in verb.examples { lines += ["  " + example.command, "      " + example.meaning] }
        lines += ["", "Exit codes:"]
        lines += exitCodes(of: verb).map { exitCode($0.code, $0.meaning) }
        return lines
    }

    /// What a verb's exit codes mean.
    static func exitCodes(of verb: Verb) -> [(code: ExitCode, meaning: String)] {
        ExitCode.allCases.compactMap { code in
            let text = verb.exitCodes[code] ?? (isCommon(code, to: verb) ? meaning(code) : nil)
            return text.map { (code, $0) }
        }
    }

    /// The table of verbs for programs.
    static var json: JSON {
        ["options": json(of: CommandOption.everywhere), "verbs": .array(VerbTable.all.map { json(of: $0) })]
    }

    static func json(of verb: Verb) -> JSON {
        [
            "name": .string(verb.name), "usage": .string("hostctl " + verb.usage), "summary": .string(verb.summary),
            "options": json(of: verb.options), "actions": .array(verb.actions.map { json(of: $0) }),
            "examples": .array(
                verb.examples.map { ["command": .string($0.command), "meaning": .string($0.meaning)] }),
        ]
    }

    private static func json(of options: [CommandOption]) -> JSON {
        .array(
            options.map {
                [
                    "name": .string($0.name), "letter": JSON($0.letter.map { String($0) }), "value": JSON($0.value),
                    "meaning": .string($0.meaning),
                ]
            })
    }

    private static func options(_ options: [CommandOption]) -> [String] {
        let width = options.map(\.usage.count).max() ?? 0
        return options.map { "  \(TextWidth.padded($0.usage, width))  \($0.meaning)" }
    }

    private static func exitCode(_ code: ExitCode, _ text: String) -> String {
        "  \(TextWidth.padded("\(code.rawValue)", 2))  \(text)"
    }

    /// Whether a verb can end with this code without saying anything special by it.
    private static func isCommon(_ code: ExitCode, to verb: Verb) -> Bool {
        switch code {
        case .fine, .usage: true
        case .failed, .unreachable, .notPermitted: verb.asksHostd
        case .attention, .noSuchName, .badFile: false
        }
    }

    private static func meaning(_ code: ExitCode) -> String {
        switch code {
        case .fine: "all is fine"
        case .failed: "it did not work"
        case .usage: "the command line is wrong"
        case .attention: "status found something that is not as it should be"
        case .noSuchName: "there is nothing of that name"
        case .unreachable: "hostd cannot be reached"
        case .notPermitted: "not permitted"
        case .badFile: "a configuration file is wrong"
        }
    }
}
