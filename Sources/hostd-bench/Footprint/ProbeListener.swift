// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// A web server on 127.0.0.1 that says 200 to everything and counts what was asked.
final class ProbeListener {
    private final class Connection {
        let socket: Descriptor
        var received: [UInt8] = []

        init(_ socket: consuming Descriptor) {
            self.socket = socket
        }
    }

    /// Where it listens.
    let port: UInt16
    /// Requests so far, by path.
    private(set) var requests: [String: Int] = [:]
    private let listener: Descriptor
    private let epoll: Epoll
    private var connections: [Int32: Connection] = [:]

    /// All requests so far.
    var count: Int { requests.values.reduce(0, +) }

    /// Listens at a port that is free.
    init() throws(SystemError) {
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        listener = Descriptor(owning: try check("socket") { socket(AF_INET, flags, 0) })
        let raw = listener.raw
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer throws(SystemError) in
            let general = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            try check("bind") { bind(raw, general, length) }
            try check("listen") { listen(raw, SOMAXCONN) }
            try check("getsockname") { getsockname(raw, general, &length) }
        }
        port = UInt16(bigEndian: address.sin_port)
        epoll = try Epoll(capacity: 64)
        try epoll.add(raw, .readable, token: UInt64(raw))
    }

    /// Answers until `end` or until `isEnough`, whatever comes first; says whether it was enough.
    @discardableResult
    func serve(until end: Instant, isEnough: () -> Bool = { false }) -> Bool {
        while !isEnough() {
            let left = end - Clock.now
            guard left > .zero else { return false }
            // Rounded up, so that the last part of a millisecond is not spun through.
            let count = epoll.wait(milliseconds: Int32(clamping: left.nanoseconds / 1_000_000 + 1))
            for index in 0..<count {
                let raw = Int32(truncatingIfNeeded: epoll.event(index).token)
                if raw == listener.raw { acceptAll() } else { answer(raw) }
            }
        }
        return true
    }

    private func acceptAll() {
        while true {
            let raw = accept(listener.raw, nil, nil)
            guard raw >= 0 else { return }
            connections[raw] = Connection(Descriptor(owning: raw))
            try? epoll.add(raw, .readable, token: UInt64(raw))
        }
    }

    private func answer(_ raw: Int32) {
        guard let connection = connections[raw] else { return }
        var bytes = [UInt8](repeating: 0, count: 4096)
        // An event may be that of an earlier connection with this number: never wait.
        let count = recv(raw, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count < 0 && errno == EAGAIN { return }
        guard count > 0 else {
            epoll.remove(raw)
            connections[raw] = nil
            return
        }
        connection.received += bytes.prefix(count)
        // A GET has no body: it ends with the empty line.
        guard connection.received.suffix(4) == Array("\r\n\r\n".utf8)[...] else { return }
        let words = String(decoding: connection.received, as: UTF8.self).split(separator: " ", maxSplits: 2)
        connection.received = []
        if words.count > 1 { requests[String(words[1]), default: 0] += 1 }
        Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8).withUnsafeBytes { _ = connection.socket.send($0) }
    }
}
