// SPDX-License-Identifier: Apache-2.0

/// What gpgv says of a signature, in its lines for programs.
public struct SignatureReport: Hashable, Sendable {
    /// Whole fingerprint of the key that signed; nil when no signature is good.
    public let fingerprint: String?
    /// What is wrong with a signature; nil when nothing is.
    public let problem: String?

    private static let mark = "[GNUPG:] "

    /// Reads what gpgv wrote.
    public init(_ output: String) {
        var fingerprint: String?
        var problem: String?
        for line in output.split(whereSeparator: \.isNewline) where line.hasPrefix(Self.mark) {
            let words = line.dropFirst(Self.mark.count).split(separator: " ").map(String.init)
            let key = words.dropFirst().first ?? "of unknown name"
            switch words.first {
            // The last word is the primary key, which is the one that is known.
            case "VALIDSIG": fingerprint = words.count > 10 ? words[10] : key
            case "BADSIG": problem = "the signature of key \(key) does not fit the text"
            case "EXPSIG": problem = "the signature of key \(key) has expired"
            case "REVKEYSIG": problem = "key \(key) was revoked"
            // Stands after ERRSIG, and says why.
            case "NO_PUBKEY": problem = "it is signed by key \(key), which is not in the keyring"
            case "ERRSIG": problem = problem ?? "the signature of key \(key) cannot be checked"
            default: break
            }
        }
        self.fingerprint = fingerprint
        self.problem = problem
    }

    /// The last line that is for people; nil when there is none.
    static func lastLine(_ output: String) -> Substring? {
        output.split(whereSeparator: \.isNewline).last { !$0.hasPrefix(mark) }
    }
}
