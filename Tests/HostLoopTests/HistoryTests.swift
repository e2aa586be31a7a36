// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Glibc
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

@testable import HostStore

/// History: what repeats is counted, what is old goes, and numbers rise for ever.
struct HistoryTests {
    private static func event(
        _ reason: String, service: String? = "gateway", kind: String = "service.exited", at seconds: Int64 = 1000,
        instance: String? = nil
    ) -> StoredEvent {
        StoredEvent(
            wallMilliseconds: seconds * 1000, service: service, kind: kind, instance: instance, reason: reason)
    }

    private static func batch(_ events: StoredEvent...) -> StoreFile.Batch {
        var batch = StoreFile.Batch()
        batch.events = events
        return batch
    }

    private static func all(_ file: StoreFile) throws -> [StoredEvent] {
        try file.events(since: 0, service: nil, limit: 1_000_000, newestFirst: false)
    }

    @Test func fromTheFourthTimeOnWhatRepeatsIsOneEntryThatCounts() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db")
        for number in 1...10 {
            let reason = "exit 1 after 0.\(number) s"
            try file.write(
                Self.batch(Self.event(reason, at: Int64(1000 + number), instance: "gateway.\(number)")))
        }
        let found = try Self.all(file)
        #expect(found.map(\.count) == [1, 1, 8])
        #expect(found.map(\.id) == [1, 2, 10], "each repetition has a number of its own")
        let newest = try #require(found.last)
        #expect(newest.firstMilliseconds == 1_003_000)
        #expect(newest.wallMilliseconds == 1_010_000)
        #expect(newest.reason == "exit 1 after 0.10 s")
        #expect(newest.instance == "gateway.10")
    }

    @Test func repetitionsOfOneTransactionAreCountedToo() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db")
        var batch = StoreFile.Batch()
        batch.events = Array(repeating: Self.event("exit 1"), count: 100)
        let written = try file.write(batch)
        #expect(written.map(\.count) == [1, 1, 98])
        #expect(written == (try Self.all(file)))
    }

    @Test func anotherServiceKindOrReasonIsNoRepetition() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db")
        for _ in 0..<3 {
            try file.write(
                Self.batch(
                    Self.event("exit 1"), Self.event("exit 2"), Self.event("exit 1", service: "proxy"),
                    Self.event("exit 1", kind: "service.held"), Self.event("killed by SIGKILL")))
        }
        #expect(try Self.all(file).count == 15)
    }

    @Test(arguments: [
        ("1.8 s: exit 1 after 0 s", "187 ms: exit 1 after 2 min", true), ("pid 17", "pid 4711", true),
        ("exit 1 after 3 s", "exit 2 after 3 s", false), ("3 sheep", "3 s", false), ("port 80", "port", false),
    ])
    func numbersAndTheirUnitsDoNotCountButExitCodesDo(one: String, other: String, isSame: Bool) {
        let values = [one, other].map { Repetition.sameness(of: Self.event($0)) }
        #expect((values[0] == values[1]) == isSame)
    }

    @Test func whatTheHostSaysOfItselfRepeatsOnlyWordForWord() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db")
        for number in 0..<5 {
            let same = Self.event("hostd ends", service: nil, kind: "host.stopped")
            let other = Self.event("runs as pid \(number)", service: nil, kind: "host.started")
            try file.write(Self.batch(same, other))
        }
        #expect(try Self.all(file).filter { $0.kind == "host.started" }.count == 5)
        #expect(try Self.all(file).filter { $0.kind == "host.stopped" }.map(\.count) == [1, 1, 3])
    }

    @Test func whatIsFarApartStandsForItself() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db")
        for number in 0..<10 { try file.write(Self.batch(Self.event("exit 1", at: Int64(number * 200)))) }
        #expect(try Self.all(file).map(\.count) == Array(repeating: 1, count: 2) + [8])
        try file.write(Self.batch(Self.event("exit 1", at: 9 * 200 + 601)))
        #expect(try Self.all(file).map(\.count) == [1, 1, 8, 1])
    }

    @Test func aServiceThatCrashesForADayLeavesAHandfulOfEntries() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db")
        try file.write(Self.batch(Self.event("the first of all", service: nil, kind: "host.started", at: 0)))
        for hour in 0..<24 {
            var batch = StoreFile.Batch()
            for crash in 0..<60 {
                let at = Int64(hour * 3600 + crash * 60)
                batch.events += [
                    Self.event("restart number \(crash)", kind: "service.starting", at: at),
                    Self.event("pid \(crash * 7)", kind: "service.started", at: at),
                    Self.event("exit 1 after 0.\(crash) s", at: at),
                    Self.event("again in 2 min \(crash) s", kind: "service.looping", at: at),
                ]
            }
            try file.write(batch)
        }
        let found = try Self.all(file)
        #expect(found.count == 1 + 4 * 3)
        #expect(found.reduce(0) { $0 + $1.count } == 1 + 4 * 24 * 60)
        #expect(found.first?.kind == "host.started")
    }

    @Test func rowsAreBoundedAndWhatIsGoneIsKnown() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db", limits: HistoryLimits(rows: 50, pruneEvery: 10))
        #expect(try file.extent() == HistoryExtent(newest: 0, prunedThrough: 0))
        for number in 1...100 { try file.write(Self.batch(Self.event(numbered(number)))) }
        let found = try Self.all(file)
        #expect((50..<60).contains(found.count))
        let extent = try file.extent()
        #expect(extent.newest == 100)
        #expect(extent.prunedThrough == (found.first?.id ?? 0) - 1)
    }

    @Test func bytesAreBounded() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/hostd.db"
        let file = StoreFile(path: path, limits: HistoryLimits(bytes: 1 << 20, pruneEvery: 100))
        for round in 0..<30 {
            var batch = StoreFile.Batch()
            batch.events = (0..<100).map {
                Self.event(numbered(round * 100 + $0) + String(repeating: "x", count: 1000))
            }
            try file.write(batch)
        }
        #expect(try Files.read(path, limit: 8 << 20).count < 3 << 19)
        #expect(try Self.all(file).count > 500)
        #expect(try Self.all(file).last?.id == 3000)
    }

    @Test func aReasonIsCutToTwoThousandBytes() throws {
        let test = try StoreUnderTest()
        test.append(String(repeating: "ü", count: 5000))
        try test.flush()
        let reason = try #require(try test.reasons()?.first)
        #expect(reason == String(repeating: "ü", count: 1000) + "…")
    }

    @Test func whatIsWrittenIsToldWithItsNumbers() throws {
        let test = try StoreUnderTest()
        var told: [StoredEvent] = []
        test.store.stored = { told += $0 }
        for number in 1...5 { test.append("exit 1 after \(number) s") }
        try test.flush()
        #expect(told.map(\.id) == [1, 2, 5])
        #expect(told.map(\.count) == [1, 1, 3])
    }

    @Test func anEntryIsToldOnlyWhenItIsWritten() throws {
        let test = try StoreUnderTest { path in try Files.makeFolder(path) }
        var told: [StoredEvent] = []
        test.store.stored = { told += $0 }
        test.append("waits")
        try test.flush()
        #expect(told.isEmpty)
        test.store.stored = { events in
            told += events
            test.loop.stop()
        }
        rmdir(test.path)
        try test.loop.run(until: "the store to be well again")
        #expect(told.map(\.reason) == ["waits"])
        #expect(told.map(\.id) == [1])
    }

    @Test func numbersRiseOverTheLossOfADamagedFile() throws {
        // Numbers of a new file begin with 1; those of one that replaces a damaged one go on behind all of that.
        let test = try StoreUnderTest { path in try Files.replace(path, with: Array("this is no database".utf8)) }
        var told: [StoredEvent] = []
        test.store.stored = { told += $0 }
        test.append("after")
        try test.flush()
        #expect(told.map(\.kind) == ["store.damaged", "service.ready"])
        #expect(told.allSatisfy { $0.id > 1_700_000_000_000 })
        #expect(told.map(\.id) == told.map(\.id).sorted())
    }

    @Test func aFamilyStandsForItsInstances() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db")
        for name in ["gateway", "gateway@1", "gateway@12", "gateway-2", "gatewaya", "gatewax"] {
            try file.write(Self.batch(Self.event(name, service: name)))
        }
        let found = try file.events(since: 0, service: "gateway", limit: 100, newestFirst: false)
        #expect(found.compactMap(\.service) == ["gateway", "gateway@1", "gateway@12"])
        let one = try file.events(since: 0, service: "gateway@1", limit: 100, newestFirst: false)
        #expect(one.compactMap(\.service) == ["gateway@1"])
    }

    /// A file as the hostd before the one that counts repetitions left it.
    @Test func aFileOfTheFirstSchemaIsTakenOver() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/hostd.db"
        let old = OtherConnection(path)
        old.run(
            """
            PRAGMA journal_mode=WAL;
            CREATE TABLE events(
                id INTEGER PRIMARY KEY AUTOINCREMENT, wall_ms INTEGER NOT NULL, service TEXT, kind TEXT NOT NULL,
                instance TEXT, reason TEXT NOT NULL);
            CREATE INDEX events_service ON events(service, id);
            CREATE TABLE services(
                name TEXT PRIMARY KEY, mark TEXT, reason TEXT NOT NULL DEFAULT '', restarts INTEGER NOT NULL DEFAULT 0);
            PRAGMA user_version = 1;
            INSERT INTO events(wall_ms, service, kind, instance, reason)
                VALUES(1779096600125, 'gateway', 'service.ready', 'gateway.1', 'old'),
                (5, NULL, 'host.started', NULL, '');
            DELETE FROM events WHERE id = 2;
            INSERT INTO services VALUES('gateway', 'stopped', 'by a person', 7);
            """)
        let file = StoreFile(path: path)
        try file.write(Self.batch(Self.event("new")))
        let found = try Self.all(file)
        #expect(found.map(\.reason) == ["old", "new"])
        #expect(found.map(\.id) == [1, 3], "a number is never given twice")
        #expect(found.map(\.count) == [1, 1])
        #expect(found.first?.firstMilliseconds == 1_779_096_600_125)
        #expect(
            try file.services() == [
                StoredService(name: "gateway", mark: "stopped", reason: "by a person", restarts: 7)
            ])
    }
}
