// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `listen`: connections find an open door while the service behind it is restarted.
@Suite struct ListenTests {
    private static let script = #filePath.replacing("/ListenTests.swift", with: "/Fixtures/held_listener.py")

    /// A connection to a port of a service; it gives the pid of who serves it.
    private final class Visitor {
        private let socket: Descriptor

        /// Throws when the connection is refused.
        init(_ port: UInt16) throws {
            let address = try #require(SocketAddress.literals(host: "127.0.0.1", port: port)?.first)
            socket = try address.startConnect()
            try Self.wait(socket.raw, POLLOUT, "a connection")
            let code = SocketAddress.pendingError(socket.raw)
            guard code == 0 else { throw SystemError(code: code, call: "connect") }
        }

        /// Waits until it is served.
        func server() throws -> Int32? {
            try Self.wait(socket.raw, POLLIN, "an answer")
            return Int32(String(decoding: try socket.read(upTo: 64), as: UTF8.self).prefix { $0 != "\n" })
        }

        private static func wait(_ raw: Int32, _ events: Int32, _ what: String) throws {
            var entry = pollfd(fd: raw, events: Int16(events), revents: 0)
            guard poll(&entry, 1, 30_000) > 0 else { throw TimedOut(event: what) }
        }
    }

    /// A host with the service `web`, which serves as soon as the file `go` is there.
    private struct Host {
        let host: HostUnderTest
        let port: UInt16
        var go: String { host.dir + "/go" }

        init(_ keys: String = "") throws {
            port = try ListenTests.freePort()
            host = try HostUnderTest("")
            try host.configure(
                """
                [service.web]
                command = ["python3", "\(ListenTests.script)", "\(host.dir)/go"]
                listen = ["127.0.0.1:\(port)"]
                ready = { log = "^listening" }
                \(keys)
                """)
            try allow()
            try host.start()
        }

        func allow() throws { try Files.replace(go, with: "".utf8) }
        func forbid() { unlink(go) }

        /// The next instance of `web` has started, and serves nobody yet.
        func startAgain() throws -> Int32? {
            let old = try host.waitReady("web")
            forbid()
            #expect(try host.request("POST", "/v1/services/web/restart?wait=false").status == 200)
            return try host.wait("web", for: "running") { $0.pid != nil && $0.pid != old }.pid
        }
    }

    private static func freePort() throws -> UInt16 {
        let any = try #require(SocketAddress.literals(host: "127.0.0.1", port: 0)?.first)
        let socket = try ListeningSockets.open(any)
        return try #require(
            ListeningSockets.address(of: socket.raw)?.text.split(separator: ":").last.flatMap { UInt16($0) })
    }

    @Test func connectionsWaitForTheNextInstance() throws {
        let web = try Host()
        let first = try web.host.waitReady("web")
        #expect(try Visitor(web.port).server() == first)
        let second = try web.startAgain()
        let visitors = try (0..<20).map { _ in try Visitor(web.port) }
        try web.allow()
        for visitor in visitors { #expect(try visitor.server() == second) }
        #expect(try web.host.status("web").listen == ["127.0.0.1:\(web.port)"])
    }

    @Test func aHostdThatWasKilledHoldsTheSocketAgain() throws {
        let web = try Host()
        try web.host.waitReady("web")
        web.host.kill()
        try web.host.start()
        let second = try web.startAgain()
        // Made while the service waits: the socket is the one that the first hostd made, or this would be refused.
        let early = try Visitor(web.port)
        web.host.kill()
        try web.host.start()
        try web.allow()
        #expect(try early.server() == second)
        #expect(try Visitor(web.port).server() == second)
    }

    @Test func theNextHostdInTheSameProcessHoldsItWhileNothingRuns() throws {
        let web = try Host("restart = { backoff = \"5m\", max_backoff = \"5m\", stable = \"1h\", burst = 0 }")
        for _ in 0..<2 {
            guard let pid = try web.host.wait("web", for: "ready", "backoff").pid else { break }
            kill(pid, SIGKILL)
            try web.host.wait("web", for: "ready", "backoff") { $0.pid != pid }
        }
        try web.host.wait("web", for: "backoff")
        let early = try Visitor(web.port)
        let starts = try web.host.events().count { $0.kind == "host.started" }
        #expect(try web.host.json("POST", "/v1/reexec")["ok"] == .bool(true))
        try waitUntil("the next hostd") { try web.host.events().count { $0.kind == "host.started" } > starts }
        #expect(try web.host.act("start", "web").ok)
        #expect(try early.server() == web.host.status("web").pid)
    }

    @Test func allInstancesTakeFromOneSocket() throws {
        let web = try Host("instances = 2\nports = [\"1+${instance}\"]")
        try web.host.waitReady("web@1")
        try web.host.waitReady("web@2")
        let before = try web.host.status().services.compactMap(\.pid)
        let running = try RunningHostctl(web.host, ["restart", "web"])
        var served: Set<Int32> = []
        try waitUntil("both to be new", seconds: 60) {
            if let server = try Visitor(web.port).server() { served.insert(server) }
            return try web.host.status().services.allSatisfy { $0.state == "ready" && $0.restarts == 1 }
        }
        #expect(try running.wait() == 0)
        #expect(served.isSubset(of: Set(before + (try web.host.status().services.compactMap(\.pid)))))
    }

    @Test func aServiceThatRestsIsNotListenedFor() throws {
        let web = try Host()
        try web.host.waitReady("web")
        #expect(try web.host.act("stop", "web").ok)
        #expect(throws: SystemError.self) { try Visitor(web.port) }
        #expect(try web.host.act("start", "web").ok)
        #expect(try Visitor(web.port).server() == web.host.status("web").pid)
    }

    @Test func whoHasTheAddressIsNamed() throws {
        let any = try #require(SocketAddress.literals(host: "127.0.0.1", port: 0)?.first)
        let taken = try ListeningSockets.open(any)
        let address = try #require(ListeningSockets.address(of: taken.raw)?.text)
        let host = try HostUnderTest("[service.web]\ncommand = [\"sleep\", \"1000\"]\nlisten = [\"\(address)\"]\n")
        try host.start()
        let status = try host.wait("web", for: "waiting") { $0.reason.contains("is held by") }
        #expect(status.reason.contains("pid \(getpid()) "))
        _ = consume taken
        try host.waitReady("web")
    }

    @Test func aReloadMovesItToAnotherAddress() throws {
        let web = try Host()
        let first = try web.host.waitReady("web")
        let other = try Self.freePort()
        let text = try Files.readText(web.host.dir + "/hostd.toml")
        try web.host.configure(text.replacing("127.0.0.1:\(web.port)", with: "127.0.0.1:\(other)"))
        #expect(try web.host.request("POST", "/v1/reload").status == 200)
        let second = try web.host.waitReady("web", notPid: first)
        #expect(try Visitor(other).server() == second)
        #expect(throws: SystemError.self) { try Visitor(web.port) }
    }
}
