// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// One request to hostd, on a connection of its own.
final class JobCall {
    private let socket: Descriptor

    private static let patience: Duration = .seconds(60)

    /// Sends it to the hostd in `folder`.
    init(_ folder: String, _ method: String, _ path: String, _ body: String = "") throws(SystemError) {
        socket = try Sockets.connect(to: folder + "/run/hostd.sock", within: Self.patience)
        let head = "\(method) \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        try Sockets.sendAll(socket, Array((head + body).utf8))
    }

    var raw: Int32 { socket.raw }

    /// The body of the answer, as soon as all of it is there.
    func answer() throws -> [UInt8] {
        var answer: [UInt8] = []
        while true {
            let part = try socket.read(upTo: 1 << 20)
            if part.isEmpty { break }
            answer += part
        }
        guard answer.starts(with: "HTTP/1.1 2".utf8), let end = Bytes.first("\r\n\r\n", in: answer) else {
            throw BenchError("hostd refused: \(String(decoding: answer.prefix(300), as: UTF8.self))")
        }
        return Array(answer[(end + 4)...])
    }
}

/// Looking into answers of many kilobytes.
enum Bytes {
    /// Where `text` begins, from `start` on.
    static func first(_ text: String, in bytes: [UInt8], from start: Int = 0) -> Int? {
        let wanted = Array(text.utf8)
        guard bytes.count >= start + wanted.count, let head = wanted.first else { return nil }
        return bytes.withUnsafeBufferPointer { buffer in
            (start...(buffer.count - wanted.count)).first { place in
                buffer[place] == head && zip(buffer[place...], wanted).allSatisfy { $0 == $1 }
            }
        }
    }

    static func count(of text: String, in bytes: [UInt8]) -> Int {
        var (count, start) = (0, 0)
        while let place = first(text, in: bytes, from: start) {
            count += 1
            start = place + text.utf8.count
        }
        return count
    }

    /// The number after `"name":`; nil where there is none, or null.
    static func number(_ name: String, in bytes: [UInt8]) -> Int64? {
        guard let place = first("\"\(name)\":", in: bytes) else { return nil }
        let digits = bytes[(place + name.utf8.count + 3)...].drop { $0 == 32 }.prefix { (48...57).contains($0) }
        return Int64(String(decoding: digits, as: UTF8.self))
    }
}
