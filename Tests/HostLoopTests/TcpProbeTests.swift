// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostFetch
import HostLoop
import TestKit
import Testing

struct TcpProbeTests {
    private func failure(host: String, port: UInt16, timeout: Duration = .seconds(20)) throws -> String? {
        let loop = try TestLoop()
        var told: [String?] = []
        TcpProbe.run(
            loop: loop.events, lookups: Resolver(loop: loop.events), host: host, port: port, timeout: timeout
        ) { failure, took in
            #expect(took > .zero)
            told.append(failure)
            loop.events.later { loop.stop() }
        }
        #expect(told.isEmpty, "nothing is told within run")
        try loop.run()
        #expect(told.count == 1)
        return told.first ?? nil
    }

    @Test func aPortThatAcceptsIsWell() throws {
        let server = try TinyServer { $0.waitForEnd() }
        #expect(try failure(host: "127.0.0.1", port: server.port) == nil)
        #expect(try failure(host: "localhost", port: server.port) == nil)
        withExtendedLifetime(server) {}
    }

    @Test func aPortThatNobodyListensOnRefuses() throws {
        let port = try TinyServer.closedPort()
        #expect(try failure(host: "127.0.0.1", port: port) == "connection refused")
        #expect(try failure(host: "::1", port: port) == "connection refused")
        #expect(try failure(host: "localhost", port: port) == "connection refused")
    }

    @Test func theConnectionIsClosedAtOnce() throws {
        let ended = Gate()
        let server = try TinyServer { connection in
            connection.waitForEnd()
            ended.open()
        }
        #expect(try failure(host: "127.0.0.1", port: server.port) == nil)
        ended.pass()
        withExtendedLifetime(server) {}
    }

    @Test func anAddressThatCannotBeReachedSaysWhy() throws {
        // Class E: no route leads there, and every kernel says so at once.
        let why = try failure(host: "255.255.255.255", port: 9)
        #expect(
            why == "network is unreachable" || why == "permission denied" || why == "invalid argument", "\(why ?? "")")
    }
}
