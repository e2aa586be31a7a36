// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostLogs

/// hostd's end of the logger's socket.
final class LoggerTalk {
    private let socket: Descriptor
    private var input: [UInt8] = []

    /// Connects to a logger that has just been started.
    init(run: String) throws(SystemError) {
        for _ in 0..<5000 {
            if let connected = try? Sockets.connect(to: run + "/logger.sock") {
                socket = connected
                return
            }
            usleep(1000)
        }
        throw SystemError(code: ETIMEDOUT, call: "connect", subject: run + "/logger.sock")
    }

    func send(_ messages: [LoggerMessage]) throws(SystemError) {
        try socket.write(all: messages.map(\.line).joined().utf8)
    }

    /// Tells the whole wanted set and waits until it is taken.
    func want(_ messages: [LoggerMessage]) throws(SystemError) {
        try send([.begin] + messages + [.commit])
        try wait(for: .ok)
    }

    /// Waits for a reply. An error of the logger is thrown.
    func wait(for reply: LoggerReply) throws(SystemError) {
        while true {
            var entry = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, -1)
            let part = try socket.read(upTo: 4096)
            if part.isEmpty { throw SystemError(code: EPIPE, call: "hear", subject: "\(reply) from the logger") }
            input += part
            while let end = input.firstIndex(of: UInt8(ascii: "\n")) {
                let heard = LoggerReply(line: String(decoding: input[..<end], as: UTF8.self))
                input.removeSubrange(...end)
                if heard == reply { return }
                if case .error(_, let text) = heard { throw SystemError(code: EIO, call: "capture", subject: text) }
            }
        }
    }
}
