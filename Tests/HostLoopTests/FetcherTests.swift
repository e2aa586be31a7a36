// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostFetch
import HostLinux
import HostLoop
import TestKit
import Testing

struct FetcherTests {
    /// The result of one GET, without the time that it took.
    private func result(
        of url: String, headers: [String: String] = [:], timeout: Duration = .seconds(20), bodyLimit: Int = 16384
    ) throws -> String {
        let loop = try TestLoop()
        let fetcher = Fetcher(loop: loop.events, lookups: Resolver(loop: loop.events))
        var results: [FetchResult] = []
        fetcher.get(url, headers: headers, timeout: timeout, bodyLimit: bodyLimit) { result in
            results.append(result)
            // A second call would come before the loop ends.
            loop.events.later { loop.stop() }
        }
        #expect(results.isEmpty, "nothing is told within get")
        try loop.run(until: url)
        #expect(results.count == 1)
        switch results.first {
        case .answer(let status, let body, let took):
            #expect(took > .zero)
            return "\(status) \(String(decoding: body, as: UTF8.self))"
        case .failure(let why, _): return why
        case nil: return "nothing"
        }
    }

    /// The same for a server, which lives on during the call.
    private func result(
        of server: TinyServer, _ target: String = "/", headers: [String: String] = [:],
        timeout: Duration = .seconds(20), bodyLimit: Int = 16384
    ) throws -> String {
        let url = "http://127.0.0.1:\(server.port)\(target)"
        return try result(of: url, headers: headers, timeout: timeout, bodyLimit: bodyLimit)
    }

    @Test(arguments: ["200 OK", "404 Not Found", "500 Internal Server Error", "503 Service Unavailable"])
    func anAnswerIsItsStatusAndItsBody(status: String) throws {
        let server = try TinyServer(status: status, body: "it is so")
        #expect(try result(of: server, "/healthz") == "\(status.prefix(3)) it is so")
    }

    @Test func whatIsAskedIsThePathOfTheURLAsItStands() throws {
        let server = try TinyServer { connection in
            let head = connection.readHead()
            let line = head.prefix { $0 != "\r\n" }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(line.utf8.count)\r\n\r\n\(line)")
        }
        #expect(
            try result(of: server, "/a%20b/../c?d=e#f") == "200 GET /c?d=e HTTP/1.1",
            "dot segments are resolved, the fragment stays here")
    }

    @Test func furtherHeadersAreSentAsTheyStand() throws {
        let server = try TinyServer { connection in
            let lines = connection.readHead().split(separator: "\r\n").filter {
                $0.hasPrefix("X-") || $0.hasPrefix("Host")
            }
            let body = lines.sorted().joined(separator: "|")
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
        let headers = ["X-Token": "Bearer a;b: c", "X-Empty": "", "Host": "web.example"]
        #expect(
            try result(of: server, headers: headers)
                == "200 Host: web.example|X-Empty:|X-Token: Bearer a;b: c")
    }

    @Test func aRedirectIsAnAnswerAndIsNotFollowed() throws {
        let other = try TinyServer(status: "200 OK", body: "followed")
        let server = try TinyServer(status: "302 Found", headers: ["Location: http://127.0.0.1:\(other.port)/"])
        #expect(try result(of: server) == "302 ")
        withExtendedLifetime(other) {}
    }

    @Test func aPortThatNobodyListensOnRefuses() throws {
        #expect(try result(of: "http://127.0.0.1:\(TinyServer.closedPort())/") == "connection refused")
    }

    @Test func localhostIsBothLoopbackAddressesWithoutALookup() throws {
        let server = try TinyServer(status: "204 No Content")
        #expect(try result(of: "http://localhost:\(server.port)/") == "204 ")
        #expect(try result(of: "HTTP://LocalHost:\(server.port)/") == "204 ")
        withExtendedLifetime(server) {}
        #expect(try result(of: "http://localhost:\(TinyServer.closedPort())/") == "connection refused")
    }

    @Test func anIPv6AddressStandsInBrackets() throws {
        #expect(try result(of: "http://[::1]:\(TinyServer.closedPort())/") == "connection refused")
    }

    @Test func aServerThatAcceptsAndSaysNothingIsLateAndTheConnectionIsTold() throws {
        let server = try TinyServer { $0.waitForEnd() }
        let why = try result(of: server, timeout: .milliseconds(100))
        #expect(why.hasPrefix("no answer in 100 ms (connected after "))
    }

    @Test func aServerThatNeverEndsItsHeadIsLate() throws {
        let server = try TinyServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nX: ")
            while connection.send("x"), !connection.ends(withinMilliseconds: 5) {}
        }
        let why = try result(of: server, timeout: .milliseconds(200))
        #expect(why.contains("in 200 ms"))
    }

    @Test func aBodyThatDripsHasNoMoreTimeThanAnyOther() throws {
        let server = try TinyServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while connection.send("x"), !connection.ends(withinMilliseconds: 5) {}
        }
        let why = try result(of: server, timeout: .milliseconds(200))
        #expect(why == "the body of the answer, status 200, was not complete in 200 ms")
    }

    @Test func aBodyBeyondTheLimitIsCutAndTheAnswerStands() throws {
        let server = try TinyServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send(String(repeating: "0123456789", count: 1000)) {}
        }
        #expect(try result(of: server, bodyLimit: 15) == "200 012345678901234")
        #expect(try result(of: server, bodyLimit: 0) == "200 ")
    }

    @Test func aBodyAsLongAsTheLimitIsWhole() throws {
        let server = try TinyServer(status: "200 OK", body: "0123456789")
        #expect(try result(of: server, bodyLimit: 10) == "200 0123456789")
    }

    @Test func aBodyThatBreaksOffIsNoAnswer() throws {
        let server = try TinyServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        }
        let why = try result(of: server)
        #expect(why.contains("96 bytes"), "\(why)")
    }

    @Test func whatIsNoHTTPIsNoAnswer() throws {
        let server = try TinyServer { $0.send("SSH-2.0-OpenSSH_9.2\r\n") }
        let why = try result(of: server)
        #expect(why == "Received HTTP/0.9 when not allowed")
    }

    @Test func aServerThatClosesWithoutAWordIsNoAnswer() throws {
        let server = try TinyServer { _ = $0.readHead() }
        #expect(try result(of: server) == "Empty reply from server")
    }

    @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "", "http://", "http://[::1"])
    func onlyHTTPIsAsked(url: String) throws {
        #expect(try result(of: url) == "this is no http or https URL")
    }

    @Test func manyAtOnceAreAllToldOnce() throws {
        let server = try TinyServer(status: "200 OK")
        let loop = try TestLoop()
        let fetcher = Fetcher(loop: loop.events, lookups: Resolver(loop: loop.events))
        var told = 0
        var wells = 0
        for _ in 0..<200 {
            fetcher.get("http://127.0.0.1:\(server.port)/", timeout: .seconds(20)) { result in
                if case .answer(200, _, _) = result { wells += 1 } else { Issue.record("\(result)") }
                told += 1
                if told == 200 { loop.stop() }
            }
        }
        try loop.run()
        #expect(wells == 200)
        withExtendedLifetime(server) {}
    }

    @Test func waitingForAnAnswerCostsNoWakeUps() throws {
        let server = try TinyServer { $0.waitForEnd() }
        let loop = try TestLoop()
        let fetcher = Fetcher(loop: loop.events, lookups: Resolver(loop: loop.events))
        fetcher.get("http://127.0.0.1:\(server.port)/", timeout: .seconds(1)) { _ in loop.stop() }
        try loop.run()
        #expect(loop.turns <= 12, "\(loop.turns)")
        withExtendedLifetime(server) {}
    }

    @Test func aFetcherThatIsGoneTellsNothingAndLeavesNoConnection() throws {
        let ended = Gate()
        let server = try TinyServer { connection in
            _ = connection.readHead()
            connection.waitForEnd()
            ended.open()
        }
        let loop = try TestLoop()
        var told = 0
        var fetcher: Fetcher? = Fetcher(loop: loop.events, lookups: Resolver(loop: loop.events))
        fetcher?.get("http://127.0.0.1:\(server.port)/", timeout: .seconds(20)) { _ in told += 1 }
        loop.keep(
            try loop.events.timer {
                fetcher = nil
                loop.stop()
            }
        ).arm(at: loop.events.now + .milliseconds(50))
        try loop.run()
        ended.pass()
        #expect(told == 0)
        #expect(fetcher == nil)
        withExtendedLifetime(server) {}
    }

    @Test func anAnswerMayAskTheNextQuestion() throws {
        let server = try TinyServer(status: "200 OK")
        let loop = try TestLoop()
        let fetcher = Fetcher(loop: loop.events, lookups: Resolver(loop: loop.events))
        var left = 20
        func ask() {
            fetcher.get("http://127.0.0.1:\(server.port)/", timeout: .seconds(20)) { _ in
                left -= 1
                if left > 0 { ask() } else { loop.stop() }
            }
        }
        ask()
        try loop.run()
        #expect(left == 0)
        withExtendedLifetime(server) {}
    }
}
