// SPDX-License-Identifier: Apache-2.0

/// How many columns of a terminal a text takes.
enum TextWidth {
    /// Scalars that take two columns: the wide scripts of East Asia, and pictures.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
        0xA000...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD,
    ]

    /// The columns that `text` takes.
    static func of(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.unicodeScalars.reduce(0) { $0 + of($1) }
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }

    /// `text` with spaces behind it up to `width` columns.
    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - of(text)))
    }

    /// `text` with spaces before it up to `width` columns.
    static func paddedLeft(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - of(text))) + text
    }

    /// `text` in at most `width` columns, with `ellipsis` at its end when something was cut off.
    static func cut(_ text: String, _ width: Int, ellipsis: String) -> String {
        guard of(text) > width else { return text }
        let room = max(0, width - of(ellipsis))
        var result = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            used += of(scalar)
            if used > room { break }
            result.append(scalar)
        }
        return String(result) + ellipsis
    }

    /// `text` in lines of at most `width` columns, broken at spaces; a word that is longer is broken anywhere.
    static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: true) {
            var word = String(word)
            if !line.isEmpty, of(line) + 1 + of(word) > width {
                lines.append(line)
                line = ""
            }
            while of(word) > width {
                let head = cut(word, width, ellipsis: "")
                guard !head.isEmpty else { break }
                lines.append(head)
                word = String(word.unicodeScalars.dropFirst(head.unicodeScalars.count))
            }
            line += line.isEmpty ? word : " " + word
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }
}
