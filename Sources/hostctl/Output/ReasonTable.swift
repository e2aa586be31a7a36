// SPDX-License-Identifier: Apache-2.0

/// Things in aligned columns, one a line, each with a reason in the last column. On a terminal the reason of one that
/// needs a look stands below in full when the line has no room for it; other reasons are cut.
struct ReasonTable {
    /// One thing.
    struct Row {
        /// The symbol of its state, in its colour.
        var mark: String
        /// A cell for each column but the last, each with its tone.
        var cells: [(text: String, tone: Style.Tone?)]
        /// What stands in the last column.
        var reason: String
        /// The tone of the reason.
        var tone: Style.Tone?
        /// Whether a person should read all of the reason.
        var isLoud: Bool
    }

    private static let gap = "  "
    /// Longer reasons go on no further below.
    private static let reasonLineLimit = 4

    private let heads: [String]
    private let numbers: Set<Int>
    private let rows: [Row]
    private let widths: [Int]
    private let style: Style

    /// A table with these heads; the columns `numbers` stand to the right.
    init(_ heads: [String], numbers: Set<Int>, rows: [Row], style: Style) {
        self.heads = heads
        self.numbers = numbers
        self.rows = rows
        self.style = style
        widths = heads.indices.dropLast().map { column in
            max(TextWidth.of(heads[column]), rows.map { TextWidth.of($0.cells[column].text) }.max() ?? 0)
        }
    }

    func lines() -> [String] {
        let shown = widths.indices.map { aligned(heads[$0], $0) } + [heads.last ?? ""]
        return [style.paint("  " + shown.joined(separator: Self.gap), .faint)] + rows.flatMap(lines)
    }

    private func lines(of row: Row) -> [String] {
        let cells = widths.indices.map { style.paint(aligned(row.cells[$0].text, $0), row.cells[$0].tone) }
        let start = row.mark + " " + cells.joined(separator: Self.gap)
        let used = 2 + widths.reduce(0) { $0 + $1 + Self.gap.count }
        guard let columns = style.columns, used + TextWidth.of(row.reason) > columns else {
            return [row.reason.isEmpty ? start : start + Self.gap + style.paint(row.reason, row.tone)]
        }
        if row.isLoud || columns - used < 12 { return [start] + below(row, columns: columns) }
        return [start + Self.gap + style.paint(style.cut(row.reason, columns - used), row.tone)]
    }

    private func below(_ row: Row, columns: Int) -> [String] {
        let indent = String(repeating: " ", count: 4)
        var parts = TextWidth.wrapped(row.reason, width: columns - indent.count)
        if !row.isLoud {
            parts = [style.cut(row.reason, columns - indent.count)]
        } else if parts.count > Self.reasonLineLimit {
            let rest = parts[(Self.reasonLineLimit - 1)...].joined(separator: " ")
            parts = parts.prefix(Self.reasonLineLimit - 1) + [style.cut(rest, columns - indent.count)]
        }
        return parts.map { indent + style.paint($0, row.tone) }
    }

    private func aligned(_ text: String, _ column: Int) -> String {
        numbers.contains(column)
            ? TextWidth.paddedLeft(text, widths[column]) : TextWidth.padded(text, widths[column])
    }
}
