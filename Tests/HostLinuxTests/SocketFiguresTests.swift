// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

/// sock_diag asked for real connections.
@Suite struct SocketFiguresTests {
    @Test func aConnectionIsFoundByTheInodeOfItsSocket() throws {
        let server = try TinyServer { connection in
            while !connection.readHead().isEmpty { connection.send("answer") }
        }
        let address = try #require(SocketAddress.literals(host: "127.0.0.1", port: server.port)?.first)
        let socket = try address.startConnect()
        Sockets.sendNow(socket.raw, Array("question\r\n\r\n".utf8))
        let raw = socket.raw
        try waitUntil("an answer") { if case .bytes = Sockets.peek(raw, upTo: 10) { true } else { false } }
        let link = try #require(Files.linkTarget("/proc/self/fd/\(raw)"))
        let inode = try #require(UInt32(link.dropFirst("socket:[".count).dropLast()))
        let found = try #require(SocketFigures.read(local: true).first { $0.inode == inode })
        #expect(found.rttMilliseconds > 0)
        #expect(found.sent >= 2)
        #expect(found.retransmitted == 0)
        #expect(!SocketFigures.read().contains { $0.inode == inode }, "it does not leave the host")
        withExtendedLifetime(server) {}
    }
}
