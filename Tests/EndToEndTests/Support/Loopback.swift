// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

/// HTTP to a program under test on 127.0.0.1.
enum Loopback {
    /// One request; the whole answer.
    static func request(_ method: String, port: UInt16, _ target: String) throws -> String {
        guard let address = SocketAddress.literals(host: "127.0.0.1", port: port)?.first else { return "" }
        let socket = try address.startConnect()
        try wait(socket.raw, POLLOUT, "a connection to port \(port)")
        let head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        try Sockets.sendAll(socket, Array(head.utf8))
        var answer: [UInt8] = []
        while true {
            try wait(socket.raw, POLLIN, "an answer to \(method) \(target)")
            let part = try socket.read(upTo: 65536)
            if part.isEmpty { return String(decoding: answer, as: UTF8.self) }
            answer += part
        }
    }

    private static func wait(_ raw: Int32, _ events: Int32, _ what: String) throws {
        var entry = pollfd(fd: raw, events: Int16(events), revents: 0)
        guard poll(&entry, 1, 20_000) > 0 else { throw TimedOut(event: what) }
    }
}
