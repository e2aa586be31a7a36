// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Glibc
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

@testable import HostStore

struct StoreTests {
    @Test func aMissingFileIsMadeAndHistoryComesBackInOrder() throws {
        let test = try StoreUnderTest()
        for number in 0..<5 { test.append(numbered(number)) }
        try test.flush()
        try test.reopen()
        #expect(try test.reasons() == (0..<5).map { numbered($0) })
        #expect(test.healths.isEmpty)
    }

    @Test func everyFieldOfAnEntryComesBack() throws {
        let test = try StoreUnderTest()
        var event = StoredEvent(
            wallMilliseconds: 1_779_096_600_125, service: "gateway", kind: "service.exited", instance: "gateway.17",
            reason: "exit 1 after 0.4 s, last line: „Fehler“ 🙂 \"'; DROP TABLE events; --")
        test.store.append(event)
        var host = StoredEvent(wallMilliseconds: 2, service: nil, kind: "host.started", instance: nil, reason: "")
        test.store.append(host)
        try test.flush()
        var found: [StoredEvent]?
        test.store.events(since: 0, service: nil, limit: 10, newest: false) { events in
            found = events
            test.loop.stop()
        }
        try test.loop.run()
        event.id = 1
        host.id = 2
        #expect(found == [event, host])
    }

    @Test func historyIsReadFromANumberOnOfOneServiceOrTheNewest() throws {
        let test = try StoreUnderTest()
        for number in 1...10 { test.append(numbered(number), service: number.isMultiple(of: 2) ? "even" : "odd") }
        try test.flush()
        #expect(try test.reasons(since: 8) == [numbered(9), numbered(10)])
        #expect(try test.reasons(service: "even", limit: 2) == [numbered(2), numbered(4)])
        #expect(try test.reasons(service: "odd", limit: 2, newest: true) == [numbered(7), numbered(9)])
        #expect(try test.reasons(since: 10) == [])
    }

    @Test func theNewestWordOnEachServiceIsRemembered() throws {
        let test = try StoreUnderTest()
        test.store.set(StoredService(name: "a", mark: "stopped", reason: "by root", restarts: 1))
        test.store.set(StoredService(name: "b", mark: "held", reason: "exit 78", restarts: .max))
        try test.flush()
        test.store.set(StoredService(name: "a", mark: nil, reason: "", restarts: 2))
        try test.flush()
        try test.reopen()
        #expect(
            try test.services() == [
                StoredService(name: "a", mark: nil, reason: "", restarts: 2),
                StoredService(name: "b", mark: "held", reason: "exit 78", restarts: UInt64(Int64.max)),
            ])
    }

    @Test(arguments: ["garbage", "wrong header", "nothing but a header", "a page of it overwritten"])
    func aDamagedFileIsKeptAsideAndHistoryBeginsAnewAndSaysSo(damage: String) throws {
        let test = try StoreUnderTest { path in
            let file = StoreFile(path: path)
            var batch = StoreFile.Batch()
            batch.events = (0..<2000).map {
                StoredEvent(wallMilliseconds: 1, service: "a", kind: "k", instance: nil, reason: numbered($0))
            }
            try file.write(batch)
        }
        // The connection above is closed, and all that was in the log is in the file.
        var bytes = try Files.read(test.path, limit: 16 << 20)
        switch damage {
        case "garbage": bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        case "wrong header": bytes.replaceSubrange(0..<16, with: Array("SQLite format 4\0".utf8))
        case "nothing but a header": bytes.removeSubrange(4096...)
        default: bytes.replaceSubrange(8192..<12288, with: repeatElement(0xFF, count: 4096))
        }
        try Files.replace(test.path, with: bytes)
        test.append("after the damage")
        try test.flush()
        let reasons = try #require(try test.reasons())
        #expect(reasons.count == 2)
        #expect(reasons.first?.contains("the old one is kept as \(test.path).corrupt-") == true)
        #expect(reasons.last == "after the damage")
        #expect(test.healths.isEmpty, "the entry was written")
        let aside = try Files.list(test.folder.path).filter { $0.contains(".corrupt-") && !$0.hasSuffix("-wal") }
        #expect(aside.count == 1)
        #expect(try Files.read(test.folder.path + "/" + (aside.first ?? ""), limit: 16 << 20) == bytes)
    }

    @Test func aFileCutOffInTheMiddleIsFoundOut() throws {
        let test = try StoreUnderTest { path in
            let file = StoreFile(path: path)
            var batch = StoreFile.Batch()
            batch.events = (0..<2000).map {
                StoredEvent(wallMilliseconds: 1, service: "a", kind: "k", instance: nil, reason: numbered($0))
            }
            try file.write(batch)
        }
        let bytes = try Files.read(test.path, limit: 16 << 20)
        try Files.replace(test.path, with: bytes.prefix(bytes.count / 2))
        test.append("after the damage")
        try test.flush()
        #expect(try test.reasons()?.last == "after the damage")
        #expect(try test.reasons()?.count == 2)
    }

    @Test func aFileThatAnotherProgramLocksIsWaitedForAndLosesNothing() throws {
        let test = try StoreUnderTest()
        test.append("before")
        try test.flush()
        let other = OtherConnection(test.path)
        other.run("BEGIN EXCLUSIVE")
        test.append("while it is locked")
        try test.flush()
        #expect(test.healths == ["database is locked"])
        test.append("later")
        test.store.healthChanged = { health in if case .ok = health { test.loop.stop() } }
        other.run("COMMIT")
        try test.loop.run(until: "the store to be well again")
        #expect(try test.reasons() == ["before", "while it is locked", "later"])
    }

    @Test func aFileOfALaterHostdIsRefusedAndLeftAsItIs() throws {
        let test = try StoreUnderTest { path in
            let database = try Database(path: path)
            try database.run("PRAGMA user_version = 99")
        }
        test.append("lost on it")
        try test.flush()
        #expect(try test.reasons() == nil)
        #expect(try test.services() == nil)
        guard case .failing(_, let why) = test.store.health else { throw NeverCame(event: "the refusal") }
        #expect(why == "\(test.path): the store has schema 99, this hostd knows 5")
        #expect(try Files.list(test.folder.path).allSatisfy { !$0.contains("corrupt") })
    }

    @Test func aFolderThatIsNotThereIsTroubleUntilItIs() throws {
        let loop = try TestLoop()
        let folder = try TemporaryFolder()
        let store = try Store(loop: loop.events, path: folder.path + "/state/hostd.db", retry: .milliseconds(10))
        var healths: [String] = []
        store.healthChanged = { health in
            if case .failing(_, let why) = health {
                healths.append(why)
                #expect(throws: Never.self) { try Files.makeFolder(folder.path + "/state") }
            } else {
                healths.append("ok")
                loop.stop()
            }
        }
        store.append(StoredEvent(wallMilliseconds: 1, service: nil, kind: "k", instance: nil, reason: "kept"))
        try loop.run()
        #expect(healths == ["\(folder.path)/state/hostd.db: unable to open database file", "ok"])
        #expect(Files.exists(folder.path + "/state/hostd.db"))
    }

    @Test func beyondTenThousandUnwrittenEntriesTheOldestGoAndTheirNumberIsNoted() throws {
        let test = try StoreUnderTest { path in try Files.makeFolder(path) }
        for number in 0..<6000 { test.append(numbered(number)) }
        try test.flush()
        #expect(test.healths.count == 1, "a folder is no database: \(test.healths)")
        for number in 6000..<12_000 { test.append(numbered(number)) }
        try test.flush()
        test.store.healthChanged = { health in if case .ok = health { test.loop.stop() } }
        rmdir(test.path)
        try test.loop.run(until: "the store to be well again")
        let reasons = try #require(try test.reasons())
        #expect(reasons.count == 10_001)
        #expect(reasons.first == "2000 entries were dropped while the store failed")
        #expect(reasons.dropFirst().first == numbered(2000))
        #expect(reasons.last == numbered(11999))
    }

    @Test func ofHistoryTheLastHundredThousandEntriesAreKept() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db")
        for round in 0..<102 {
            var batch = StoreFile.Batch()
            batch.events = (0..<1000).map {
                StoredEvent(
                    wallMilliseconds: 1, service: nil, kind: "k", instance: nil, reason: "number \(round * 1000 + $0)")
            }
            try file.write(batch)
        }
        let events = try file.events(since: 0, service: nil, limit: 200_000, newestFirst: false)
        #expect(events.count == 100_000)
        #expect(events.first?.reason == "number 2000")
        #expect(events.last?.id == 102_000)
    }

    @Test func aFlushWaitsNoLongerThanItMay() throws {
        let test = try StoreUnderTest()
        let other = OtherConnection(test.path)
        other.run("CREATE TABLE x(y); BEGIN EXCLUSIVE")
        test.append("pending")
        var ends = 0
        test.store.flush(limit: .milliseconds(10)) {
            ends += 1
            test.loop.stop()
        }
        try test.loop.run()
        #expect(ends == 1)
        #expect(test.healths.isEmpty, "the store still waits for the lock")
    }

    @Test func aFlushOfNothingIsDoneAtOnce() throws {
        let test = try StoreUnderTest()
        try test.flush()
        #expect(!Files.exists(test.path), "nothing was asked of the disk")
    }
}
