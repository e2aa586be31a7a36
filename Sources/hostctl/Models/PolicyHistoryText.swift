// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Rows of the audit for people: who changed what, when and why.
struct PolicyHistoryText {
    let rows: [PolicyHistory.Row]
    let style: Style

    func lines() -> [String] {
        let width = rows.map { "\($0.number)".count }.max() ?? 1
        return rows.flatMap { lines(of: $0, width) }
    }

    private func lines(of row: PolicyHistory.Row, _ width: Int) -> [String] {
        let number = style.paint(TextWidth.paddedLeft("\(row.number)", width), .strong)
        var parts = [
            number, TimeText.local(row.at), "generation \(row.generation)",
            style.paint(Self.word(row.action), Self.tone(row.action)), "by \(CleanText.of(row.by))",
        ]
        if !row.origin.isEmpty, row.origin != "file" { parts.append(CleanText.of(row.origin)) }
        if !row.name.isEmpty { parts.append(CleanText.of(row.name)) }
        let indent = String(repeating: " ", count: width + 2)
        let why = row.why.isEmpty ? [] : wrapped(CleanText.of(row.why), indent.count).map { indent + $0 }
        return [parts.joined(separator: "  ")] + why
            + row.changes.map { indent + style.paint(CleanText.of($0), .faint) }
    }

    private func wrapped(_ text: String, _ indent: Int) -> [String] {
        style.columns.map { TextWidth.wrapped(text, width: max($0 - indent, 20)) } ?? [text]
    }

    /// "candidate rolled back".
    private static func word(_ action: String) -> String { CleanText.of(action.replacing("_", with: " ")) }

    private static func tone(_ action: String) -> Style.Tone? {
        switch action {
        case "accepted", "promoted", "golden_passed": .good
        case "candidate_held": .moving
        case "rolled_back", "candidate_inconclusive": .warning
        case "candidate_rolled_back", "golden_failed": .bad
        default: nil
        }
    }
}
