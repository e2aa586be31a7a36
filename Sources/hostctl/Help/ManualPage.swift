// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The page of docs/hostctl about one verb, as Markdown.
struct ManualPage {
    let verb: Verb

    /// Its lines.
    func lines() -> [String] {
        var lines = [
            "<!-- `make docs` writes this page from the table of verbs in Sources/hostctl. -->", "",
            "# hostctl \(verb.name)", "",
        ]
        lines += introduction(of: verb)
        if verb.actions.isEmpty {
            lines += ["", "## Options"] + table(of: verb.options)
        } else {
            lines += ["", "| action | |", "|---|---|"]
            lines += verb.actions.map {
                "| [`\($0.action)`](#hostctl-\($0.name.replacing(" ", with: "-"))) | \(Self.cell($0.summary)) |"
            }
            lines += ["", "## Options"]
        }
        lines += ["", "Those of every verb:"] + table(of: CommandOption.everywhere)
        lines += examples(of: verb, heading: "##") + exitCodes(of: verb, heading: "##")
        for action in verb.actions {
            lines += ["", "## hostctl \(action.name)", ""] + introduction(of: action)
            if !action.options.isEmpty { lines += ["", "### Options of \(action.action)"] + table(of: action.options) }
            lines += examples(of: action, heading: "###") + exitCodes(of: action, heading: "###")
        }
        return lines
    }

    private func introduction(of verb: Verb) -> [String] {
        var lines = [
            "    hostctl \(verb.usage)", "", verb.summary.prefix(1).uppercased() + verb.summary.dropFirst() + ".",
        ]
        for paragraph in verb.details { lines += [""] + TextWidth.wrapped(Self.escaped(paragraph), width: 120) }
        if !verb.sample.isEmpty { lines += [""] + verb.sample.map { $0.isEmpty ? "" : "    " + $0 } }
        return lines
    }

    /// Nothing where there are none.
    private func table(of options: [CommandOption]) -> [String] {
        options.isEmpty ? [] : ["", "| option | |", "|---|---|"] + options.map(row)
    }

    /// Of an action the headings say whose they are: they are unlike all others of the page.
    private func examples(of verb: Verb, heading: String) -> [String] {
        let suffix = verb.name == self.verb.name ? "" : " of \(verb.action)"
        var lines = ["", "\(heading) \(verb.examples.count == 1 ? "Example" : "Examples")\(suffix)"]
        for example in verb.examples { lines += ["", "    $ " + example.command, "", Self.sentence(example.meaning)] }
        return lines
    }

    private func exitCodes(of verb: Verb, heading: String) -> [String] {
        let suffix = verb.name == self.verb.name ? "" : " of \(verb.action)"
        return ["", "\(heading) Exit codes\(suffix)", "", "| | |", "|---|---|"]
            + Help.exitCodes(of: verb).map { "| \($0.code.rawValue) | \(Self.cell($0.meaning)) |" }
    }

    private func row(_ option: CommandOption) -> String {
        let names =
            (option.letter.map { "`-\($0)`, " } ?? "") + "`--\(option.name)\(option.value.map { " " + $0 } ?? "")`"
        return "| \(names) | \(Self.cell(option.meaning)) |"
    }

    private static func sentence(_ text: String) -> String {
        escaped(text.prefix(1).uppercased() + text.dropFirst() + ".")
    }

    private static func cell(_ text: String) -> String { escaped(text).replacing("|", with: "\\|") }

    /// What Markdown would take for its own is shown as it is.
    private static func escaped(_ text: String) -> String {
        text.replacing("*", with: "\\*").replacing("<", with: "&lt;").replacing("_", with: "\\_")
    }
}
