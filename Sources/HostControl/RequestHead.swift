// SPDX-License-Identifier: Apache-2.0

/// The header of a request, read strictly: what is not plainly HTTP/1.1 is refused here, in JSON, and libmicrohttpd,
/// whose own refusals are HTML, never sees it.
nonisolated struct RequestHead: Equatable, Sendable {
    let method: String
    let target: String
    /// Content-Length; nil without one.
    let bodyBytes: Int?
    /// Header fields by their names in small letters; those that stand several times are joined by commas.
    let fields: [String: String]

    private static let fieldLimit = 100
    /// Fields of which two contradict each other.
    private static let singular: Set<String> = [
        "host", "content-length", "transfer-encoding", "authorization", "origin", "last-event-id",
    ]

    /// Where a header ends: the index after its empty line; nil when it is not complete.
    static func end(of bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= 4 else { return nil }
        var index = max(start, 3)
        while index < bytes.count {
            // Mostly a byte that is none of the four: then the end is at least so far away.
            switch bytes[index] {
            case 0x0A where bytes[index - 1] == 0x0D && bytes[index - 2] == 0x0A && bytes[index - 3] == 0x0D:
                return index + 1
            default: index += 1
            }
        }
        return nil
    }

    /// Whether bytes can become a header: no request begins with anything but a method in capitals.
    static func canBegin(with bytes: [UInt8]) -> Bool {
        bytes.prefix { $0 != 0x20 }.prefix(16).allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
            && bytes.first != 0x20
    }

    /// Reads a header with its empty line.
    init(_ bytes: [UInt8]) throws(Refusal) {
        var lines = Self.lines(bytes)[...]
        guard let first = lines.popFirst() else { throw Refusal(400, "there is no request line") }
        (method, target) = try Self.requestLine(first)
        guard lines.count <= Self.fieldLimit else {
            throw Refusal(431, "the request has \(lines.count) header fields", hint: "at most \(Self.fieldLimit)")
        }
        var fields: [String: String] = [:]
        for line in lines {
            let (name, value) = try Self.field(line)
            if let before = fields[name] {
                guard !Self.singular.contains(name) else { throw Refusal(400, "\(name) stands twice in the header") }
                fields[name] = before + ", " + value
            } else {
                fields[name] = value
            }
        }
        self.fields = fields
        guard fields["host"] != nil || first.suffix(3).elementsEqual("1.0".utf8) else {
            throw Refusal(400, "the request has no Host field", hint: "any, like Host: hostd")
        }
        bodyBytes = try Self.bodyBytes(fields)
    }

    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for index in bytes.indices.dropFirst() where bytes[index] == 0x0A && bytes[index - 1] == 0x0D {
            if index - 1 > start { lines.append(bytes[start..<(index - 1)]) }
            start = index + 1
        }
        return lines
    }

    private static func requestLine(_ line: ArraySlice<UInt8>) throws(Refusal) -> (String, String) {
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, canBegin(with: Array(words[0])), (1...16).contains(words[0].count) else {
            throw Refusal(400, "this is no request line of HTTP", hint: "like GET /v1/status HTTP/1.1")
        }
        guard words[1].allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let target = String(validating: words[1], as: UTF8.self)
        else { throw Refusal(400, "the target of the request is no text", hint: "UTF-8, other bytes as %XX") }
        switch String(decoding: words[2], as: UTF8.self) {
        case "HTTP/1.1", "HTTP/1.0": return (String(decoding: words[0], as: UTF8.self), target)
        case let version where version.hasPrefix("HTTP/"):
            throw Refusal(505, "\(version.prefix(20)) is not spoken here", hint: "HTTP/1.1")
        default: throw Refusal(400, "this is no request line of HTTP", hint: "like GET /v1/status HTTP/1.1")
        }
    }

    private static func field(_ line: ArraySlice<UInt8>) throws(Refusal) -> (String, String) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            throw Refusal(400, "a line of the header is no field", hint: "Name: value")
        }
        let name = line[..<colon]
        let value = line[(colon + 1)...]
        guard name.allSatisfy(isToken), value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw Refusal(400, "a field of the header has characters that have no place there")
        }
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let trimmed = value.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        return (String(decoding: name, as: UTF8.self).lowercased(), String(decoding: Array(trimmed), as: UTF8.self))
    }

    private static func bodyBytes(_ fields: [String: String]) throws(Refusal) -> Int? {
        let length = fields["content-length"]
        if let coding = fields["transfer-encoding"] {
            guard coding.lowercased() == "chunked" else {
                throw Refusal(501, "Transfer-Encoding \(coding.prefix(40)) is not known here", hint: "chunked, or none")
            }
            guard length == nil else { throw Refusal(400, "Content-Length and Transfer-Encoding exclude each other") }
        }
        guard let length else { return nil }
        guard !length.isEmpty, length.utf8.count <= 18,
            length.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { throw Refusal(400, "Content-Length \(length.prefix(40)) is no length", hint: "the body's bytes") }
        return Int(length)
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
