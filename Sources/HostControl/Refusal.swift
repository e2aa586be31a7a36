// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// A request that goes no further, and what its client is told.
nonisolated struct Refusal: Error {
    let status: Int
    let why: ErrorAnswer
    var headers: [(name: String, value: String)] = []

    init(_ status: Int, _ error: String, hint: String? = nil, headers: [(name: String, value: String)] = []) {
        self.status = status
        why = ErrorAnswer(error, hint: hint)
        self.headers = headers
    }

    /// There are too many connections.
    static func noRoom(_ why: String) -> Refusal {
        let retry = [(name: "Retry-After", value: "1")]
        return Refusal(503, why, hint: "try again when others are closed", headers: retry)
    }

    /// The whole answer, for a connection that libmicrohttpd does not have.
    var bytes: [UInt8] {
        let body = why.json.serialized
        let lines =
            [
                "HTTP/1.1 \(status) \(Self.words[status] ?? "Error")", "Content-Type: application/json",
                "Content-Length: \(body.utf8.count)", "Cache-Control: no-store", "Connection: close",
            ] + headers.map { "\($0.name): \($0.value)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    private static let words = [
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 408: "Request Timeout", 413: "Content Too Large",
        421: "Misdirected Request", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
        501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
    ]
}
