// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostWire

/// A client of the control socket that blocks; for a thread of its own.
struct ControlClient: ~Copyable, Sendable {
    private let socket: Int32

    /// Connects to the server at `path`; a client that could not reads nothing.
    init(_ path: String) {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.socket = socket
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        withUnsafeBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return }
            _ = connect(socket, start, socklen_t(bytes.count))
        }
    }

    deinit {
        close(socket)
    }

    /// Sends all of `text`; false when the server has closed.
    @discardableResult
    func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent <= 0 { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// Says that nothing more will be sent.
    func endSending() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Reads until the server closes.
    func readAll() -> String {
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(socket, &part, part.count, 0)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += part[..<count]
        }
    }

    /// Reads until what came ends with `end`, or the server closes.
    func read(until end: String) -> String {
        var text: [UInt8] = []
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) == 1 {
            text.append(byte)
            if text.suffix(end.utf8.count).elementsEqual(end.utf8) { break }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Sends `drop` every few milliseconds until the server closes.
    func drip(_ drop: String) {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        while send(drop), poll(&entry, 1, 5) == 0 {}
    }

    /// Waits until the server has let go, without reading what it sent.
    func waitForHangup() {
        var entry = pollfd(fd: socket, events: 0, revents: 0)
        poll(&entry, 1, -1)
    }
}

/// An HTTP answer taken apart.
struct Answer: Equatable {
    /// 0 when nothing came.
    let status: Int
    let head: String
    let body: String

    init(_ text: String) {
        let bytes = Array(text.utf8)
        let end = bytes.indices.first { bytes[$0...].starts(with: [13, 10, 13, 10]) } ?? bytes.endIndex
        head = String(decoding: bytes[..<end], as: UTF8.self)
        body = String(decoding: bytes[end...].dropFirst(4), as: UTF8.self)
        status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
    }

    /// The body with the framing of chunks taken off.
    var dechunked: String {
        guard head.contains("Transfer-Encoding: chunked") else { return body }
        var rest = Array(body.utf8)[...]
        var text: [UInt8] = []
        while let end = rest.firstIndex(of: 10),
            let size = Int(String(decoding: rest[..<end].dropLast(), as: UTF8.self), radix: 16), size > 0
        {
            text += rest[(end + 1)...].prefix(size)
            rest = rest[(end + 1)...].dropFirst(size + 2)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The body as JSON; null when it is none.
    var json: JSON { (try? JSON(parsing: Array(body.utf8))) ?? .null }
}
