// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLoop
import HostWire
import TestKit
import Testing

@testable import HostControl

@MainActor
struct ControlLimitsTests {
    private nonisolated static let request = "GET /v1/status HTTP/1.1\r\nHost: hostd\r\n\r\n"

    @Test func aHeaderThatDripsIsCutAndStarvesNobody() throws {
        let test = try ControlUnderTest(limits: ControlLimits(headerDeadline: .milliseconds(300)))
        let dripping: ControlUnderTest.Client<Int> = { client in
            client.send("GET / HTTP/1.1\r\nX: ")
            client.drip("x")
            return Answer(client.readAll()).status
        }
        let honest: ControlUnderTest.Client<Int> = { client in
            client.send(Self.request)
            return Answer(client.readAll()).status
        }
        let statuses = try test.run(Array(repeating: dripping, count: 25) + [honest])
        #expect(statuses == Array(repeating: 408, count: 25) + [200])
        #expect(test.requests.count == 1)
        try test.drain()
    }

    @Test func aConnectionThatSaysNothingIsCut() throws {
        let test = try ControlUnderTest(limits: ControlLimits(headerDeadline: .milliseconds(50)))
        #expect(try test.run { $0.readAll() } == "")
        try test.drain()
    }

    @Test func aBodyThatDripsIsCut() throws {
        let test = try ControlUnderTest(limits: ControlLimits(bodyDeadline: .milliseconds(200)))
        let read = try test.run { client in
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
            client.drip("x")
            return client.readAll()
        }
        #expect(read == "")
        #expect(test.requests.isEmpty)
        try test.drain()
    }

    @Test func aBodyThatIsAnnouncedTooBigIsRefusedUnread() throws {
        let test = try ControlUnderTest(limits: ControlLimits(bodyBytes: 100))
        let answer = try test.answer(to: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n")
        #expect(answer.status == 413)
        #expect(answer.json == ["error": "the body is too big", "hint": "at most 100 bytes"])
        #expect(test.requests.isEmpty)
    }

    @Test func aBodyThatBecomesTooBigIsRefusedAtItsEnd() throws {
        let test = try ControlUnderTest(limits: ControlLimits(bodyBytes: 100))
        let chunk = "40\r\n" + String(repeating: "x", count: 64) + "\r\n"
        let answer = try test.answer(
            to: "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)\(chunk)0\r\n\r\n")
        #expect(answer.status == 413)
        #expect(test.requests.isEmpty)
    }

    @Test func aBodyAsBigAsAllowedIsTaken() throws {
        let test = try ControlUnderTest(limits: ControlLimits(bodyBytes: 100_000))
        let body = String(repeating: "x", count: 100_000)
        let answer = try test.answer(to: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n\(body)")
        #expect(answer.status == 200)
        #expect(test.requests.first?.body.count == 100_000)
    }

    @Test func aHeaderThatIsTooBigIsRefused() throws {
        let test = try ControlUnderTest(limits: ControlLimits(headerBytes: 4096))
        let status = try test.run { client in
            client.send("GET / HTTP/1.1\r\n")
            while client.send("X-Header: " + String(repeating: "x", count: 1000) + "\r\n") {}
            return Answer(client.readAll()).status
        }
        #expect(status == 431)
        #expect(test.requests.isEmpty)
        try test.drain()
    }

    @Test func aClientThatDoesNotTakeItsAnswerIsCut() throws {
        let huge = String(repeating: "x", count: 10 << 20)
        let test = try ControlUnderTest(limits: ControlLimits(answerDeadline: .milliseconds(100))) { _, responder in
            responder.finish(status: 200, text: huge)
        }
        let taken = try test.run { client in
            client.send(Self.request)
            client.waitForHangup()
            return client.readAll().utf8.count
        }
        #expect(taken < 10 << 20)
        try test.drain()
    }

    @Test func aHandlerMayTakeItsTime() throws {
        var kept: ControlResponder?
        let limits = ControlLimits(
            headerDeadline: .milliseconds(50), bodyDeadline: .milliseconds(50), answerDeadline: .seconds(30))
        let test = try ControlUnderTest(limits: limits) { _, responder in kept = responder }
        try test.after(milliseconds: 400) { kept?.finish(status: 200, text: "at last") }
        #expect(try test.get("/").body == "at last")
    }

    @Test func fiveHundredConnectionsAtOnceAreAnsweredOrToldWhyNot() throws {
        var kept: [ControlResponder] = []
        let test = try ControlUnderTest(limits: ControlLimits(connections: 32, silence: .seconds(60))) { _, responder in
            kept.append(responder)
        }
        let path = test.path
        let allHaveAsked = Gate()
        let watcher = try Worker(loop: test.loop.events, lane: "test", limit: 1)
        watcher.submit {
            allHaveAsked.pass()
        } then: { (_: WorkOutcome<Void>) in
            // Only those that found no place can have an answer by now.
            kept.forEach { $0.finish(status: 200, text: "") }
        }
        let statuses = try test.run { first in
            let others = (0..<499).map { _ in Boxed(ControlClient(path)) }
            first.send(Self.request)
            for other in others { other.client.send(Self.request) }
            let refused = others.suffix(499 - 31).map { Answer($0.client.readAll()).status }
            allHaveAsked.open()
            let taken = others.prefix(31).map { Answer($0.client.readAll()).status }
            return [Answer(first.readAll()).status] + taken + refused
        }
        #expect(statuses == Array(repeating: 200, count: 32) + Array(repeating: 503, count: 468))
        try test.drain()
    }

    @Test func aRefusedConnectionIsToldWhyAndWhenToComeBack() throws {
        let test = try ControlUnderTest(limits: ControlLimits(connections: 0))
        let answer = try test.get("/")
        #expect(answer.status == 503)
        #expect(answer.head.contains("Retry-After: 1"))
        #expect(
            answer.json == [
                "error": "too many connections (at most 0)", "hint": "try again when others are closed",
            ])
    }

    @Test func rootAndAdminsFindAPlaceAndNoUserTakesThemAll() {
        let limits = ControlLimits(connections: 10, connectionsPerUser: 3, keptPlaces: 4)
        func refusal(_ uid: Int, _ rank: Rank, open: [Int]) -> String? {
            let crowd = Crowd(limits: limits, accounts: open.map { "uid \($0)" })
            return crowd.refusal(of: "uid \(uid)", rank)?.text
        }
        #expect(refusal(1000, .others, open: []) == nil)
        #expect(refusal(1000, .others, open: [1000, 1000]) == nil)
        #expect(refusal(1000, .others, open: [1000, 1000, 1000]) == "too many connections of uid 1000 (at most 3)")
        #expect(refusal(1001, .others, open: [1000, 1000, 1000]) == nil)
        let crowd = [1000, 1000, 1000, 1001, 1001, 1001]
        #expect(
            refusal(1002, .others, open: crowd) == "too many connections (at most 6 for all but root and admins)")
        #expect(refusal(5, .admins, open: crowd + [5]) == nil)
        #expect(refusal(6, .admins, open: crowd + [5, 5]) == "too many connections (at most 8 for all but root)")
        #expect(refusal(5, .admins, open: [5, 5, 5]) == "too many connections of uid 5 (at most 3)")
        #expect(refusal(0, .root, open: crowd + [0, 0, 0]) == nil)
        #expect(refusal(0, .root, open: crowd + [0, 0, 0, 0]) == "too many connections (at most 10)")
    }

    @Test func noUserTakesAllStreamsEither() {
        let limits = ControlLimits(streams: 8, streamsPerUser: 2)
        func refusal(_ uid: Int, open: [Int]) -> String? {
            let crowd = Crowd(limits: limits, accounts: open.map { "uid \($0)" })
            return crowd.streamRefusal(of: "uid \(uid)", uid == 0 ? .root : .others)
        }
        #expect(refusal(1000, open: [1000]) == nil)
        #expect(refusal(1000, open: [1000, 1000]) == "too many streams of uid 1000 (at most 2)")
        #expect(refusal(1002, open: [1000, 1000, 1001, 1001]) == "too many streams (at most 4)")
        #expect(refusal(0, open: [1000, 1000, 1001, 1001]) == nil)
        #expect(refusal(0, open: Array(repeating: 0, count: 8)) == "too many streams (at most 8)")
    }
}

/// So that an array can hold clients.
private final class Boxed: Sendable {
    let client: ControlClient

    init(_ client: consuming ControlClient) {
        self.client = client
    }
}
