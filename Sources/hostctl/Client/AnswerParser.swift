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

    private var bytes: [UInt8] = []
    private var head: AnswerHead?

    /// Whether all of it is there.
    private(set) var isComplete = false

    /// Takes what came in.
    mutating func take(_ part: [UInt8]) throws(Wrong) {
        bytes += part
        if head == nil, let head = try AnswerHead.take(from: &bytes) {
            if head.isChunked { throw .garbage("its Transfer-Encoding is \"chunked\" (none is needed)") }
            if let length = head.length {
                if length > Self.limitBytes { throw .tooLong }
                bytes.reserveCapacity(length)
            }
            self.head = head
        }
        guard let head else { return }
        if let length = head.length {
            isComplete = bytes.count >= length
        } else if bytes.count > Self.limitBytes {
            throw .tooLong
        }
    }

    /// The connection has ended, or the answer is complete.
    func finish() throws(Wrong) -> HTTPAnswer {
        guard let head else {
            let mayBeOne = bytes.isEmpty || AnswerHead.looksLikeHTTP(bytes)
            throw mayBeOne ? .cutOff(received: nil, of: nil) : AnswerHead.notHTTP(bytes)
        }
        guard bytes.count >= head.length ?? 0 else { throw .cutOff(received: bytes.count, of: head.length) }
        let isExact = head.length.map { $0 == bytes.count } ?? true
        return HTTPAnswer(status: head.status, body: isExact ? bytes : Array(bytes.prefix(head.length ?? 0)))
    }
}
