// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

@testable import HostFetch

/// A resolver that hangs until a test lets it go, and counts.
private final nonisolated class SlowNames: Sendable {
    let gate = Gate()

    func ask(_ name: String) -> LookupAnswer {
        gate.pass()
        return name.hasPrefix("bad") ? .failure("name not found") : .addresses([])
    }
}

struct ResolverTests {
    @Test func theNamesOfTheHostItselfAreFound() throws {
        let loop = try TestLoop()
        let resolver = Resolver(loop: loop.events)
        var found: [String] = []
        _ = resolver.lookUp("localhost") { answer in
            if case .addresses(let addresses) = answer { found = addresses.map(\.hostText) }
            loop.stop()
        }
        try loop.run()
        #expect(found.contains("127.0.0.1"))
    }

    @Test func aNameThatCannotBeIsNotFound() throws {
        let loop = try TestLoop()
        let resolver = Resolver(loop: loop.events)
        var text = ""
        _ = resolver.lookUp("no_such-name..") { answer in
            text = "\(answer)"
            loop.stop()
        }
        try loop.run()
        #expect(text == "failure(\"name not found\")")
    }

    @Test func atMostEightLookupsHangAtOnceAndTheNextComeInOrder() throws {
        let loop = try TestLoop()
        let names = SlowNames()
        let resolver = Resolver(loop: loop.events, ask: names.ask)
        var answered: [String] = []
        for number in 0..<20 {
            _ = resolver.lookUp("name\(number)") { _ in
                answered.append("name\(number)")
                if answered.count == 20 { loop.stop() }
            }
        }
        try waitUntil("eight threads") { names.gate.waiting == 8 }
        #expect(answered.isEmpty)
        names.gate.open()
        try loop.run()
        #expect(Set(answered).count == 20)
    }

    @Test func whoeverAsksForTheSameNameSharesTheAnswer() throws {
        let loop = try TestLoop()
        let names = SlowNames()
        let resolver = Resolver(loop: loop.events, ask: names.ask)
        var answers: [String] = []
        for number in 0..<5 {
            _ = resolver.lookUp("bad") { answer in
                answers.append("\(number) \(answer)")
                if answers.count == 5 { loop.stop() }
            }
        }
        try waitUntil("the thread") { names.gate.waiting == 1 }
        names.gate.open()
        try loop.run()
        #expect(answers == (0..<5).map { "\($0) failure(\"name not found\")" })
    }

    @Test func aLookupThatIsNotWantedAnyMoreTellsNothingAndNeedsNoThread() throws {
        let loop = try TestLoop()
        let names = SlowNames()
        let resolver = Resolver(loop: loop.events, ask: names.ask)
        var answered: [String] = []
        func answer(_ name: String) {
            answered.append(name)
            if answered.count == 9 { loop.stop() }
        }
        for number in 0..<8 { _ = resolver.lookUp("name\(number)") { _ in answer("name\(number)") } }
        let unwanted = resolver.lookUp("unwanted") { _ in answer("unwanted") }
        let again = resolver.lookUp("name3") { _ in answer("again") }
        _ = resolver.lookUp("last") { _ in answer("last") }
        try waitUntil("eight threads") { names.gate.waiting == 8 }
        unwanted.cancel()
        again.cancel()
        names.gate.open()
        try loop.run()
        #expect(Set(answered) == Set((0..<8).map { "name\($0)" } + ["last"]))
    }

    @Test func aNameThatWasGivenUpIsLookedUpAnew() throws {
        let loop = try TestLoop()
        let names = SlowNames()
        let resolver = Resolver(loop: loop.events, ask: names.ask)
        for number in 0..<8 { _ = resolver.lookUp("name\(number)") { _ in } }
        resolver.lookUp("late") { _ in Issue.record("was given up") }.cancel()
        _ = resolver.lookUp("late") { _ in loop.stop() }
        names.gate.open()
        try loop.run()
    }

    @Test func aProbeWhoseNameHangsFailsInItsTimeAndSaysWhere() throws {
        let loop = try TestLoop()
        let names = SlowNames()
        defer { names.gate.open() }
        let resolver = Resolver(loop: loop.events, ask: names.ask)
        let fetcher = Fetcher(loop: loop.events, lookups: resolver)
        var told: [String] = []
        func tell(_ text: String) {
            told.append(text)
            if told.count == 2 { loop.stop() }
        }
        fetcher.get("http://dead.example/", timeout: .milliseconds(50)) { result in
            if case .failure(let why, _) = result { tell("http: \(why)") }
        }
        TcpProbe.run(
            loop: loop.events, lookups: resolver, host: "dead.example", port: 80, timeout: .milliseconds(60)
        ) { failure, _ in tell("tcp: \(failure ?? "connected")") }
        try loop.run()
        #expect(told == ["http: name not looked up in 50 ms", "tcp: name not looked up in 60 ms"])
    }

    @Test func aNameThatWasFoundIsAskedAtItsAddresses() throws {
        let server = try TinyServer(status: "200 OK", body: "found")
        let loop = try TestLoop()
        let resolver = Resolver(loop: loop.events) { _ in SocketAddress.lookUp("localhost") }
        let fetcher = Fetcher(loop: loop.events, lookups: resolver)
        var told: [String] = []
        func tell(_ text: String) {
            told.append(text)
            if told.count == 3 { loop.stop() }
        }
        // Without our addresses libcurl would say that it cannot resolve these.
        for host in ["gateway.invalid", "Gateway.INVALID."] {
            fetcher.get("http://\(host):\(server.port)/", timeout: .seconds(20)) { result in
                if case .answer(let status, _, _) = result { tell("\(status)") } else { tell("\(result)") }
            }
        }
        TcpProbe.run(
            loop: loop.events, lookups: resolver, host: "gateway.invalid", port: server.port, timeout: .seconds(20)
        ) { failure, _ in tell(failure ?? "connected") }
        try loop.run()
        #expect(told.sorted() == ["200", "200", "connected"])
        withExtendedLifetime(server) {}
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080/a", "127.0.0.1", 8080), ("https://example.com", "example.com", 443),
        ("HTTP://Example.COM?x=1", "example.com", 80), ("http://[::1]:99/", "::1", 99), ("http://[::1]/", "::1", 80),
        ("http://user@host:1/", "host", 1),
    ])
    func theHostOfAURL(url: String, name: String, port: UInt16) throws {
        let host = try #require(HostPart(url: url))
        #expect(host.name == name)
        #expect(host.port == port)
    }
}
