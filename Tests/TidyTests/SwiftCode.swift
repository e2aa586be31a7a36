// SPDX-License-Identifier: Apache-2.0

/// Takes comments and the content of strings out of Swift, so that words are looked for in code alone. Lexical: what is
/// interpolated into a string goes with it.
struct SwiftCode {
    private let text: [UInt8]
    private var index = 0
    private var code: [UInt8] = []

    /// The lines of `text`, comments and strings left empty.
    static func lines(of text: String) -> [String] {
        var scanner = SwiftCode(text)
        scanner.scan()
        return String(decoding: scanner.code, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private init(_ text: String) {
        self.text = Array(text.utf8)
    }

    private mutating func scan() {
        while index < text.count {
            if starts("//") {
                while index < text.count, text[index] != UInt8(ascii: "\n") { index += 1 }
            } else if starts("/*") {
                skipComment()
            } else if let pounds = poundsOfString() {
                skipString(pounds: pounds)
            } else {
                code.append(text[index])
                index += 1
            }
        }
    }

    private func starts(_ word: String) -> Bool { text[index...].starts(with: word.utf8) }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                index += 2
            } else if starts("*/") {
                depth -= 1
                index += 2
            } else {
                keepLineEnd()
                index += 1
            }
        } while depth > 0 && index < text.count
    }

    /// How many `#` stand before the quote that follows; nil when none follows.
    private func poundsOfString() -> Int? {
        let pounds = text[index...].prefix { $0 == UInt8(ascii: "#") }.count
        let quote = index + pounds
        return quote < text.count && text[quote] == UInt8(ascii: "\"") ? pounds : nil
    }

    private mutating func skipString(pounds: Int) {
        index += pounds
        let quotes = starts("\"\"\"") ? "\"\"\"" : "\""
        let end = quotes + String(repeating: "#", count: pounds)
        let escape = "\\" + String(repeating: "#", count: pounds)
        code += Array("\"\"".utf8)
        index += quotes.utf8.count
        while index < text.count, !starts(end) {
            if starts(escape) {
                index += escape.utf8.count
                if index < text.count, text[index] == UInt8(ascii: "(") {
                    skipInterpolation()
                } else {
                    keepLineEnd()
                    index += 1
                }
            } else {
                keepLineEnd()
                index += 1
            }
        }
        index = min(index + end.utf8.count, text.count)
    }

    private mutating func skipInterpolation() {
        var depth = 0
        repeat {
            if let pounds = poundsOfString() {
                let before = code.count
                skipString(pounds: pounds)
                code.removeSubrange(before..<min(before + 2, code.count))
                continue
            }
            if text[index] == UInt8(ascii: "(") { depth += 1 }
            if text[index] == UInt8(ascii: ")") { depth -= 1 }
            keepLineEnd()
            index += 1
        } while depth > 0 && index < text.count
    }

    private mutating func keepLineEnd() {
        if index < text.count, text[index] == UInt8(ascii: "\n") { code.append(UInt8(ascii: "\n")) }
    }
}

extension Substring {
    /// Whether `word` stands here, not as a part of a longer one.
    func has(word: String) -> Bool {
        var rest = self[...]
        while let found = rest.firstRange(of: word) {
            let before = found.lowerBound == startIndex ? nil : self[index(before: found.lowerBound)]
            let after = found.upperBound == endIndex ? nil : self[found.upperBound]
            if !Self.isPartOfWord(before), !Self.isPartOfWord(after) { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }

    /// Whether the function `name` is called here, not as a method of something.
    func calls(_ name: String) -> Bool {
        var rest = self[...]
        while let found = rest.firstRange(of: name + "(") {
            let before = found.lowerBound == startIndex ? nil : self[index(before: found.lowerBound)]
            if !Self.isPartOfWord(before), before != "." { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }

    private static func isPartOfWord(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
    }
}
