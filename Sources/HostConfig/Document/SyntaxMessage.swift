// SPDX-License-Identifier: Apache-2.0

/// Makes the parser's message one of ours, and says what would be right for the mistakes that people make.
enum SyntaxMessage {
    /// `message`, found at `place` of `bytes`. Values do not stand in the hints: they may be secrets.
    static func text(_ message: String, at place: Place, in bytes: [UInt8]) -> String {
        let depthNote = " (TOML_MAX_NESTED_VALUES)"
        if message.hasSuffix(depthNote) || message == "nested too deeply" {
            return "nested too deeply (at most \(TomlDocument.depthLimit) levels)"
        }
        let cleaned = "not valid TOML" + reason(message)
        guard let hint = hint(line: line(place.line, of: bytes)) else { return cleaned }
        return cleaned + " (\(hint))"
    }

    /// "Error while parsing string: …" becomes ", in a string: …".
    private static func reason(_ message: String) -> String {
        let prefix = "Error while parsing "
        guard message.hasPrefix(prefix) else { return ": " + message.prefix(1).lowercased() + message.dropFirst() }
        let rest = message.dropFirst(prefix.count)
        let article = rest.first.map { "aeiou".contains($0) } ?? false ? "an" : "a"
        return ", in \(article) \(rest)"
    }

    private static func line(_ number: Int, of bytes: [UInt8]) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)
        guard number <= lines.count else { return "" }
        return String(decoding: lines[number - 1], as: UTF8.self)
    }

    /// Looks at the first value of the line.
    private static func hint(line: String) -> String? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let key = line[..<equals].filter { !$0.isWhitespace }
        let value = line[line.index(after: equals)...].drop { $0.isWhitespace }
        guard let first = value.unicodeScalars.first else { return nil }
        let word = value.prefix { !$0.isWhitespace && !",]}#".contains($0) }
        switch first {
        case "0"..."9":
            guard let unit = word.last, unit.isLetter || unit == "%" else { return nil }
            return "a value with a unit is a string: write \(key) = \"…\(unit)\""
        case "a"..."z", "A"..."Z", "/", "~", "$":
            let lower = word.lowercased()
            for flag in ["true", "false"] where lower.hasPrefix(flag) { return word == flag ? nil : "write \(flag)" }
            if lower == "yes" || lower == "on" { return "write true" }
            if lower == "no" || lower == "off" { return "write false" }
            return "a string needs quotes: write \(key) = \"…\""
        default: return nil
        }
    }
}
