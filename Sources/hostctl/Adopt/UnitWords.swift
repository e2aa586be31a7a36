// SPDX-License-Identifier: Apache-2.0

/// The words of a value, as systemd takes them apart: quotes, backslashes, and specifiers like `%h`.
enum UnitWords {
    /// The words of `text`, without what quotes them; nil where a quote has no end.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Unicode.Scalar?
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "\\", let escaped = rest.popFirst() {
                word = (word ?? "") + unescaped(escaped, &rest)
            } else if let open = quote {
                if scalar == open { quote = nil } else { word = (word ?? "") + String(scalar) }
            } else if scalar == "\"" || scalar == "'" {
                quote = scalar
                word = word ?? ""
            } else if scalar == " " || scalar == "\t" {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + String(scalar)
            }
        }
        if let word { words.append(word) }
        return quote == nil ? words : nil
    }

    private static func unescaped(
        _ scalar: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView
    ) -> String {
        switch scalar {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "s": return " "
        case "a", "b", "f", "v":
            let codes: [Unicode.Scalar: UInt8] = ["a": 7, "b": 8, "f": 12, "v": 11]
            return codes[scalar].map { String(Unicode.Scalar($0)) } ?? ""
        case "x", "u", "U":
            let count = scalar == "x" ? 2 : scalar == "u" ? 4 : 8
            let digits = String(Substring(rest.prefix(count)))
            guard let code = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else { return "\\\(scalar)" }
            rest = rest.dropFirst(count)
            return String(code)
        default: return String(scalar)
        }
    }

    /// `text` with its specifiers filled in; those that are not known stay, and are named in `unknown`.
    static func expanded(_ text: String, _ values: [Character: String], unknown: inout Set<String>) -> String {
        guard text.contains("%") else { return text }
        var result = ""
        var rest = text[...]
        while let letter = rest.popFirst() {
            guard letter == "%", let name = rest.popFirst() else {
                result.append(letter)
                continue
            }
            if let value = name == "%" ? "%" : values[name] {
                result += value
            } else {
                result += "%\(name)"
                unknown.insert("%\(name)")
            }
        }
        return result
    }
}
