// SPDX-License-Identifier: Apache-2.0

/// Makes the parser's message one of ours, and says what would be right for the mistakes that people make. What stands
/// in the file is not repeated, but for keys: it may be a secret.
enum SyntaxMessage {
    /// `message`, found at `place` of `bytes`.
    static func text(_ message: String, at place: Place, in bytes: [UInt8]) -> String {
        let depthNote = " (TOML_MAX_NESTED_VALUES)"
        if message.hasSuffix(depthNote) || message == "nested too deeply" {
            return "nested too deeply (at most \(TomlDocument.depthLimit) levels)"
        }
        let reason = "not valid TOML" + reason(withoutNumber(message))
        let hint = hint(for: message) ?? valueHint(for: message, word: word(at: place, in: bytes))
        return hint.map { "\(reason) (\($0))" } ?? reason
    }

    /// "Error while parsing string: …" becomes ", in a string: …".
    private static func reason(_ message: String) -> String {
        let prefix = "Error while parsing "
        guard message.hasPrefix(prefix) else { return ": " + message.prefix(1).lowercased() + message.dropFirst() }
        let rest = message.dropFirst(prefix.count)
        let article = rest.first.map { "aeio".contains($0) } ?? false ? "an" : "a"
        return ", in \(article) \(rest)"
    }

    /// The parser repeats a number that it cannot take.
    private static func withoutNumber(_ message: String) -> String {
        guard message.contains("not representable") || message.contains("interpret"),
            let start = message.firstIndex(of: "'"), let end = message.lastIndex(of: "'"), start < end
        else { return message }
        return message[..<start] + "the number" + message[message.index(after: end)...]
    }

    private static let hints: [(part: String, hint: String)] = [
        ("parsing inline table: expected key or closing '}', saw '\\n'", inlineTable),
        ("inline table: encountered end-of-file", "close it with }"),
        ("parsing inline table", "write { key = value, key = value }"),
        ("string: encountered end-of-file", "close it with the quotes that begin it"),
        ("control characters other than TAB", "close the string on its line"),
        ("table header: encountered end-of-file", "close it with ]"),
        ("parsing array: encountered end-of-file", "close it with ]"),
        ("cannot redefine existing table", "put all its keys under one header"),
        ("cannot redefine", "leave one out"),
        ("pair: encountered end-of-file", "write key = value"),
        ("expected '='", "write key = value"),
        ("expected value, saw", "write key = value"),
        ("expected a comment or whitespace", "begin a new line"),
        ("escape sequence", "write \\\\ for a backslash, or the string in single quotes"),
        ("expected keys, tables", "write key = value or [table]"),
    ]

    private static let inlineTable = "a table in braces stands on one line; a longer one gets a [header] of its own"

    private static func hint(for message: String) -> String? {
        hints.first { message.contains($0.part) }?.hint
    }

    /// What would be right for a value that is none; `word` is what stands there.
    private static func valueHint(for message: String, word: String) -> String? {
        let kinds = ["parsing value", "integer", "floating-point", "boolean", "date", "time"]
        guard kinds.contains(where: message.contains), let first = word.unicodeScalars.first else { return nil }
        switch first {
        case "0"..."9", "+", "-":
            let number = word.prefix { !$0.isLetter && $0 != "%" }
            let units = TimeText.unitNames + SizeText.unitNames + ["%"]
            guard units.contains(String(word[number.endIndex...])) else { return nil }
            return "a value with a unit is a string: write it in quotes"
        case "a"..."z", "A"..."Z", "/", "~", "$":
            switch word.lowercased() {
            case "true", "yes", "on": return "write true"
            case "false", "no", "off": return "write false"
            default: return "a string is written in quotes"
            }
        default: return nil
        }
    }

    /// The word that the place is in, back to what begins a value and on to what ends one.
    private static func word(at place: Place, in bytes: [UInt8]) -> String {
        let lines = bytes.split(
            separator: UInt8(ascii: "\n"), maxSplits: place.line, omittingEmptySubsequences: false)
        guard place.line <= lines.count else { return "" }
        let scalars = Array(String(decoding: lines[place.line - 1], as: UTF8.self).unicodeScalars)
        let around: Set<Unicode.Scalar> = ["=", ",", "[", "]", "{", "}", "#", " ", "\t", "\r"]
        let index = min(max(place.column - 1, 0), scalars.count)
        let start = scalars[..<index].lastIndex(where: around.contains).map { $0 + 1 } ?? 0
        let end = scalars[index...].firstIndex(where: around.contains) ?? scalars.count
        var word = String.UnicodeScalarView()
        word.append(contentsOf: scalars[start..<end])
        return String(word)
    }
}
