// SPDX-License-Identifier: Apache-2.0

extension ValueType<Int> {
    /// Whole per cents that may go beyond a hundred, as "200%".
    static func percent(_ range: ClosedRange<Int>) -> ValueType {
        let hint = "a percentage, like \"200%\""
        let shownRange = "\(range.lowerBound)% to \(range.upperBound)%"
        return ValueType(
            "percentage", range: shownRange, hint: hint,
            read: { node, checking in
                switch node.value {
                case .text(let text):
                    return node.parsed(&checking) { () throws(ValueError) in
                        try parsePercent(text, range: range, shownRange: shownRange)
                    }
                case .integer(let integer) where integer >= 0:
                    node.reportNoUnit(example: integer <= 64 ? "\(integer)00%" : "\(integer)%", &checking)
                default: node.reportWrongType(hint, &checking)
                }
                return nil
            }, show: { "\"\($0)%\"" })
    }
}

private func parsePercent(_ text: String, range: ClosedRange<Int>, shownRange: String) throws(ValueError) -> Int {
    guard let parts = Quantity.scan(text), let part = parts.first, parts.count == 1,
        part.unit.isEmpty || part.unit == "%"
    else { throw ValueError(message: "\(quoted(text)) is no percentage (write one like \"200%\")") }
    guard part.unit == "%" else {
        throw ValueError(message: "\(quoted(text)) has no unit (write \(quoted(text + "%")))")
    }
    guard let count = part.count(of: 1) else {
        throw ValueError(message: "\(quoted(text)) is no whole percentage (write one like \"200%\")")
    }
    guard let percent = Int(exactly: count), range.contains(percent) else {
        throw ValueError(message: "\(quoted(text)) is out of range (\(shownRange))")
    }
    return percent
}
