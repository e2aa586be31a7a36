// SPDX-License-Identifier: Apache-2.0

/// What stands before the body of an HTTP/1.1 answer.
struct AnswerHead {
    private static let limitBytes = 64 << 10

    let status: Int
    /// The bytes of the body; nil where it goes on to the end of the connection.
    private(set) var length: Int?
    /// The media type, in small letters and without parameters.
    private(set) var type = ""
    /// Whether the body comes in chunks.
    private(set) var isChunked = false

    /// Takes the head off the beginning of `bytes`; nil when it is not complete yet.
    static func take(from bytes: inout [UInt8]) throws(AnswerParser.Wrong) -> AnswerHead? {
        guard looksLikeHTTP(bytes) else { throw notHTTP(bytes) }
        guard let end = end(in: bytes) else {
            if bytes.count > limitBytes { throw .garbage("its header does not end") }
            return nil
        }
        let head = try AnswerHead(lines: String(decoding: bytes[..<end.head], as: UTF8.self), bytes)
        bytes.removeFirst(end.body)
        return head
    }

    /// Whether so much of it could be the beginning of an answer.
    static func looksLikeHTTP(_ bytes: [UInt8]) -> Bool {
        zip(bytes, "HTTP/1.".utf8).allSatisfy(==)
    }

    static func notHTTP(_ bytes: [UInt8]) -> AnswerParser.Wrong {
        let beginning = CleanText.of(String(decoding: bytes.prefix(24), as: UTF8.self))
        return .garbage("its answer begins with \"\(beginning)\" (HTTP/1.1 is needed)")
    }

    private init(lines text: String, _ bytes: [UInt8]) throws(AnswerParser.Wrong) {
        let lines = text.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]), (100...599).contains(status) else {
            throw Self.notHTTP(bytes)
        }
        self.status = status
        for line in lines.dropFirst() {
            let sides = line.split(separator: ":", maxSplits: 1)
            guard sides.count == 2 else { continue }
            let value = sides[1].drop { $0 == " " }
            switch sides[0].lowercased() {
            case "content-length":
                guard let number = Int(value), number >= 0 else { throw .garbage("its Content-Length is \"\(value)\"") }
                length = number
            case "content-type": type = value.prefix { $0 != ";" && $0 != " " }.lowercased()
            case "transfer-encoding":
                guard value.lowercased() == "chunked" else {
                    throw .garbage("its Transfer-Encoding is \"\(value)\" (chunked or none is needed)")
                }
                isChunked = true
            default: break
            }
        }
    }

    private static func end(in bytes: [UInt8]) -> (head: Int, body: Int)? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return nil }
        let start = (0...(bytes.count - mark.count)).first { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }
        return start.map { ($0, $0 + mark.count) }
    }
}
