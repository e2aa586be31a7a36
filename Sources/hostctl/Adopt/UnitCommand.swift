// SPDX-License-Identifier: Apache-2.0

/// One command of a unit: `ExecStart=-/usr/bin/node ${FLAGS} gateway.mjs`.
struct UnitCommand {
    /// A part of a word.
    enum Part: Equatable {
        case text(String)
        /// `${NAME}`, or `$NAME` as a word of its own, which becomes as many words as it has.
        case variable(String, isSplit: Bool)
    }

    /// Its failure does not count (`-`).
    var isForgiven = false
    /// It runs as root whoever the unit's user is (`+`, `!`, `!!`).
    var isPrivileged = false
    private(set) var words: [[Part]] = []

    /// Nil where it is none: empty, or a quote without an end.
    init?(_ text: String, _ specifiers: [Character: String], unknown: inout Set<String>) {
        var rest = text[...]
        var isNamed = false
        var isLiteral = false
        while let letter = rest.first, "-@:+!|".contains(letter) {
            switch letter {
            case "-": isForgiven = true
            case "@": isNamed = true
            case ":": isLiteral = true
            case "+", "!": isPrivileged = true
            default: break
            }
            rest = rest.dropFirst()
        }
        guard var split = UnitWords.split(String(rest)), !split.isEmpty else { return nil }
        // The second word is what the program is to be called.
        if isNamed, split.count > 1 { split.remove(at: 1) }
        words = split.map { word in
            let word = UnitWords.expanded(word, specifiers, unknown: &unknown)
            return isLiteral ? [.text(word)] : Self.parts(word)
        }
    }

    private static func parts(_ word: String) -> [Part] {
        func isName(_ text: some StringProtocol) -> Bool {
            !text.isEmpty
                && text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
        if word.hasPrefix("$"), isName(word.dropFirst()) { return [.variable(String(word.dropFirst()), isSplit: true)] }
        var parts: [Part] = []
        var text = ""
        var rest = word[...]
        while let letter = rest.popFirst() {
            guard letter == "$" else {
                text.append(letter)
                continue
            }
            if rest.first == "$" {
                rest.removeFirst()
                text.append("$")
            } else if rest.first == "{", let end = rest.firstIndex(of: "}"), isName(rest[..<end].dropFirst()) {
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(.variable(String(rest[..<end].dropFirst()), isSplit: false))
                rest = rest[rest.index(after: end)...]
            } else {
                text.append("$")
            }
        }
        if !text.isEmpty || parts.isEmpty { parts.append(.text(text)) }
        return parts
    }

    /// Fills in what is known of variables.
    mutating func fill(_ values: [String: String]) {
        words = words.flatMap { word -> [[Part]] in
            if case .variable(let name, true)? = word.first, let value = values[name] {
                return value.split(separator: " ").map { [.text(String($0))] }
            }
            return [
                word.map { part in
                    if case .variable(let name, false) = part, let value = values[name] { .text(value) } else { part }
                }
            ]
        }
    }

    /// The words; nil where a variable stands in one.
    var plain: [String]? {
        let texts = words.map { word -> String? in
            word.reduce("") { sum, part in
                guard let sum, case .text(let text) = part else { return nil }
                return sum + text
            }
        }
        return texts.contains(nil) ? nil : texts.compactMap(\.self)
    }

    /// The same as a line for /bin/sh.
    var shellLine: String {
        words.map { word in
            word.map { part in
                switch part {
                case .text(let text): Self.quoted(text)
                case .variable(let name, true): "$" + name
                case .variable(let name, false): "\"${\(name)}\""
                }
            }.joined()
        }.joined(separator: " ")
    }

    /// As a value of hostd's configuration: an array, or a line for /bin/sh where it takes one.
    var toml: String {
        if !isForgiven, let plain { return TomlText.list(plain.map(TomlText.literal)) }
        return TomlText.literal(isForgiven ? "set -f; \(shellLine) || :" : "set -f; exec \(shellLine)")
    }

    /// As an item of a list of commands, where each is an array.
    var tomlArray: String {
        if !isForgiven, let plain { return TomlText.list(plain.map(TomlText.literal)) }
        return TomlText.list([TomlText.literal("/bin/sh"), TomlText.literal("-c"), toml])
    }

    private static func quoted(_ text: String) -> String {
        let isSafe =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "/"),
                    UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: "@"):
                    true
                default: false
                }
            }
        return isSafe
            ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
