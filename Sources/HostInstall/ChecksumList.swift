// SPDX-License-Identifier: Apache-2.0

/// SHASUMS256.txt: a line `HASH  NAME` for each file of a release.
struct ChecksumList {
    private var hashes: [String: String] = [:]

    /// Reads the text; lines that say something else are passed over.
    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            guard let hash = SHA256Text(line.prefix { $0 != " " }) else { continue }
            let name = line.dropFirst(64).drop { $0 == " " || $0 == "*" }
            if !name.isEmpty { hashes[String(name)] = hash.text }
        }
    }

    /// The hash of a file; nil when none is given.
    subscript(_ name: String) -> String? { hashes[name] }
}

/// A SHA-256 as people write it.
struct SHA256Text {
    /// 64 hexadecimal digits in lower case.
    let text: String

    /// Reads 64 hexadecimal digits, also with `sha256:` before them; nil for anything else.
    init?(_ text: some StringProtocol) {
        let lower = text.lowercased()
        let digits = lower.hasPrefix("sha256:") ? String(lower.dropFirst("sha256:".count)) : lower
        guard digits.utf8.count == 64, digits.utf8.allSatisfy(Self.isDigit) else { return nil }
        self.text = digits
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
