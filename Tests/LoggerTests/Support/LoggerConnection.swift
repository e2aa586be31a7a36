// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostLogs
import TestKit

/// hostd's end of a logger's socket.
final class LoggerConnection {
    private let socket: Descriptor
    private var input: [UInt8] = []
    /// Replies that came while another one was waited for.
    private(set) var heard: [LoggerReply] = []

    init(run: String) throws {
        socket = try Sockets.connect(to: run + "/logger.sock")
    }

    func send(_ messages: [LoggerMessage]) throws {
        try send(text: messages.map(\.line).joined())
    }

    func send(text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { socket.send($0) }
            if count == Int(-EAGAIN) {
                try waitForSocket(Int16(POLLOUT))
            } else {
                guard count > 0 else { throw SystemError(code: Int32(-count), call: "send") }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Tells the whole wanted set and waits until it is taken.
    func want(_ messages: [LoggerMessage]) throws {
        try send([.begin] + messages + [.commit])
        try wait(for: .ok)
    }

    /// Waits until a reply has come that has not been waited for yet.
    func wait(for reply: LoggerReply) throws {
        try waitForReply("\(reply)") { $0 == reply }
    }

    @discardableResult
    func waitForReply(_ event: String, where isWanted: (LoggerReply) -> Bool) throws -> LoggerReply {
        while true {
            if let index = heard.firstIndex(where: isWanted) { return heard.remove(at: index) }
            guard try receive(event) else { throw DidNotCome(event: event + ", but the logger hung up") }
        }
    }

    /// Waits until the logger has served what it was told before: a further round trip.
    func roundTrip() throws {
        let stranger = "roundtrip"
        try send(text: stranger + "\n")
        try waitForReply("the answer to no message") {
            if case .error("-", let text) = $0 { text.contains(stranger) } else { false }
        }
    }

    /// Waits until the logger has closed the connection.
    func waitForClose() throws {
        while try receive("the end of the connection") {}
    }

    /// Reads what has come; false: the connection is closed.
    private func receive(_ event: String) throws -> Bool {
        try waitForSocket(Int16(POLLIN), event)
        let part = try socket.read(upTo: 65536)
        input += part
        while let end = input.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: input[..<end], as: UTF8.self)
            input.removeSubrange(...end)
            guard let reply = LoggerReply(line: line) else { throw DidNotCome(event: "a reply instead of \"\(line)\"") }
            heard.append(reply)
        }
        return !part.isEmpty
    }

    private func waitForSocket(_ events: Int16, _ event: String = "room in the socket") throws {
        var entry = pollfd(fd: socket.raw, events: events, revents: 0)
        guard poll(&entry, 1, 60_000) == 1 else { throw DidNotCome(event: event) }
    }
}
