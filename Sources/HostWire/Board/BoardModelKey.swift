// SPDX-License-Identifier: Apache-2.0

/// What makes two spellings of an ID the same model: rankings name a snapshot by its date, and put the parts of a name
/// into another order than gateways do.
struct BoardModelKey: Hashable {
    private let maker: String
    private let words: [String]

    /// `anthropic/claude-4.6-sonnet-20260217` and `anthropic/claude-sonnet-4.6` are the same.
    init(_ id: String) {
        let plain = id.prefix { $0 != ":" }.lowercased()
        let slash = plain.lastIndex(of: "/")
        maker = slash.map { String(plain[..<$0]) } ?? ""
        let name = slash.map { plain[plain.index(after: $0)...] } ?? plain[...]
        words = Self.withoutDate(name.split(separator: "-").map(String.init)).sorted()
    }

    /// Whether the ID is of a variant, `…:free`, that is another thing than the model.
    static func isVariant(_ id: String) -> Bool { id.contains(":") }

    /// Without a date at the end: `20260731`, or `2026`, `07`, `31`.
    private static func withoutDate(_ words: [String]) -> [String] {
        if words.count > 1, let last = words.last, isNumber(last, 8), last.hasPrefix("20") {
            return Array(words.dropLast())
        }
        guard words.count > 3 else { return words }
        let tail = words.suffix(3).map(\.self)
        let isDate = isNumber(tail[0], 4) && tail[0].hasPrefix("20") && isNumber(tail[1], 2) && isNumber(tail[2], 2)
        return isDate ? Array(words.dropLast(3)) : words
    }

    private static func isNumber(_ text: String, _ width: Int) -> Bool {
        text.utf8.count == width && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
