// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension ValueType<String> {
    /// A POSIX extended regular expression, as hostd will compile it.
    static let pattern = ValueType(
        "regular expression", hint: "a regular expression in quotes, like \"\\\"status\\\": *\\\"ok\\\"\"",
        read: { node, checking in
            guard let text = node.string(hint: "a regular expression in quotes, like 'ready|listening'", &checking)
            else { return nil }
            return node.parsed(&checking) { () throws(ValueError) in
                try PatternCheck.check(text)
                return text
            }
        }, show: tomlString)
}

private enum PatternCheck {
    private static let limitBytes = 4096

    static func check(_ text: String) throws(ValueError) {
        guard !text.isEmpty else { throw ValueError(message: "is empty, so it matches everything (leave the key out)") }
        guard text.utf8.count <= limitBytes else {
            throw ValueError(message: "\(text.utf8.count) bytes are too many (at most \(limitBytes))")
        }
        switch escaped(in: text).first(where: { digits.contains($0) || letters.contains($0) }) {
        case let digit? where digits.contains(digit):
            // With one, glibc may try for ever.
            throw ValueError(message: "\(quoted(text)) refers back with \\1 (write out what is to match again)")
        case .some: throw ValueError(message: "\(quoted(text)) has \\d, which POSIX does not know (write [0-9])")
        case nil: break
        }
        var compiled = regex_t()
        let code = regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB)
        guard code == 0 else {
            throw ValueError(message: "\(quoted(text)) is no POSIX extended regular expression: \(meaning(of: code))")
        }
        regfree(&compiled)
    }

    private static let digits = Array("123456789".utf8)
    private static let letters = Array("dD".utf8)

    /// What stands behind a backslash, in order.
    private static func escaped(in text: String) -> [UInt8] {
        var found: [UInt8] = []
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped { found.append(byte) }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        }
        return found
    }

    private static func meaning(of code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let base = buffer.baseAddress else { return "error \(code)" }
            regerror(code, nil, base, 256)
            return String(cString: base)
        }
    }
}
