// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Glibc
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

@testable import HostStore

/// Copies of the store: before a migration, and each day.
struct BackupTests {
    /// A file as the hostd before jobs left it.
    private static func makeOld(_ path: String) throws {
        let other = OtherConnection(path)
        other.run("PRAGMA journal_mode=WAL")
        for sql in Schema.migrations.prefix(3) { other.run(sql) }
        other.run("PRAGMA user_version = 3")
        other.run("INSERT INTO events(wall_ms, kind, reason, first_ms) VALUES(1, 'service.ready', 'old', 1)")
    }

    @Test func aMigrationKeepsACopyOfTheFileAsItWas() throws {
        let test = try StoreUnderTest { path in
            try Self.makeOld(path)
            try Files.replace(path + ".before-3", with: Array("older still".utf8))
        }
        #expect(try test.reasons() == ["old"])
        test.store.set(job: try storedJob(1))
        try test.flush()
        let names = try Files.list(test.folder.path).filter { $0.contains("before") }
        #expect(names == ["hostd.db.before-5"])
        let copy = OtherConnection(test.path + ".before-5")
        copy.run("SELECT reason FROM events")
        #expect(try FileStatus(at: test.path + ".before-5").rights == 0o600)
        #expect(test.healths.isEmpty)
    }

    @Test func withoutItsCopyNoMigrationIsDone() throws {
        let test = try StoreUnderTest { path in
            try Self.makeOld(path)
            try Files.makeFolder(path + ".before-5.new/in-the-way")
        }
        test.append("kept")
        try test.flush()
        #expect(test.healths.count == 1)
        #expect(test.healths.first?.isEmpty == false)
        #expect(try test.reasons() == nil)
        test.store.healthChanged = { health in if case .ok = health { test.loop.stop() } }
        for part in ["/in-the-way", ""] { rmdir(test.path + ".before-5.new" + part) }
        try test.loop.run(until: "the store to be well again")
        #expect(try test.reasons() == ["old", "kept"])
    }

    @Test func theBackupOfTheDayIsMadeOnceAndOnlyWhenSomethingChanged() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db")
        let day = StoreFile.dayMilliseconds
        #expect(try file.backUpDaily() == day)
        #expect(!Files.exists(file.dailyPath), "there is nothing to copy")
        var batch = StoreFile.Batch()
        let job = try storedJob(1)
        batch.jobs[job.id] = job
        try file.write(batch)
        #expect(try file.backUpDaily() == day)
        #expect(try StoreFile(path: file.dailyPath).unfinishedJobs().jobs == [job])
        let inode = try FileStatus(at: file.dailyPath).inode
        let rest = try file.backUpDaily()
        #expect(rest > day - 60_000 && rest <= day)
        #expect(try FileStatus(at: file.dailyPath).inode == inode)
        // Two days later, nothing written meanwhile: the old one is as good.
        let now = Clock.wallMilliseconds / 1000
        setModified(file.path, now - 300_000)
        setModified(file.path + "-wal", now - 300_000)
        setModified(file.dailyPath, now - 200_000)
        #expect(try file.backUpDaily() == day)
        #expect(try FileStatus(at: file.dailyPath).inode == inode)
        setModified(file.path, now)
        #expect(try file.backUpDaily() == day)
        #expect(try FileStatus(at: file.dailyPath).inode != inode)
    }

    @Test func theStoreMakesItByItself() throws {
        let loop = try TestLoop()
        let folder = try TemporaryFolder()
        let path = folder.path + "/hostd.db"
        let before = StoreFile(path: path)
        var batch = StoreFile.Batch()
        let job = try storedJob(1)
        batch.jobs[job.id] = job
        try before.write(batch)
        let store = try Store(loop: loop.events, path: path, firstBackup: .milliseconds(1))
        // The lane works in order: what is asked after the backup is answered after it.
        let timer = try loop.events.timer { store.jobCounts { _ in loop.stop() } }
        timer.arm(at: loop.events.now + .milliseconds(50))
        try loop.run(until: "an answer")
        #expect(Files.exists(path + ".daily"))
    }

    private func setModified(_ path: String, _ seconds: Int64) {
        let time = timeval(tv_sec: Int(seconds), tv_usec: 0)
        utimes(path, [time, time])
    }
}
