// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The page of docs/hostctl about one verb, as Markdown.
struct ManualPage {
    let verb: Verb

    /// Its lines.
    func lines() -> [String] {
        var lines = [
            "<!-- `make docs` writes this page from the table of verbs in Sources/hostctl. -->", "",
            "# hostctl \(verb.name)", "", "    hostctl \(verb.usage)", "",
            verb.summary.prefix(1).uppercased() + verb.summary.dropFirst() + ".",
        ]
        for paragraph in verb.details { lines += [""] + TextWidth.wrapped(Self.escaped(paragraph), width: 120) }
        if !verb.sample.isEmpty { lines += [""] + verb.sample.map { $0.isEmpty ? "" : "    " + $0 } }
        lines += ["", "## Options", "", "| option | |", "|---|---|"]
        lines += verb.options.map(row)
        lines += ["", "Those of every verb:", "", "| option | |", "|---|---|"]
        lines += CommandOption.everywhere.map(row)
        lines += ["", verb.examples.count == 1 ? "## Example" : "## Examples"]
        for example in verb.examples { lines += ["", "    $ " + example.command, "", Self.sentence(example.meaning)] }
        lines += ["", "## Exit codes", "", "| | |", "|---|---|"]
        lines += Help.exitCodes(of: verb).map { "| \($0.code.rawValue) | \(Self.cell($0.meaning)) |" }
        if verb.options.isEmpty { lines.removeSection("## Options", upTo: "Those of every verb:") }
        return lines
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

extension [String] {
    /// Without the table before `end`; the heading stays.
    fileprivate mutating func removeSection(_ heading: String, upTo end: String) {
        guard let start = firstIndex(of: heading), let stop = firstIndex(of: end), start + 1 < stop else { return }
        removeSubrange((start + 2)..<stop)
    }
}
