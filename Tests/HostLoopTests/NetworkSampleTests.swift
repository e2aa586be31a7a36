// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostFetch
import HostLinux
import HostLoop
import Synchronization
import TestKit
import Testing

/// What questions to the network find, over real sockets.
struct NetworkSampleTests {
    private func sample(_ ask: (EventLoop, @escaping (NetworkSample) -> Void) -> Void) throws -> NetworkSample {
        let loop = try TestLoop()
        var told: NetworkSample?
        ask(loop.events) { sample in
            told = sample
            loop.events.later { loop.stop() }
        }
        #expect(told == nil, "nothing is told at once")
        try loop.run()
        return try #require(told)
    }

    private func failure(_ sample: NetworkSample) -> NetworkFailure? {
        if case .failed(let why, _) = sample.outcome { why } else { nil }
    }

    @Test func aKeptConnectionIsUsedAgainAndAFreshOneIsNot() throws {
        let connections = Mutex(0)
        let server = try TinyServer { connection in
            connections.withLock { $0 += 1 }
            while !connection.readHead().isEmpty { connection.send("HTTP/1.1 204 No Content\r\n\r\n") }
        }
        let loop = try TestLoop()
        let fetcher = Fetcher(loop: loop.events, lookups: Resolver(loop: loop.events))
        for (isFresh, expected) in [(true, 1), (false, 1), (false, 1), (true, 2)] {
            var phases: NetworkPhases?
            fetcher.sample(
                "http://127.0.0.1:\(server.port)/", expected: [204...204], isFresh: isFresh, addresses: nil,
                timeout: .seconds(20)
            ) { sample, _ in
                phases = sample.phases
                loop.events.later { loop.stop() }
            }
            try loop.run()
            #expect(connections.withLock { $0 } == expected)
            #expect((phases?.connect != nil) == isFresh)
            #expect(phases?.firstByte != nil)
        }
        withExtendedLifetime(server) {}
    }

    @Test func aNameServerIsAskedByADatagram() throws {
        let server = try TinyNameServer()
        server.serve()
        let address = try #require(SocketAddress.literals(host: "127.0.0.1", port: server.port)?.first)
        for (mood, expected) in [
            (TinyNameServer.Mood.code(0), nil), (.code(3), nil), (.code(2), NetworkFailure.name),
            (.silence, .silent),
        ] {
            server.mood = mood
            let found = try sample { loop, then in
                let timeout = Duration.milliseconds(mood == .silence ? 200 : 20_000)
                NameQuery.run(loop: loop, name: "example.com", server: address, timeout: timeout, then: then)
            }
            #expect(failure(found) == expected, "\(mood): \(found)")
        }
    }

    @Test func aConnectionThatIsRefusedIsToldFromOneThatIsSilent() throws {
        let port = try TinyServer.closedPort()
        let found = try sample { loop, then in
            TcpProbe.sample(
                loop: loop, lookups: Resolver(loop: loop), host: "127.0.0.1", port: port, timeout: .seconds(20),
                then: then)
        }
        #expect(failure(found) == .refused)
    }
}
