// SPDX-License-Identifier: Apache-2.0

/// Where a value stands in a JSON text, or several may stand: `message.content.*.type`. Elements of arrays have their
/// numbers, from 0; `*` is any one member or element.
public struct FieldPath: Hashable, Sendable, CustomStringConvertible {
    /// What stands for any one member or element.
    public static let any = "*"

    /// Its parts, in order.
    public let segments: [String]
    /// As it was written.
    public let description: String

    /// The path that `text` says; nil when it is empty, longer than 256 bytes, or has an empty part.
    public init?(_ text: String) {
        segments = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard text.utf8.count <= 256, segments.allSatisfy({ !$0.isEmpty }) else { return nil }
        description = text
    }

    /// Whether the value at `path`, written in the same way without `*`, is meant.
    func matches(_ path: String) -> Bool {
        var place = path.utf8.startIndex
        for (index, segment) in segments.enumerated() {
            let rest = path.utf8[place...]
            let end = rest.firstIndex(of: UInt8(ascii: ".")) ?? rest.endIndex
            guard segment == Self.any || rest[..<end].elementsEqual(segment.utf8) else { return false }
            guard end < rest.endIndex else { return index == segments.count - 1 }
            place = rest.index(after: end)
        }
        return false
    }
}
