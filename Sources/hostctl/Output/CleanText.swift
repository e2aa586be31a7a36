// SPDX-License-Identifier: Apache-2.0

/// Text of strangers made fit for one line of a terminal: what a service wrote must not steer it.
enum CleanText {
    /// `text` without anything that does not print: control characters and those that turn the direction of writing are
    /// shown as escapes, tabs as spaces.
    static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
        var result = ""
        for scalar in text.unicodeScalars { append(scalar, to: &result) }
        return result
    }

    /// A log line for a terminal: its colours stay where `colours` says so and are taken out elsewhere; all else as in
    /// `of`.
    static func logLine(_ text: String, colours: Bool) -> String {
        let text = text.hasSuffix("\r") ? String(text.dropLast()) : text
        guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
        var result = ""
        var isColoured = false
        var rest = text.unicodeScalars[...]
        while let scalar = rest.first {
            if scalar == "\u{1B}", let end = endOfColour(rest) {
                if colours { result.unicodeScalars += rest[..<end] }
                isColoured = isColoured || colours
                rest = rest[end...]
            } else {
                append(scalar, to: &result)
                rest.removeFirst()
            }
        }
        return isColoured ? result + "\u{1B}[0m" : result
    }

    /// Where a colour sequence (`ESC [ 1;31 m`) at the beginning of `text` ends; nil when none is there.
    private static func endOfColour(_ text: Substring.UnicodeScalarView) -> String.Index? {
        let behind = text.dropFirst()
        guard behind.first == "[" else { return nil }
        let digits = behind.dropFirst().prefix { ("0"..."9").contains($0) || $0 == ";" || $0 == ":" }
        guard digits.count <= 32, digits.endIndex < text.endIndex, text[digits.endIndex] == "m" else { return nil }
        return text.index(after: digits.endIndex)
    }

    private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
        switch scalar {
        case "\t": result += "    "
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\u{1B}": result += "\\e"
        case _ where isUnprintable(scalar): result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        default: result.unicodeScalars.append(scalar)
        }
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
