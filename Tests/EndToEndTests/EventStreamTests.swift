// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `GET /v1/events` as server-sent events, from a real hostd.
@Suite struct EventStreamTests {
    private static let sleeper = "[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n"
    /// Many entries a second, for ever.
    private static let restless = """
        [service.restless]
        command = "exit 1"
        restart = { backoff = "20ms", max_backoff = "20ms", jitter = "0%", burst = 0 }

        """

    private func follow(_ host: HostUnderTest, _ query: String = "", last: Int64? = nil) throws -> EventReader {
        let fields = last.map { ["Last-Event-ID: \($0)"] } ?? []
        return try EventReader(host.dir + "/run/hostd.sock", query, fields: fields)
    }

    @Test func historyComesFirstAndThenWhatHappensWithoutGapOrDouble() throws {
        let host = try HostUnderTest(Self.sleeper + Self.restless)
        try host.start()
        try host.waitReady("sleeper")
        let readers = try (0..<4).map { _ in try follow(host, "?since=0") }
        for reader in readers {
            try reader.read("a hundred entries") { reader.events.count >= 100 }
            let ids = reader.events.compactMap(\.id)
            #expect(ids == Array(Set(ids)).sorted(), "rising, each once")
            let page = try EventPage(json: try host.json("GET", "/v1/events?since=0&limit=10000")).events.map(\.id)
            let seen = page.filter { $0 <= ids.last ?? 0 }
            #expect(Set(seen).isSubset(of: ids), "all that history knows was told")
        }
        let first = try #require(try readers[0].records().first)
        #expect(first.kind == "host.started")
        #expect(readers[0].head.contains("Content-Type: text/event-stream"))
    }

    @Test func withoutACursorItBeginsNow() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        try host.waitReady("sleeper")
        try waitUntil("the start to be written") { try host.events("sleeper").contains { $0.kind == "service.ready" } }
        let reader = try follow(host)
        #expect(try host.act("stop", "sleeper").ok)
        try reader.read("the stop") { try reader.records().contains { $0.kind == "service.stopped" } }
        #expect(
            try reader.records().allSatisfy {
                ["service.stopping", "service.exited", "service.stopped"].contains($0.kind)
            })
    }

    @Test func whoComesAgainGoesOnWhereItWasAlsoWithAnotherHostd() throws {
        let host = try HostUnderTest(Self.restless)
        try host.start()
        var ids: [Int64] = []
        for round in 0..<4 {
            let reader = try follow(host, "?since=0", last: ids.last)
            try reader.read("forty more entries") { reader.events.count >= 40 }
            ids += reader.events.compactMap(\.id)
            // The next round finds the same hostd, or one that took over after a kill.
            if round.isMultiple(of: 2) {
                host.kill()
                try host.start()
            }
        }
        #expect(ids == Array(Set(ids)).sorted(), "rising, each once")
        let page = try EventPage(json: try host.json("GET", "/v1/events?since=0&limit=10000")).events.map(\.id)
        #expect(Set(page.filter { $0 <= ids.last ?? 0 }).isSubset(of: ids))
        #expect(page.contains { $0 > 1 })
    }

    @Test func aServiceIsFollowedAloneAndTheCursorMovesOnWithTheOthers() throws {
        let host = try HostUnderTest(Self.sleeper + Self.restless)
        try host.start()
        try host.waitReady("sleeper")
        let reader = try follow(host, "?since=0&service=sleeper")
        try reader.read("the start") { try reader.records().contains { $0.kind == "service.ready" } }
        let last = try #require(reader.events.last?.id)
        #expect(try reader.records().allSatisfy { $0.service == "sleeper" })
        try reader.read("a sign of life", seconds: 40) { reader.comments.contains(": alive") }
        #expect(reader.lastID ?? 0 > last, "what was left out is not looked at again")
        #expect(try reader.records().allSatisfy { $0.service == "sleeper" })
    }

    @Test func aCursorOfAHistoryThatIsGoneBeginsAnewAndSaysSo() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        try host.waitReady("sleeper")
        let reader = try follow(host, last: 4_000_000)
        try reader.read("all of history") { try reader.records().contains { $0.kind == "service.ready" } }
        #expect(reader.events.first?.name == "reset")
        #expect(reader.events.first?.id == nil)
        #expect(try reader.records().first?.kind == "host.started")
    }

    @Test func aCursorBehindWhatWasPrunedIsToldWhatItMisses() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        try host.waitReady("sleeper")
        #expect(try host.stop() == 0)
        // As if a year had gone by.
        let code = """
            import sqlite3, sys
            store = sqlite3.connect(sys.argv[1])
            store.execute("UPDATE events SET id = id + 1000")
            store.execute("UPDATE sqlite_sequence SET seq = seq + 1000")
            store.execute("INSERT INTO facts VALUES('pruned_through', 1000)")
            store.commit()
            """
        #expect(try host.run(at: "/usr/bin/python3", ["-c", code, host.dir + "/state/hostd.db"]).status == 0)
        try host.start()
        let reader = try follow(host, last: 17)
        try reader.read("what is left") { try !reader.records().isEmpty }
        #expect(reader.events.first?.name == "lost")
        #expect(reader.events.first?.data == "{\"after\":17,\"through\":1000}")
        #expect(try reader.records().first?.id == 1001)
        let later = try follow(host, last: 1000)
        try later.read("what is left") { try !later.records().isEmpty }
        #expect(later.events.first?.name == "", "nothing is missing")
    }

    @Test(arguments: ["?since=x", "?since=-1"]) func aCursorThatIsNoneIsRefused(query: String) throws {
        let host = try HostUnderTest("")
        try host.start()
        let reader = try follow(host, query)
        #expect(reader.head.hasPrefix("HTTP/1.1 400 "))
    }

    @Test func streamsAreBoundedAndAllElseGoesOn() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        let readers = try (0..<64).map { _ in try follow(host) }
        #expect(readers.allSatisfy { $0.head.hasPrefix("HTTP/1.1 200 ") })
        let refused = try follow(host)
        #expect(refused.head.hasPrefix("HTTP/1.1 429 "))
        try host.waitReady("sleeper")
        #expect(try host.act("restart", "sleeper").ok)
        for reader in readers {
            try reader.read("the restart") { try reader.records().contains { $0.kind == "service.starting" } }
        }
    }

    @Test func aFollowerSurvivesAStoreThatFailsAndGetsAllOfIt() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        try host.waitReady("sleeper")
        let reader = try follow(host, "?since=0")
        try reader.read("the start") { try reader.records().contains { $0.kind == "service.ready" } }
        // Another program keeps the file locked for longer than the store waits for it.
        let lock = try LockedStore(host.dir + "/state/hostd.db")
        #expect(try host.act("restart", "sleeper").ok)
        try waitUntil("the store to fail") {
            try host.status().conditions.contains { $0.kind == "store" && $0.level != "ok" }
        }
        #expect(try !reader.records().contains { $0.kind == "service.stopping" })
        try lock.release()
        try reader.read("what waited") { try reader.records().count { $0.kind == "service.ready" } == 2 }
        let ids = reader.events.compactMap(\.id)
        #expect(ids == Array(Set(ids)).sorted())
    }
}
