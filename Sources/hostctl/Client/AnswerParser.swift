// SPDX-License-Identifier: Apache-2.0

/// An HTTP answer.
struct HTTPAnswer {
    var status: Int
    var body: [UInt8]
}

/// Puts an HTTP/1.1 answer together from what comes in: by its Content-Length, else to the end of the connection.
struct AnswerParser {
    /// An answer that is none.
    enum Wrong: Error {
        /// Not HTTP, or HTTP of a kind that hostd does not speak: what it is.
        case garbage(String)
        /// Longer than `limitBytes`.
        case tooLong
        /// It ended after so many bytes of its body, of so many; nil of both where the header was not complete.
        case cutOff(received: Int?, of: Int?)
    }

    static let limitBytes = 64 << 20
    private static let headLimitBytes = 64 << 10

    private var bytes: [UInt8] = []
    private var head: (status: Int, length: Int?)?

    /// Whether all of it is there.
    private(set) var isComplete = false

    /// Takes what came in.
    mutating func take(_ part: [UInt8]) throws(Wrong) {
        bytes += part
        if head == nil { try takeHead() }
        guard let head else { return }
        if let length = head.length {
            isComplete = bytes.count >= length
        } else if bytes.count > Self.limitBytes {
            throw .tooLong
        }
    }

    /// The connection has ended, or the answer is complete.
    func finish() throws(Wrong) -> HTTPAnswer {
        guard let head else { throw bytes.isEmpty || looksLikeHTTP ? .cutOff(received: nil, of: nil) : notHTTP }
        guard bytes.count >= head.length ?? 0 else { throw .cutOff(received: bytes.count, of: head.length) }
        return HTTPAnswer(status: head.status, body: head.length.map { Array(bytes.prefix($0)) } ?? bytes)
    }

    private var looksLikeHTTP: Bool {
        zip(bytes, "HTTP/1.".utf8).allSatisfy(==)
    }

    private var notHTTP: Wrong {
        let beginning = CleanText.of(String(decoding: bytes.prefix(24), as: UTF8.self))
        return .garbage("its answer begins with \"\(beginning)\" (HTTP/1.1 is needed)")
    }

    private mutating func takeHead() throws(Wrong) {
        guard looksLikeHTTP else { throw notHTTP }
        guard let end = endOfHead() else {
            if bytes.count > Self.headLimitBytes { throw .garbage("its header does not end") }
            return
        }
        let lines = String(decoding: bytes[..<end.head], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]), (100...599).contains(status) else { throw notHTTP }
        var length: Int?
        for line in lines.dropFirst() {
            let sides = line.split(separator: ":", maxSplits: 1)
            guard sides.count == 2 else { continue }
            let value = sides[1].drop { $0 == " " }
            switch sides[0].lowercased() {
            case "content-length":
                guard let number = Int(value), number >= 0 else { throw .garbage("its Content-Length is \"\(value)\"") }
                if number > Self.limitBytes { throw .tooLong }
                length = number
            case "transfer-encoding": throw .garbage("its Transfer-Encoding is \"\(value)\" (none is needed)")
            default: break
            }
        }
        head = (status, length)
        bytes.removeFirst(end.body)
    }

    private func endOfHead() -> (head: Int, body: Int)? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return nil }
        let start = (0...(bytes.count - mark.count)).first { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }
        return start.map { ($0, $0 + mark.count) }
    }
}
