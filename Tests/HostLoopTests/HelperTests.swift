// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostStore

/// What needs a process of its own: signals, counted threads, a world with other mounts.
nonisolated struct HelperTests {
    private static let helper = Programs.path("LoopHelper")

    /// Whether this process may make itself a world with other mounts.
    private static let canMount = (try? lines("/usr/bin/unshare", ["--mount", "/bin/true"])) == []

    /// The lines that a program prints; fails unless it exits 0.
    private static func lines(_ program: String, _ arguments: [String]) throws -> [String] {
        let pipe = try PrivatePipe()
        let process = try Processes.spawn(
            program, arguments, environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], output: pipe.writing.raw)
        var output: [UInt8] = []
        var status: Int32 = 0
        try waitUntil("the end of \(program)", seconds: 100) {
            while let part = try? pipe.reading.read(upTo: 65536), !part.isEmpty { output += part }
            return waitpid(process.pid, &status, WNOHANG) == process.pid
        }
        while let part = try? pipe.reading.read(upTo: 65536), !part.isEmpty { output += part }
        let text = String(decoding: output, as: UTF8.self)
        guard status == 0 else { throw Failed(status: status, output: text) }
        return text.split(separator: "\n").map(String.init)
    }

    /// Runs the helper after `script` has changed the mounts of its world.
    private static func lines(after script: String, _ scenario: String, _ argument: String) throws -> [String] {
        try lines(
            "/usr/bin/unshare",
            ["--mount", "/bin/sh", "-ec", script + "\nexec \"$0\" \"$1\" \"$2\"", helper, scenario, argument])
    }

    struct Failed: Error {
        let status: Int32
        let output: String
    }

    @Test func signalsComeOnTheLoopOneByOne() throws {
        #expect(try Self.lines(Self.helper, ["signals"]) == ["SIGUSR1", "SIGUSR2", "SIGTERM"])
    }

    @Test func aThousandProbesAtOnceNeedNoThread() throws {
        ProcessLimits.raiseOpenFiles()
        let all = Gate(lettingThroughAt: 1000)
        let server = try TinyServer { connection in
            _ = connection.readHead()
            all.pass()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        #expect(try Self.lines(Self.helper, ["probes", "\(server.port)"]) == ["1000 are well", "1 thread"])
    }

    @Test(.enabled(if: canMount, "needs the right to mount"))
    func aDeadNameServerHoldsUpNothingAndGathersNoThreads() throws {
        let folder = try TemporaryFolder()
        // A loopback address of this process's own, so that two runs at once do not meet.
        let pid = getpid()
        let address = "127.\(100 + pid >> 16 & 0x3F).\(pid >> 8 & 0xFF).\(pid & 0xFF)"
        try Files.replace(folder.path + "/resolv.conf", with: Array("nameserver \(address)\n".utf8), mode: 0o644)
        let lines = try Self.lines(
            after: "mount --bind \(folder.path)/resolv.conf /etc/resolv.conf", "dead-names", address)
        #expect(lines == ["160 × name not looked up in 300 ms", "at most 8 threads more", "the loop went on"])
    }

    @Test(.enabled(if: canMount, "needs the right to mount"))
    func aFullDiskDelaysHistoryAndLosesNothing() throws {
        let folder = try TemporaryFolder()
        let lines = try Self.lines(
            after: "mount -t tmpfs -o size=1m none \(folder.path)", "full-disk", folder.path)
        #expect(
            lines == [
                "database or disk is full", "ok", "1 × after", "10 × before", "1000 × broken", "1 × during",
            ])
    }

    @Test(.enabled(if: canMount, "needs the right to mount"))
    func aReadOnlyDiskDelaysHistoryAndLosesNothing() throws {
        let folder = try TemporaryFolder()
        let lines = try Self.lines(
            after: "mount -t tmpfs -o size=8m,ro none \(folder.path)", "read-only", folder.path)
        #expect(
            lines == [
                "unable to open database file", "ok", "1 × after", "10 × before", "1000 × broken", "1 × during",
            ])
    }

    @Test(.enabled(if: canMount, "needs the right to mount"))
    func onAFullDiskWhoeverWaitsForAJobsCommitWaits() throws {
        let folder = try TemporaryFolder()
        let lines = try Self.lines(
            after: "mount -t tmpfs -o size=1m none \(folder.path)", "full-of-jobs", folder.path)
        #expect(
            lines == [
                "database or disk is full", "10 heard", "ok", "210 heard, in order: true", "190 queued", "10 running",
            ])
    }

    /// The numbers that the helper has said when it is killed after at least `wanted` bytes of them.
    private static func numbers(_ scenario: String, _ folder: String, until wanted: Int) throws -> [Int64] {
        let pipe = try PrivatePipe()
        let process = try Processes.spawn(helper, [scenario, folder], environment: [], output: pipe.writing.raw)
        var output: [UInt8] = []
        defer {
            kill(process.pid, SIGKILL)
            var status: Int32 = 0
            waitpid(process.pid, &status, 0)
        }
        try waitUntil("\(wanted) bytes of numbers") {
            while output.count < wanted, let part = try? pipe.reading.read(upTo: 512), !part.isEmpty {
                output += part
            }
            return output.count >= wanted
        }
        kill(process.pid, SIGKILL)
        while let part = try? pipe.reading.read(upTo: 65536), !part.isEmpty { output += part }
        return String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap { Int64($0) }
    }

    @Test func aPolicyAndItsRowOfTheAuditOutliveKillingAtAnyPointTogether() throws {
        let folder = try TemporaryFolder()
        var seed = SplitMix64(seed: 7)
        for _ in 0..<Rounds.count(20) {
            let said = try Self.numbers("write-policies", folder.path, until: Int(seed.next() % 300) + 1)
            let file = StoreFile(path: folder.path + "/hostd.db")
            let newest = try #require(try file.policies().newest)
            #expect(try #require(said.max()) <= newest.generation)
            let rows = try file.audit(before: .max, limit: 100_000)
            let accepted = rows.filter { $0.audit.action == "accepted" }.map(\.audit.generation)
            #expect(accepted == (1...newest.generation).reversed(), "none without the other")
            #expect(rows.map(\.number) == (1...Int64(rows.count)).reversed())
            // What another program wrote is known by what stands in the file alone.
            var walk = AuditWalk()
            var hasMore = true
            while hasMore { (walk, hasMore) = try file.goOn(with: walk, limit: 100) }
            #expect(walk.problem.isEmpty && walk.rows == Int64(rows.count), "\(walk.problem)")
        }
    }

    @Test func whatWasSaidToBeWrittenOutlivesKillingAtAnyPoint() throws {
        let folder = try TemporaryFolder()
        var seed = SplitMix64(seed: 20)
        for _ in 0..<Rounds.count(20) {
            let said = try Self.numbers("write-jobs", folder.path, until: Int(seed.next() % 3000) + 1)
            let file = StoreFile(path: folder.path + "/hostd.db")
            let found = try file.unfinishedJobs()
            #expect(Set(said).isSubset(of: found.jobs.map(\.id.number)))
            #expect(found.jobs.count.isMultiple(of: 16), "a commit is whole or not there")
            #expect(found.jobs.map(\.id.number) == Array(1...found.highestNumber))
            #expect(found.openAttempts.map(\.reason) == found.jobs.map { "of \($0.id)" })
        }
    }

    @Test(.enabled(if: canMount, "needs the right to mount"))
    @MainActor func aDamagedStoreIsKeptUntilThereIsRoomForTheNextOne() throws {
        let folder = try TemporaryFolder()
        let file = StoreFile(path: folder.path + "/hostd.db")
        var batch = StoreFile.Batch()
        for number in Int64(1)...300 {
            let job = try storedJob(number, submission: String(repeating: "x", count: 500))
            batch.jobs[job.id] = job
        }
        try file.write(batch)
        // The index of states is damaged: all rows can be read.
        let page = try file.withDatabase { database throws(StoreError) in
            try database.run("PRAGMA wal_checkpoint(TRUNCATE)")
            return try database.integer("SELECT rootpage FROM sqlite_master WHERE name = 'jobs_phase'")
        }
        let damaged = try Descriptor(opening: folder.path + "/hostd.db", O_WRONLY)
        #expect(pwrite(damaged.raw, "damage", 6, Int(try #require(page) - 1) * 4096) == 6)
        try Files.makeFolder(folder.path + "/disk")
        let lines = try Self.lines(
            after: "mount -t tmpfs -o size=1m none \(folder.path)/disk; cp \(folder.path)/hostd.db \(folder.path)/disk",
            "rescue", folder.path + "/disk")
        #expect(lines.first?.hasPrefix("damaged, and no new file can be made in its place (") == true)
        #expect(lines.dropFirst() == ["ok", "301 jobs"])
    }
}
