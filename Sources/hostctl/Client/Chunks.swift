// SPDX-License-Identifier: Apache-2.0

/// Takes the chunked coding (RFC 9112 §7.1) off a body, piece by piece.
struct Chunks {
    private enum Place {
        /// Reading the size of a chunk: its digits so far, or what follows them.
        case size(Int, isOver: Bool)
        /// So many bytes of a chunk are missing.
        case data(Int)
        /// The line end after a chunk.
        case end
        /// Behind the last chunk.
        case done
    }

    private static let limitBytes = 1 << 30

    private var place = Place.size(0, isOver: false)

    /// Whether the last chunk has come.
    var isDone: Bool { if case .done = place { true } else { false } }

    /// The bytes of the body in what came; nil where it is no chunked coding.
    mutating func decoded(_ part: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var rest = part[...]
        while let byte = rest.first {
            switch place {
            case .size(let size, let isOver):
                rest.removeFirst()
                if byte == UInt8(ascii: "\n") {
                    place = size == 0 ? .done : .data(size)
                } else if isOver || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: ";") {
                    place = .size(size, isOver: true)
                } else {
                    guard let digit = Int(String(Character(Unicode.Scalar(byte))), radix: 16),
                        size * 16 + digit < Self.limitBytes
                    else { return nil }
                    place = .size(size * 16 + digit, isOver: false)
                }
            case .data(let missing):
                let piece = rest.prefix(missing)
                result += piece
                rest.removeFirst(piece.count)
                place = piece.count == missing ? .end : .data(missing - piece.count)
            case .end:
                rest.removeFirst()
                if byte == UInt8(ascii: "\n") { place = .size(0, isOver: false) }
            case .done: return result
            }
        }
        return result
    }
}
