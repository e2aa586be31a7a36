// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit

/// A client of the control socket that sends whatever it likes.
final class RawClient {
    private let socket: Descriptor

    /// Connects.
    init(_ host: HostUnderTest) throws {
        socket = try Sockets.connect(to: host.dir + "/run/hostd.sock")
    }

    /// Sends what the socket takes at once; how many bytes, -1 when the server has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int {
        let count = bytes.withUnsafeBytes { socket.send($0) }
        return count >= 0 ? count : count == Int(-EAGAIN) ? 0 : -1
    }

    @discardableResult
    func send(_ text: String) -> Int { send(Array(text.utf8)) }

    /// Sends nothing more.
    func endSending() { Sockets.endSending(socket.raw) }

    /// Whether the server has answered or closed.
    var hasAnswer: Bool {
        var entry = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// Reads until the server closes; the status and all that came, 0 for nothing.
    func answer() throws -> (status: Int, text: String) {
        var bytes: [UInt8] = []
        while true {
            var entry = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 60_000) > 0 else { throw TimedOut(event: "an answer") }
            // A server that closes with bytes unread resets the connection, after what it has sent.
            guard let part = try? socket.read(upTo: 1 << 20), !part.isEmpty else { break }
            bytes += part
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return (Int(text.dropFirst(9).prefix(3)) ?? 0, text)
    }
}

/// A host with one service that runs, and the proof that nothing disturbed it.
struct UndisturbedHost {
    let host: HostUnderTest
    private let pid: Int32
    private let descriptors: Int

    /// Starts it; `keys` go before the service.
    init(_ keys: String = "") throws {
        host = try HostUnderTest(keys + "[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n")
        try host.start()
        pid = try host.waitReady("sleeper")
        descriptors = try Self.count(host)
    }

    /// The service runs as it did, hostd answers, and it keeps no descriptor of what is over.
    func check() throws {
        let status = try host.status("sleeper")
        guard status.pid == pid, status.state == "ready", status.restarts == 0 else {
            throw TimedOut(event: "the service undisturbed: \(status)")
        }
        try waitUntil("hostd to let go of what is over", seconds: 60) { try Self.count(host) <= descriptors + 2 }
    }

    /// What hostd holds in memory, in bytes.
    func residentBytes() throws -> Int {
        let fields = try Files.readText("/proc/\(host.pid)/statm", limit: 4096).split(separator: " ")
        return (Int(fields[1]) ?? 0) * 4096
    }

    private static func count(_ host: HostUnderTest) throws -> Int { try Files.list("/proc/\(host.pid)/fd").count }
}
