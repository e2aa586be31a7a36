// SPDX-License-Identifier: Apache-2.0

/// Figures in aligned columns, one thing a line.
struct FigureTable {
    /// The head of each column.
    let heads: [String]
    /// The columns that stand to the right.
    let numbers: Set<Int>
    /// The cells of each line.
    let rows: [[String]]
    let style: Style

    func lines() -> [String] {
        let widths = heads.indices.map { column in
            ([heads] + rows).map { TextWidth.of($0[column]) }.max() ?? 0
        }
        let head = style.paint(line(heads, widths), .faint)
        return [head] + rows.map { line($0, widths) }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let aligned = cells.indices.map { column in
            if numbers.contains(column) { return TextWidth.paddedLeft(cells[column], widths[column]) }
            return column == cells.count - 1 ? cells[column] : TextWidth.padded(cells[column], widths[column])
        }
        let text = "  " + aligned.joined(separator: "  ")
        return String(text[...(text.lastIndex { $0 != " " } ?? text.startIndex)])
    }
}
