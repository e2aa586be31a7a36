// SPDX-License-Identifier: Apache-2.0

/// What an agent said, as it may be shown: without secrets, escape sequences and control characters, and not too long.
enum AgentWords {
    /// Of a reason so many bytes are kept.
    static let reasonLimit = 400
    /// Of a last word so many bytes are kept.
    static let limit = 2000

    /// In one line.
    static func reason(_ text: String) -> String {
        let line = clean(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return cut(SecretMask().masked(line), to: reasonLimit)
    }

    /// With its lines.
    static func shown(_ text: String) -> String {
        var mask = SecretMask()
        let lines = clean(text).split(separator: "\n", omittingEmptySubsequences: false)
        return cut(lines.map { mask.maskedLine(String($0)) }.joined(separator: "\n"), to: limit)
    }

    /// At most so many bytes, with a mark where something is left out.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return text[..<end] + "…"
    }

    private static func clean(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "\u{1B}", rest.first == "[" {
                // CSI: parameters up to the letter that ends it (ECMA-48).
                rest = rest.dropFirst().drop { !("@"..."~").contains($0) }.dropFirst()
            } else if scalar == "\n" || scalar.properties.generalCategory != .control {
                result.append(scalar)
            } else {
                result.append(" ")
            }
        }
        return String(result)
    }
}
