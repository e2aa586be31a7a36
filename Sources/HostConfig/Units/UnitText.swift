// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What stands behind `=` in a unit file, read as systemd 252 reads it. Everything is nil for what it would refuse.
enum UnitText {
    static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "yes", "y", "true", "t", "on": true
        case "0", "no", "n", "false", "f", "off": false
        default: nil
        }
    }

    /// Words parted by blanks; quotes keep blanks in a word.
    static func words(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let ended = word { words.append(ended) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        return words + (word.map { [$0] } ?? [])
    }

    /// A word and the rest behind the first blank.
    static func pair(_ text: String, at separator: Character = " ") -> (first: String, rest: String)? {
        guard let index = text.firstIndex(of: separator) else { return nil }
        let rest = text[text.index(after: index)...].drop { $0 == " " }
        return rest.isEmpty ? nil : (String(text[..<index]), String(rest))
    }

    /// "1.5G": K, M, G … are powers of `base`.
    static func size(_ text: String, base: Int64) -> UInt64? {
        if text == "infinity" { return .max }
        guard let parts = Quantity.scan(text), let part = parts.first, parts.count == 1 else { return nil }
        guard let power = ["", "K", "M", "G", "T", "P", "E"].firstIndex(of: part.unit == "B" ? "" : part.unit),
            let count = part.count(of: (0..<power).reduce(1) { size, _ in size * base })
        else { return nil }
        return UInt64(count)
    }

    /// "5min 20s" in units of `smallest` nanoseconds; a number alone counts `standard` nanoseconds each.
    static func time(_ text: String, in smallest: Int64, standard: Int64 = 1_000_000_000) -> UInt64? {
        if text == "infinity" { return .max }
        guard let parts = Quantity.scan(text.filter { !$0.isWhitespace }) else { return nil }
        var total: Int64 = 0
        for part in parts {
            let unit = part.unit.isEmpty ? standard : timeUnits.first { $0.names.contains(part.unit) }?.nanoseconds
            guard let count = unit.flatMap({ part.count(of: $0) }) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow, count != .max else { return nil }
            total = sum
        }
        return UInt64(total / smallest)
    }

    private static let timeUnits: [(names: Set<String>, nanoseconds: Int64)] = [
        (["ns", "nsec"], 1), (["us", "usec", "µs", "μs"], 1000), (["ms", "msec"], 1_000_000),
        (["s", "sec", "second", "seconds"], 1_000_000_000),
        (["m", "min", "minute", "minutes"], 60_000_000_000), (["h", "hr", "hour", "hours"], 3_600_000_000_000),
        (["d", "day", "days"], 86_400_000_000_000), (["w", "week", "weeks"], 604_800_000_000_000),
        (["M", "month", "months"], 2_629_800_000_000_000), (["y", "year", "years"], 31_557_600_000_000_000),
    ]

    /// A share in hundredths of a per cent: "12.5%" is 1250. Not more than all, unless it is a limit of several.
    static func share(_ text: String) -> UInt32? {
        guard let parts = Quantity.scan(text), let part = parts.first, parts.count == 1, part.unit == "%",
            let count = part.count(of: 100)
        else { return nil }
        return (0...10_000).contains(count) ? UInt32(count) : nil
    }

    /// A share of `UInt32.max`, as systemd wants shares of what only it knows.
    static func scaled(_ share: UInt32) -> UInt32 {
        UInt32((UInt64(share) * UInt64(UInt32.max) + 5000) / 10_000)
    }

    /// "0-3,8" as a bit for each number, from the lowest byte on.
    static func bits(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        for part in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count <= 2, let first = ends.first.flatMap({ Digits.number($0, as: Int.self) }),
                let last = ends.last.flatMap({ Digits.number($0, as: Int.self) }), first <= last, last < 8192
            else { return nil }
            for number in first...last {
                while bytes.count <= number / 8 { bytes.append(0) }
                bytes[number / 8] |= 1 << UInt8(number % 8)
            }
        }
        return bytes
    }

    /// An absolute path, maybe with `-` (may be missing) and `+` (below the root directory) before it.
    static func isPath(_ text: String, prefixes: String = "-+") -> Bool {
        text.drop { prefixes.contains($0) }.hasPrefix("/")
    }
}
