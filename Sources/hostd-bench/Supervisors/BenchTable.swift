// SPDX-License-Identifier: Apache-2.0

/// Rows of text in columns: the first to the left, the others to the right.
struct BenchTable {
    private var rows: [[String]]

    init(_ headings: [String]) {
        rows = [headings]
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    func print() {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = zip(row, widths).enumerated().map { index, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + padding : padding + cell.0
            }
            say(cells.joined(separator: "   "))
        }
    }

    /// `value` with so many decimals.
    static func decimal(_ value: Double, places: Int) -> String {
        let unit = (0..<places).reduce(1.0) { unit, _ in unit * 10 }
        let scaled = Int((abs(value) * unit).rounded())
        let fraction = String(scaled % Int(unit))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        let zeros = String(repeating: "0", count: max(0, places - fraction.count))
        return "\(sign)\(scaled / Int(unit))" + (places > 0 ? "." + zeros + fraction : "")
    }
}
