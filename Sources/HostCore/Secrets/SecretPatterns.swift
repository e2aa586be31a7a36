// SPDX-License-Identifier: Apache-2.0

/// Secrets that are known by how they look, whatever they are the value of.
enum SecretPatterns {
    /// How tokens of well-known issuers begin, and how many more bytes a token has at least.
    private static let prefixes: [(text: [UInt8], least: Int)] = [
        ("sk-", 16), ("sk_live_", 16), ("sk_test_", 16), ("rk_live_", 16), ("pk_live_", 16), ("gsk_", 20), ("xai-", 20),
        ("ghp_", 20), ("gho_", 20), ("ghu_", 20), ("ghs_", 20), ("ghr_", 20), ("github_pat_", 20), ("glpat-", 16),
        ("xoxb-", 10), ("xoxp-", 10), ("xoxa-", 10), ("xoxs-", 10), ("xapp-", 10), ("hf_", 20), ("AKIA", 16),
        ("ASIA", 16), ("AIza", 30), ("npm_", 30), ("pypi-", 30), ("eyJ", 30),
    ].map { (Array($0.0.utf8), $0.1) }
    private static let schemes = ["bearer", "basic"].map { Array($0.utf8) }
    private static let shortestToken = 8

    /// Where they stand in a line.
    static func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var wordStart = 0
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "="), UInt8(ascii: ":"):
                if let range = value(behind: index, in: bytes) ?? userPart(behind: index, in: bytes) {
                    found.append(range)
                }
            default: break
            }
            if isWord(bytes[index]) { continue }
            found += token(in: bytes, wordStart..<index)
            wordStart = index + 1
        }
        return found + token(in: bytes, wordStart..<bytes.count)
    }

    /// A word that is a token, or says that one follows: `sk-…`, `Bearer …`.
    private static func token(in bytes: [UInt8], _ word: Range<Int>) -> [Range<Int>] {
        let text = bytes[word]
        for prefix in prefixes where text.count >= prefix.text.count + prefix.least && text.starts(with: prefix.text) {
            return [word.lowerBound + prefix.text.count..<word.upperBound]
        }
        guard schemes.contains(text.map { $0 | 0x20 }) else { return [] }
        let start = bytes[word.upperBound...].firstIndex { $0 != UInt8(ascii: " ") } ?? bytes.count
        let end = bytes[start...].firstIndex { !isTokenByte($0) } ?? bytes.count
        // "basic information" is none.
        let isToken = bytes[start..<end].contains { !(0x61...0x7a).contains($0) }
        return start > word.upperBound && end - start >= shortestToken && isToken ? [start..<end] : []
    }

    /// The value of a key whose name is that of a secret: `password=…`, `"api_key": "…"`.
    private static func value(behind mark: Int, in bytes: [UInt8]) -> Range<Int>? {
        var end = mark
        while end > 0, isQuoteOrBlank(bytes[end - 1]) { end -= 1 }
        var start = end
        while start > 0, isWord(bytes[start - 1]) { start -= 1 }
        guard start < end, SecretName.isSecret(key: bytes[start..<end]) else { return nil }
        let from = bytes[(mark + 1)...].firstIndex { !isQuoteOrBlank($0) } ?? bytes.count
        let isQuoted = from > 0 && isQuote(bytes[from - 1]) && from - 1 > mark
        let isCookie = bytes[start..<end].map { $0 | 0x20 }.elementsEqual("cookie".utf8)
        let to =
            bytes[from...].firstIndex { byte in
                isQuoted || isCookie ? isQuote(byte) : isQuoteOrBlank(byte) || ",;&)]}".utf8.contains(byte)
            } ?? bytes.count
        // What scheme it is may be known; the token behind it is found by that.
        if schemes.contains(where: { bytes[from...].prefix($0.count).map { $0 | 0x20 }.elementsEqual($0) }) {
            return nil
        }
        return from < to ? from..<to : nil
    }

    /// The password of `scheme://user:password@host`.
    private static func userPart(behind colon: Int, in bytes: [UInt8]) -> Range<Int>? {
        guard bytes[colon] == UInt8(ascii: ":") else { return nil }
        let end = bytes[(colon + 1)...].firstIndex { $0 == UInt8(ascii: "@") || isQuoteOrBlank($0) || $0 == 0x2f }
        guard let end, end > colon + 1, bytes[end] == UInt8(ascii: "@") else { return nil }
        var start = colon
        while start > 0, !isQuoteOrBlank(bytes[start - 1]), bytes[start - 1] != 0x2f { start -= 1 }
        guard start >= 3, bytes[(start - 3)..<start].elementsEqual("://".utf8) else { return nil }
        return colon + 1..<end
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "_-.".utf8.contains(byte)
        }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool { isWord(byte) || "+/=~".utf8.contains(byte) }

    private static func isQuote(_ byte: UInt8) -> Bool { "\"'`\\".utf8.contains(byte) }

    private static func isQuoteOrBlank(_ byte: UInt8) -> Bool { isQuote(byte) || byte == 0x20 || byte == 0x09 }
}
