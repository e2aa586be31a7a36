// SPDX-License-Identifier: Apache-2.0

/// A number with a unit, as in "1.5h": exact, without binary fractions.
struct Quantity {
    /// All digits as one number.
    let digits: Int64
    /// The power of ten that the digits are to be divided by.
    let scale: Int64
    /// The letters behind the number, maybe none.
    let unit: String

    /// What `text` is made of, as in "1m30s"; nil when it is no row of numbers and units, or has too many digits.
    static func scan(_ text: String) -> [Quantity]? {
        var rest = text.unicodeScalars[...]
        var quantities: [Quantity] = []
        while !rest.isEmpty {
            guard let quantity = first(&rest), quantities.count < 8 else { return nil }
            quantities.append(quantity)
        }
        return quantities.isEmpty ? nil : quantities
    }

    private static func first(_ rest: inout String.UnicodeScalarView.SubSequence) -> Quantity? {
        let whole = take(&rest) { ("0"..."9").contains($0) }
        guard !whole.isEmpty else { return nil }
        var fraction = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = take(&rest) { ("0"..."9").contains($0) }
            guard !fraction.isEmpty else { return nil }
        }
        guard fraction.count <= 9, let digits = Int64(whole + fraction) else { return nil }
        let scale = fraction.reduce(into: Int64(1)) { scale, _ in scale *= 10 }
        return Quantity(digits: digits, scale: scale, unit: take(&rest) { $0.properties.isAlphabetic || $0 == "%" })
    }

    private static func take(
        _ rest: inout String.UnicodeScalarView.SubSequence, while matches: (Unicode.Scalar) -> Bool
    ) -> String {
        let part = rest.prefix(while: matches)
        rest = rest[part.endIndex...]
        return String(part)
    }

    /// The whole count of the small unit when one of ours is `size` of them; clamped, nil when it would not be whole.
    func count(of size: Int64) -> Int64? {
        let (product, overflow) = digits.multipliedReportingOverflow(by: size)
        guard !overflow else { return .max }
        return product.isMultiple(of: scale) ? product / scale : nil
    }
}

/// Numbers as people write them here: digits alone, without a sign.
enum Digits {
    /// The number that `text` says; nil when it has anything but digits, or too many.
    static func number<Value: FixedWidthInteger>(_ text: some StringProtocol, as type: Value.Type) -> Value? {
        let isPlain = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isPlain ? Value(text) : nil
    }
}

/// A unit with what it is worth in the smallest one.
struct Unit: Sendable {
    let name: String
    let size: Int64

    /// The unit that `word` stands for: exactly, or nil.
    static func named(_ word: String, in units: [Unit]) -> Unit? { units.first { $0.name == word } }

    /// `count` of the smallest unit as people write it, in the largest units that leave no rest.
    static func canonical(_ count: Int64, in units: [Unit], combined: Bool) -> String {
        var rest = count
        var text = ""
        for unit in units where rest >= unit.size && (combined || rest.isMultiple(of: unit.size)) {
            text += "\(rest / unit.size)\(unit.name)"
            rest %= unit.size
        }
        return text
    }

    /// "ms, s, m, h, d".
    static func list(_ units: [Unit]) -> String { units.reversed().map(\.name).joined(separator: ", ") }
}
