// SPDX-License-Identifier: Apache-2.0

/// A text that is looked for in others, whatever the capitals of ASCII.
public struct TextNeedle: Hashable, Sendable {
    /// As it was written.
    public let text: String
    private let bytes: [UInt8]

    /// Looks for `text`.
    public init(_ text: String) {
        self.text = text
        bytes = Self.folded(text)
    }

    /// A text in the shape that needles are looked for in.
    static func folded(_ text: String) -> [UInt8] {
        text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }
    }

    /// Whether it stands anywhere in a folded text.
    func isIn(_ folded: [UInt8]) -> Bool {
        guard let first = bytes.first else { return true }
        guard folded.count >= bytes.count else { return false }
        for start in 0...(folded.count - bytes.count) where folded[start] == first {
            if folded[start..<start + bytes.count].elementsEqual(bytes) { return true }
        }
        return false
    }

    /// Whether a folded text begins with it.
    func begins(_ folded: [UInt8]) -> Bool { folded.starts(with: bytes) }
}
