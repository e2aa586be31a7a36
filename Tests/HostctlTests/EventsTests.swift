// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import Synchronization
import TestKit
import Testing

@Suite struct EventsTests {
    @Test func aLineSaysWhenWhomWhatAndWhy() throws {
        let standIn = try StandIn(
            Self.answering([
                EventRecord(id: 1, at: Samples.dawn, service: nil, kind: "host.started", reason: "hostd 0.1.0, pid 1"),
                EventRecord(
                    id: 2, at: Samples.dawn, service: "gateway", kind: "service.launch_failed",
                    reason: "cannot exec /x\nno such file"),
                EventRecord(
                    id: 3, at: Samples.dawn, service: "db", kind: "service.ready", reason: "", text: "db is ready"),
                EventRecord(id: 4, at: Samples.dawn, service: "db", kind: "service.stopped", reason: ""),
            ]))
        let result = try Hostctl.run(["events"], at: standIn, environment: ["TZ": "XYZ-2"])
        #expect(
            result.out == """
                2020-05-18 11:30:00  host     started        hostd 0.1.0, pid 1
                2020-05-18 11:30:00  gateway  launch_failed  cannot exec /x\\nno such file
                2020-05-18 11:30:00  db       ready          db is ready
                2020-05-18 11:30:00  db       stopped

                """)
        #expect(result.code == 0)
    }

    @Test func countAndNameAreHostdsToSelectBy() throws {
        let standIn = try StandIn(Self.answering([]))
        _ = try Hostctl.run(["events", "-n", "7", "gateway"], at: standIn)
        _ = try Hostctl.run(["events"], at: standIn)
        #expect(
            standIn.questions.map(\.target) == [
                "/v1/services?brief=true", "/v1/events?limit=7&service=gateway", "/v1/events?limit=50",
            ])
    }

    @Test func ofSeveralNamesTheEventsArePickedOutOfAll() throws {
        let events = ["a@1", "b", "a@2", "c", "a@1"].enumerated().map { index, name in
            EventRecord(
                id: Int64(index + 1), at: Samples.dawn, service: name, kind: "service.ready", reason: "number \(index)")
        }
        let services = ["a@1", "a@2", "c"].map { ServiceStatus(name: $0, state: "ready", since: Samples.dawn) }
        let standIn = try StandIn(Self.answering(events, services))
        let shown = { (words: String...) in
            try Hostctl.run(["events"] + words, at: standIn).out.split(separator: "\n").map { String($0.suffix(1)) }
        }
        #expect(try shown("a") == ["0", "2", "4"], "a family is all of its instances")
        #expect(try shown("a@*", "-n", "2") == ["2", "4"])
        #expect(try shown("c", "a@2") == ["2", "3"])
        #expect(try shown("b") == ["1"], "it is configured no more")
        let unknown = try Hostctl.run(["events", "aa"], at: standIn)
        #expect(unknown.err == "hostctl: no service is called \"aa\" (there is: a@1, a@2, c)\n" && unknown.code == 4)
    }

    @Test func untilEndsTheHistory() throws {
        let events = (1...5).map { hour in
            EventRecord(
                id: Int64(hour), at: WallTime(milliseconds: Samples.dawn.milliseconds + Int64(hour) * 3_600_000),
                service: nil, kind: "host.started", reason: "hour \(hour)")
        }
        let standIn = try StandIn(Self.answering(events))
        let result = try Hostctl.run(
            ["events", "--since", "2020-05-18 11:30:00", "--until", "2020-05-18 13:31"], at: standIn)
        #expect(result.out.split(separator: "\n").map { $0.suffix(1) } == ["2", "3", "4"])
    }

    @Test func jsonIsOneEventALineAsHostdKeepsIt() throws {
        let standIn = try StandIn { _ in
            .json([
                "events": [
                    ["id": 1, "at": "2020-05-18T09:30:00.125Z", "kind": "host.started", "future": [1, nil]],
                    ["id": 2, "at": "2020-05-18T09:30:00.125Z", "kind": "service.ready", "service": "gateway"],
                ], "last_id": 2,
            ])
        }
        let result = try Hostctl.run(["events", "--json"], at: standIn)
        #expect(
            result.out == """
                {"id":1,"at":"2020-05-18T09:30:00.125Z","kind":"host.started","future":[1,null]}
                {"id":2,"at":"2020-05-18T09:30:00.125Z","kind":"service.ready","service":"gateway"}

                """)
    }

    @Test func sinceReachesBackBeyondOnePage() throws {
        let hours = (1...2500).map { id in
            EventRecord(
                id: Int64(id), at: WallTime(milliseconds: Samples.dawn.milliseconds + Int64(id) * 3_600_000),
                service: "gateway", kind: "service.ready", reason: "hour \(id)")
        }
        let standIn = try StandIn(Self.answering(hours))
        // 2000 h after the beginning is 8 h after a midnight: 83 days and 8 hours.
        let result = try Hostctl.run(["events", "--since", "2020-08-09 17:30:00"], at: standIn)
        let lines = result.out.split(separator: "\n")
        #expect(lines.count == 501)
        #expect(lines.first?.hasSuffix("hour 2000") == true)
        let few = try Hostctl.run(["events", "--since", "2020-05-19", "-n", "3"], at: standIn)
        #expect(few.out.split(separator: "\n").map { $0.suffix(4) } == ["2498", "2499", "2500"])
    }

    @Test(arguments: ["2020-05-18T09:30:00Z", "2020-05-18 09:30", "2020-05-18 11:30:00+02:00", "40000d"])
    func sinceIsWrittenInManyWays(since: String) throws {
        let events = [(1, -1), (2, 1)].map { id, second in
            EventRecord(
                id: Int64(id), at: WallTime(milliseconds: Samples.dawn.milliseconds + Int64(second) * 1000),
                service: "gateway", kind: "service.ready", reason: "number \(id)")
        }
        let standIn = try StandIn(Self.answering(events))
        let result = try Hostctl.run(["events", "--since", since], at: standIn)
        if since == "40000d" {
            #expect(result.code == ExitCode.usage.rawValue && result.err.contains("out of range"))
        } else {
            #expect(result.out.hasSuffix("number 2\n") && !result.out.contains("number 1"), "\(result.err)")
        }
    }

    @Test func aTimeOfDayIsTheNewestOfItsKind() throws {
        let events = [(1, 7200), (2, 1800)].map { id, seconds in
            EventRecord(
                id: Int64(id), at: Samples.ago(seconds: Int64(seconds)), service: "gateway", kind: "service.ready",
                reason: "number \(id)")
        }
        let standIn = try StandIn(Self.answering(events))
        let clock = String(Samples.ago(seconds: 3600).text.dropFirst(11).prefix(5))
        for since in [clock, "1h", "59m60s"] {
            let result = try Hostctl.run(["events", "--since", since], at: standIn)
            #expect(result.out.hasSuffix("number 2\n") && !result.out.contains("number 1"), "\(since): \(result)")
        }
    }

    @Test func followingShowsWhatIsNewAndWaitsForAHostdThatIsAway() throws {
        let folder = try TemporaryFolder()
        let first = Self.event(1)
        let second = Self.event(2)
        var standIn: StandIn? = try StandIn(in: folder, Self.answering([first]))
        let running = try RunningHostctl(["events", "-f", "--no-color"], at: standIn)
        try waitUntil("the first event") { try running.output().hasSuffix("number 1\n") }
        standIn = nil
        try waitUntil("a word that hostd is away") { try running.errors().contains("waiting for it to come back\n") }
        let again = try StandIn(in: folder, Self.answering([first, second]))
        try waitUntil("the second event") { try running.output().hasSuffix("number 2\n") }
        #expect(try running.output().split(separator: "\n").count == 2)
        #expect(again.questions.first?.value("since") == "1")
        #expect(try running.errors().split(separator: "\n").count == 1)
    }

    @Test func followingEndsQuietlyWhenNobodyReads() throws {
        let standIn = try StandIn(Self.answering([Self.event(1)]))
        let pipe = try PrivatePipe()
        let running = try RunningHostctl(["events", "-f"], at: standIn, out: .descriptor(pipe.writing.raw))
        try waitUntil("the first event") { try pipe.reading.readableBytes() > 0 }
        Self.close(pipe)
        #expect(try running.wait() == 0)
        #expect(try running.errors().isEmpty)
    }

    private static func close(_ pipe: consuming PrivatePipe) {}

    private static func event(_ id: Int64) -> EventRecord {
        EventRecord(id: id, at: Samples.dawn, service: "gateway", kind: "service.ready", reason: "number \(id)")
    }

    /// Answers like hostd, ten thousand at most.
    private static func answering(
        _ events: [EventRecord], _ services: [ServiceStatus]? = nil
    ) -> StandIn.Answering {
        { question in
            if question.path == ["v1", "services"] {
                let known = services ?? [Samples.gateway]
                return .json(ServiceList(services: known).json)
            }
            let limit = min(question.value("limit").flatMap { Int($0) } ?? 50, 10_000)
            let wanted = events.filter { event in question.value("service").map { $0 == event.service } ?? true }
            var page = wanted.suffix(limit)
            if let since = question.value("since").flatMap({ Int64($0) }) {
                page = wanted.filter { $0.id > since }.prefix(limit)
            }
            return .json(EventPage(events: Array(page), lastID: page.last?.id ?? events.last?.id ?? 0).json)
        }
    }
}
