// SPDX-License-Identifier: Apache-2.0

/// Finds dotted keys (`a.b.c`) with too many parts before the parser builds a table for each: it destroys tables
/// recursively, so half a million of them would overrun the stack.
struct KeyDepth {
    private let bytes: [UInt8]
    private var index = 0
    /// Dots since the last byte that cannot stand in a dotted key.
    private var dots = 0

    /// Offset of the first dot beyond `limit` in one key, if any.
    static func firstTooDeep(in bytes: [UInt8], limit: Int) -> Int? {
        var scanner = KeyDepth(bytes: bytes)
        return scanner.scan(limit: limit)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func scan(limit: Int) -> Int? {
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "."):
                dots += 1
                if dots >= limit { return index }
            case UInt8(ascii: "\""), UInt8(ascii: "'"): skipString()
            case UInt8(ascii: "#"): skip(to: UInt8(ascii: "\n"))
            case UInt8(ascii: "\n"), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"),
                UInt8(ascii: "{"), UInt8(ascii: "}"):
                dots = 0
            default: break
            }
            index += 1
        }
        return nil
    }

    /// Leaves `index` on the last byte of the string that starts there, or at the end of the text.
    private mutating func skipString() {
        let quote = bytes[index]
        let isTriple = index + 2 < bytes.count && bytes[index + 1] == quote && bytes[index + 2] == quote
        index += isTriple ? 3 : 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""): index += 1
            case UInt8(ascii: "\n") where !isTriple: return
            case quote where !isTriple: return
            case quote where index + 2 < bytes.count && bytes[index + 1] == quote && bytes[index + 2] == quote:
                index += 2
                // One or two more quotes belong to the string.
                for _ in 0..<2 where index + 1 < bytes.count && bytes[index + 1] == quote { index += 1 }
                return
            default: break
            }
            index += 1
        }
    }

    private mutating func skip(to byte: UInt8) {
        while index < bytes.count, bytes[index] != byte { index += 1 }
        dots = 0
    }
}
