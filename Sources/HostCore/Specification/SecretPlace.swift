// SPDX-License-Identifier: Apache-2.0

/// Where secrets stand, as the configuration says it: in a file, or in a credential that the service manager hands to
/// hostd (`credential:NAME`).
public enum SecretPlace: Hashable, Sendable {
    /// The file at this path.
    case file(String)
    /// The credential of this name.
    case credential(String)

    /// What comes before the name of a credential.
    public static let mark = "credential:"
    private static let limitBytes = 255

    /// What `text` means. Any text that does not begin with the mark is a path.
    public init(_ text: String) {
        guard text.hasPrefix(Self.mark) else {
            self = .file(text)
            return
        }
        self = .credential(String(text.dropFirst(Self.mark.count)))
    }

    /// Whether a credential can be called so: it is the name of a file.
    public static func isName(_ text: String) -> Bool {
        guard (1...limitBytes).contains(text.utf8.count), text != ".", text != ".." else { return false }
        return text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
    }
}
