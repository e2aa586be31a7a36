// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import Synchronization
import TestKit
import Testing

/// `hostctl events -f` over server-sent events.
@Suite struct EventStreamTests {
    private static func event(_ id: Int64, _ service: String = "gateway") -> EventRecord {
        EventRecord(id: id, at: Samples.dawn, service: service, kind: "service.ready", reason: "number \(id)")
    }

    /// As hostd writes it.
    private static func sent(_ ids: Int64...) -> String {
        ids.map { "id: \($0)\nevent: service.ready\ndata: \(event($0).json.serialized)\n\n" }.joined()
    }

    /// Numbers of the events that were shown.
    private static func numbers(_ running: RunningHostctl) throws -> [Int] {
        try running.output().split(separator: "\n").compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    }

    /// A page with the first event, then the streams in turn: the last one for ever.
    private static func answering(_ streams: [Reply]) -> StandIn.Answering {
        let next = Mutex(0)
        return { question in
            if question.path == ["v1", "services"] {
                return .json(ServiceList(services: [Samples.gateway]).json)
            }
            guard question.fields["accept"] == "text/event-stream" else {
                return .json(EventPage(events: [event(1)], lastID: 1).json)
            }
            return next.withLock { next in
                defer { next += 1 }
                return streams[min(next, streams.count - 1)]
            }
        }
    }

    private static func streams(_ standIn: StandIn) -> [Question] {
        standIn.questions.filter { $0.fields["accept"] == "text/event-stream" }
    }

    @Test(arguments: [false, true])
    func eventsAreShownAsTheyCome(isChunked: Bool) throws {
        let text = Self.sent(2, 3)
        // Cut in the name of a field, in a number and in the end of an event.
        let pieces = [": hello\n\ni", String(text.dropFirst().prefix(40)), String(text.dropFirst(41).dropLast()), "\n"]
        let standIn = try StandIn(Self.answering([.events(pieces, isChunked: isChunked)]))
        let running = try RunningHostctl(["events", "-f", "gateway"], at: standIn)
        try waitUntil("both events") { try Self.numbers(running) == [1, 2, 3] }
        let asked = try #require(Self.streams(standIn).first)
        #expect(asked.target == "/v1/events?service=gateway&since=1" && asked.fields["last-event-id"] == "1")
        #expect(try running.errors().isEmpty)
    }

    @Test func aStreamThatEndsIsOpenedAgainBehindItsLastEvent() throws {
        let standIn = try StandIn(
            Self.answering([
                .events([Self.sent(2, 3)], stays: false), .events([Self.sent(3, 4)], isChunked: true, stays: false),
                .events([Self.sent(4), Self.sent(5)]),
            ]))
        let running = try RunningHostctl(["events", "-f"], at: standIn)
        try waitUntil("the last event") { try Self.numbers(running).last == 5 }
        #expect(try Self.numbers(running) == [1, 2, 3, 4, 5], "none twice, none left out")
        #expect(Self.streams(standIn).map { $0.fields["last-event-id"] } == ["1", "3", "4"])
        #expect(try running.errors().isEmpty, "that a stream ends is nothing to complain of")
    }

    @Test func aHostdThatIsAwayIsWaitedFor() throws {
        let folder = try TemporaryFolder()
        var standIn: StandIn? = try StandIn(
            in: folder, Self.answering([.events([Self.sent(2)], stays: false), .bytes([])]))
        let running = try RunningHostctl(["events", "-f"], at: standIn)
        try waitUntil("a word that hostd is away") { try running.errors().contains("waiting for it to come back\n") }
        standIn = nil
        let again = try StandIn(in: folder, Self.answering([.events([Self.sent(3)])]))
        try waitUntil("the next event") { try Self.numbers(running) == [1, 2, 3] }
        #expect(Self.streams(again).map { $0.fields["last-event-id"] } == ["2"])
        #expect(try running.errors().split(separator: "\n").count == 1)
    }

    @Test func eventsOfOthersAreLeftOut() throws {
        let others = "data: \(Self.event(2, "db").json.serialized)\n\n"
        let services = ["a@1", "a@2"].map { ServiceStatus(name: $0, state: "ready", since: Samples.dawn) }
        let standIn = try StandIn { question in
            if question.path == ["v1", "services"] { return .json(ServiceList(services: services).json) }
            guard question.fields["accept"] == "text/event-stream" else {
                return .json(EventPage(events: [], lastID: 1).json)
            }
            return .events([others, "data: \(Self.event(3, "a@2").json.serialized)\n\n"])
        }
        let running = try RunningHostctl(["events", "-f", "a"], at: standIn)
        try waitUntil("its event") { try Self.numbers(running) == [3] }
        #expect(Self.streams(standIn).map(\.target) == ["/v1/events?since=1"])
    }

    @Test func jsonIsWhatHostdSent() throws {
        let text = #"{"id":2,"at":"2020-05-18T09:30:00.125Z","kind":"host.started","future":[1,null]}"#
        let standIn = try StandIn(Self.answering([.events(["data: \(text)\r\n\r\n"])]))
        let running = try RunningHostctl(["events", "-f", "-n0", "--json"], at: standIn)
        try waitUntil("the event") { try running.output() == text + "\n" }
    }

    @Test func aStreamOfGarbageIsNotHostd() throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        for (body, words) in [
            ("\r\ndata: {\n\n", "does not understand: no JSON at line 1"),
            ("Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "is not hostd: its chunks have no size"),
        ] {
            let standIn = try StandIn { question in
                guard question.fields["accept"] == "text/event-stream" else {
                    return .json(EventPage(events: [], lastID: 0).json)
                }
                return .bytes(Array((head + body).utf8))
            }
            let running = try RunningHostctl(["events", "-f"], at: standIn)
            try waitUntil("a complaint") { try running.errors().contains(words) }
        }
    }

    @Test func followingEndsQuietlyWhenNobodyReads() throws {
        let standIn = try StandIn(Self.answering([.events([": nothing happens\n\n"])]))
        let pipe = try PrivatePipe()
        let running = try RunningHostctl(["events", "-f"], at: standIn, out: .descriptor(pipe.writing.raw))
        try waitUntil("the stream") { !Self.streams(standIn).isEmpty }
        Self.close(pipe)
        #expect(try running.wait() == 0)
        #expect(try running.errors().isEmpty)
    }

    private static func close(_ pipe: consuming PrivatePipe) {}

    @Test func withoutTheRightToLookItEndsWith77() throws {
        let standIn = try StandIn { _ in .error(403, "uid 1000 may not look", hint: "ask as root") }
        let result = try Hostctl.run(["events", "-f"], at: standIn)
        #expect(result.err == "hostctl: uid 1000 may not look (ask as root)\n" && result.code == 77)
    }
}
