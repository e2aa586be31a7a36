// SPDX-License-Identifier: Apache-2.0

extension ValueType<Double> {
    /// A share between 0 and 1, as "50%".
    static let share = ValueType(
        "share", range: "0% to 100%", hint: "a share, like \"50%\"",
        read: { node, checking in
            switch node.value {
            case .text(let text):
                return node.parsed(&checking) { () throws(ValueError) in try ShareText.parse(text) }
            case .integer(let integer) where integer >= 0:
                node.reportNoUnit(example: "\(integer)%", &checking)
            case .decimal(let decimal) where decimal.isFinite && decimal >= 0:
                node.reportNoUnit(example: decimal <= 1 ? ShareText.text(decimal) : "\(decimal)%", &checking)
            default:
                node.reportWrongType("a share, like \"50%\"", &checking)
            }
            return nil
        }, show: { quoted(ShareText.text($0)) })
}

/// Shares as the configuration writes them.
enum ShareText {
    /// A share as per cent, with at most three decimals.
    static func text(_ share: Double) -> String {
        let thousandths = Int((share * 100_000).rounded())
        let (whole, fraction) = thousandths.quotientAndRemainder(dividingBy: 1000)
        guard fraction > 0 else { return "\(whole)%" }
        var decimals = String(String(fraction + 1000).dropFirst())
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(whole).\(decimals)%"
    }

    /// The share that `text` says.
    static func parse(_ text: String) throws(ValueError) -> Double {
        guard let parts = Quantity.scan(text), let part = parts.first, parts.count == 1,
            part.unit.isEmpty || part.unit == "%"
        else {
            throw ValueError(message: "\(quoted(text)) is no share (write one like \"50%\")")
        }
        guard part.unit == "%" else {
            throw ValueError(message: "\(quoted(text)) has no unit (write \(quoted(text + "%")))")
        }
        let share = Double(part.digits) / Double(part.scale) / 100
        guard share <= 1 else {
            throw ValueError(message: "\(quoted(text)) is out of range (0% to 100%)")
        }
        return share
    }
}
