// SPDX-License-Identifier: Apache-2.0

import HostControl
import HostCore
import HostLinux
import HostLoop
import HostWire
import TestKit
import Testing

/// Answers without an end.
@MainActor
struct ControlStreamTests {
    private nonisolated static let request = "GET /v1/events HTTP/1.1\r\nHost: hostd\r\n\r\n"

    @Test func piecesComeAsTheyAreSentAndTheEndEndsIt() throws {
        var stream: ControlStream?
        let test = try ControlUnderTest { _, responder in
            stream = responder.stream(contentType: "text/event-stream")
            stream?.send(Array("data: 1\n\n".utf8))
        }
        try test.after(milliseconds: 50) { stream?.send(Array("data: 2\n\n".utf8)) }
        try test.after(milliseconds: 100) { stream?.end(Array("data: 3\n\n".utf8)) }
        let answer = try test.answer(to: Self.request)
        #expect(answer.status == 200)
        #expect(answer.head.contains("Content-Type: text/event-stream"))
        #expect(answer.dechunked == "data: 1\n\ndata: 2\n\ndata: 3\n\n")
        try test.drain()
        #expect(stream?.isOpen == false)
    }

    @Test func aStreamMayBeginLater() throws {
        var kept: ControlResponder?
        let test = try ControlUnderTest { _, responder in kept = responder }
        try test.after(milliseconds: 50) {
            let stream = kept?.stream(contentType: "text/event-stream")
            stream?.end(Array("data: late\n\n".utf8))
        }
        #expect(try test.answer(to: Self.request).dechunked == "data: late\n\n")
    }

    @Test func whoGoesIsToldOnceAndWhoStaysCostsNothing() throws {
        var told = 0
        var stream: ControlStream?
        let test = try ControlUnderTest { _, responder in
            stream = responder.stream(contentType: "text/event-stream")
            stream?.onClosed = { told += 1 }
            stream?.send(Array(": hello\n\n".utf8))
        }
        _ = try test.run { client in
            client.send(Self.request)
            return client.read(until: ": hello\n\n")
        }
        let turns = test.loop.turns
        try test.drain()
        #expect(told == 1)
        #expect(test.loop.turns - turns < 50)
        stream?.send(Array("nobody hears this".utf8))
        #expect(stream?.isOpen == false)
    }

    /// Sends the same event whenever there is room, for ever.
    private static func flood(_ responder: ControlResponder, bytes: Int) -> ControlStream? {
        let stream = responder.stream(contentType: "text/event-stream")
        let event = Array(("data: " + String(repeating: "x", count: bytes) + "\n\n").utf8)
        stream?.lateWord = Array("event: slow\ndata: {}\n\n".utf8)
        stream?.onDrained = { [weak stream] in stream?.send(event) }
        stream?.send(event)
        return stream
    }

    @Test func whoIsTooSlowHoldsOnePieceAndIsCutWithAWord() throws {
        var sent = 0
        var cut = false
        let limits = ControlLimits(answerDeadline: .seconds(30), streamPatience: .milliseconds(200))
        let test = try ControlUnderTest(limits: limits) { _, responder in
            let stream = Self.flood(responder, bytes: 10_000)
            let drained = stream?.onDrained
            stream?.onDrained = {
                sent += 1
                drained?()
            }
            stream?.onClosed = { cut = true }
        }
        let hasWaited = Gate()
        try test.after(milliseconds: 1000) { hasWaited.open() }
        let body = try test.run { client -> String in
            client.send(Self.request)
            hasWaited.pass()
            return Answer(client.readAll()).dechunked
        }
        try test.drain()
        #expect(cut)
        #expect(body.hasSuffix("event: slow\ndata: {}\n\n"))
        let events = body.split(separator: "\n\n")
        #expect(events.dropLast().allSatisfy { $0.utf8.count == 10_006 }, "each event is whole")
        #expect(abs(events.count - sent) <= 2, "what was sent is what was read: nothing is queued")
    }

    @Test func whoReadsNothingIsCutInTheEnd() throws {
        var cut = false
        let limits = ControlLimits(answerDeadline: .milliseconds(100), streamPatience: .milliseconds(100))
        let test = try ControlUnderTest(limits: limits) { _, responder in
            Self.flood(responder, bytes: 60_000)?.onClosed = { cut = true }
        }
        try test.run { client in
            client.send(Self.request)
            client.waitForHangup()
        }
        try test.drain()
        #expect(cut)
    }

    @Test func aServerThatClosesCutsItsStreams() throws {
        var begun = 0
        var closed = 0
        var close: (() -> Void)?
        let test = try ControlUnderTest { _, responder in
            let stream = responder.stream(contentType: "text/event-stream")
            stream?.onClosed = { closed += 1 }
            stream?.send(Array(": hello\n\n".utf8))
            begun += 1
            if begun == 2 { close?() }
        }
        close = { test.loop.events.later { test.close() } }
        let client: ControlUnderTest.Client<String> = { client in
            client.send(Self.request)
            return client.readAll()
        }
        _ = try test.run([client, client])
        #expect(closed == 2)
        #expect(test.server == nil)
    }

    @Test func tooManyStreamsAreRefusedInWords() throws {
        var streams: [ControlStream] = []
        let test = try ControlUnderTest(limits: ControlLimits(streams: 2)) { _, responder in
            guard let stream = responder.stream(contentType: "text/event-stream") else {
                for stream in streams { stream.end([]) }
                return
            }
            streams.append(stream)
        }
        let client: ControlUnderTest.Client<String> = { client in
            client.send(Self.request)
            return client.readAll()
        }
        let answers = try test.run([client, client, client]).map(Answer.init)
        #expect(answers.map(\.status).sorted() == [200, 200, 429])
        let refused = try #require(answers.first { $0.status == 429 })
        #expect(refused.json["error"] == "too many streams (at most 2)")
        #expect(refused.head.contains("Retry-After: 5"))
    }
}
