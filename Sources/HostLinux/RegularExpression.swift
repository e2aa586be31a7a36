// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A POSIX extended regular expression (regex(7)), matched byte by byte.
public final class RegularExpression {
    /// A pattern that is none.
    public struct Wrong: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong: "Unmatched ( or \(".
        public let description: String
    }

    private var compiled = regex_t()

    /// Compiles `pattern`.
    public init(_ pattern: String) throws(Wrong) {
        let code = regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB)
        guard code == 0 else {
            let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
                guard let base = buffer.baseAddress else { return "error \(code)" }
                regerror(code, &compiled, base, 256)
                return String(cString: base)
            }
            throw Wrong(description: text)
        }
    }

    deinit {
        regfree(&compiled)
    }

    /// Whether it matches anywhere in `text`; of a text with a NUL only what stands before it is looked at.
    public func matches(_ text: String) -> Bool {
        regexec(&compiled, text, 0, nil, 0) == 0
    }

    /// Whether it matches anywhere in `bytes`, whatever they are.
    public func matches(bytes: some Collection<UInt8>) -> Bool {
        let whole = Array(bytes)
        // REG_STARTEND takes the end from here and not from a NUL.
        var place = regmatch_t(rm_so: 0, rm_eo: regoff_t(clamping: whole.count))
        return whole.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return matches("") }
            return base.withMemoryRebound(to: CChar.self, capacity: buffer.count) {
                regexec(&compiled, $0, 0, &place, REG_STARTEND) == 0
            }
        }
    }
}
