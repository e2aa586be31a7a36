// SPDX-License-Identifier: Apache-2.0

extension ValueType<UInt64> {
    /// A count of bytes within `range`, as "16MiB".
    static func size(_ range: ClosedRange<UInt64>) -> ValueType {
        let shownRange = "\(SizeText.text(range.lowerBound)) to \(SizeText.text(range.upperBound))"
        return ValueType(
            "size", range: shownRange, hint: "a size, like \"16MiB\"",
            read: { node, checking in
                switch node.value {
                case .text(let text):
                    return node.parsed(&checking) { () throws(ValueError) in
                        try SizeText.parse(text, range: range, shownRange: shownRange)
                    }
                case .integer(let integer) where integer >= 0:
                    node.reportNoUnit(
                        example: integer < 4096 ? "\(integer)MiB" : SizeText.text(UInt64(integer)), &checking)
                default:
                    node.reportWrongType("a size, like \"16MiB\"", &checking)
                }
                return nil
            }, show: { quoted(SizeText.text($0)) })
    }
}

/// Sizes as the configuration writes them.
enum SizeText {
    private static let binary = [
        Unit(name: "GiB", size: 1 << 30), Unit(name: "MiB", size: 1 << 20), Unit(name: "KiB", size: 1 << 10),
        Unit(name: "B", size: 1),
    ]
    private static let decimal = [
        Unit(name: "GB", size: 1_000_000_000), Unit(name: "MB", size: 1_000_000), Unit(name: "kB", size: 1000),
    ]

    static let unitNames = (binary + decimal).map(\.name)

    /// The size in the largest binary unit that leaves no rest: "16MiB".
    static func text(_ bytes: UInt64) -> String {
        let text = Unit.canonical(Int64(clamping: bytes), in: binary, combined: false)
        return text.isEmpty ? "0B" : text
    }

    /// The size that `text` says.
    static func parse(_ text: String, range: ClosedRange<UInt64>, shownRange: String) throws(ValueError) -> UInt64 {
        guard let parts = Quantity.scan(text), let part = parts.first, parts.count == 1 else {
            throw ValueError(message: "\(quoted(text)) is no size (write one like \"16MiB\")")
        }
        guard !part.unit.isEmpty else {
            throw ValueError(message: "\(quoted(text)) has no unit (write \(quoted(text + "MiB")))")
        }
        guard let unit = Unit.named(part.unit, in: binary + decimal) else {
            throw ValueError(
                message: "\(quoted(text)) has the unknown unit \(quoted(part.unit)) "
                    + "(write \(Unit.list(binary)), \(Unit.list(decimal)))")
        }
        guard let count = part.count(of: unit.size) else {
            throw ValueError(message: "\(quoted(text)) is not a whole number of bytes (write one like \"16MiB\")")
        }
        guard range.contains(UInt64(count)) else {
            throw ValueError(message: "\(quoted(text)) is out of range (\(shownRange))")
        }
        return UInt64(count)
    }
}
