// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Glibc
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

@testable import HostStore

/// What a damaged store still holds is saved; what it does not comes from the backup of the day.
struct RescueTests {
    private static let jobs: Int64 = 500

    /// A file with 500 jobs, two attempts each, marks and documents; all of it in the file, not in its log.
    private static func fill(_ path: String) throws {
        let file = StoreFile(path: path)
        var batch = StoreFile.Batch()
        for number in 1...jobs {
            let job = try storedJob(number, number.isMultiple(of: 5) ? .succeeded : .queued, key: "key \(number)")
            batch.jobs[job.id] = job
            for attempt in [try storedAttempt(number, 1, .failed), try storedAttempt(number, 2, .running)] {
                batch.attempts[AttemptKey(attempt)] = attempt
            }
        }
        for number in 0..<20 {
            batch.services["s\(number)"] = StoredService(name: "s\(number)", mark: "held", reason: "", restarts: 1)
            batch.documents["d\(number)"] = String(repeating: "x", count: 100)
        }
        batch.highestJob = 1000
        try file.write(batch)
    }

    /// The pages of the b-tree whose root is that of `table`, leaves and root.
    private static func pages(of table: String, _ path: String) throws -> [Int64] {
        let database = try Database(path: path)
        var pages: [Int64] = []
        try database.run(
            "SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' ORDER BY path", [.text(table)]
        ) {
            pages.append($0.integer(0))
        }
        return pages
    }

    private static func overwrite(_ pages: [Int64], _ path: String) throws {
        let file = try Descriptor(opening: path, O_WRONLY)
        for page in pages {
            lseek(file.raw, Int(page - 1) * 4096, SEEK_SET)
            try file.write(all: [UInt8](repeating: 0xFF, count: 4096))
        }
    }

    private func numbers(_ jobs: UnfinishedJobs) -> Set<Int64> { Set(jobs.jobs.map(\.id.number)) }

    @Test func pagesOverwrittenInTheMiddleCostTheRowsThatStoodThere() throws {
        let test = try StoreUnderTest { try Self.fill($0) }
        let leaves = try Self.pages(of: "jobs", test.path)
        #expect(leaves.count > 5)
        let lost = Array(leaves[2...3]) + [leaves[leaves.count - 1]]
        let attempts = try Self.pages(of: "attempts", test.path)
        try Self.overwrite(lost + attempts[1...1], test.path)
        let found = try test.unfinished()
        let share = Int(Self.jobs) * 4 / 5 * (leaves.count - lost.count) / leaves.count
        #expect(found.jobs.count > share - 20)
        #expect(found.jobs.count < Int(Self.jobs) * 4 / 5)
        #expect(found.jobs.allSatisfy { $0.phase == .queued && $0.submission.contains("number") })
        #expect(found.highestNumber == 1000)
        #expect(found.openAttempts.allSatisfy { $0.number == 2 })
        #expect(try test.services()?.count == 20)
        #expect(try test.answer { test.store.documents("d", then: $0) }?.count == 20)
        let reason = try #require(try test.reasons()?.first)
        #expect(reason.contains("jobs, ") && reason.contains("20 services, 20 documents; not all could be read"))
        // What was saved is a store like any other.
        test.store.set(job: try storedJob(1001))
        try test.flush()
        #expect(try test.unfinished().highestNumber == 1001)
        #expect(test.healths.isEmpty)
    }

    @Test func aDamagedIndexCostsNothing() throws {
        let test = try StoreUnderTest { try Self.fill($0) }
        try Self.overwrite(try Self.pages(of: "jobs_phase", test.path), test.path)
        let found = try test.unfinished()
        #expect(found.jobs.count == Int(Self.jobs) * 4 / 5)
        #expect(found.openAttempts.count == Int(Self.jobs))
        #expect(
            try test.reasons()?.first?.contains("with 500 jobs, 1000 attempts, 20 services, 20 documents, the old one")
                == true)
    }

    @Test func aFileThatWasCutOffIsReadAsFarAsItGoes() throws {
        let test = try StoreUnderTest { try Self.fill($0) }
        let size = try FileStatus(at: test.path).size
        #expect(truncate(test.path, Int(size) / 2 / 4096 * 4096) == 0)
        let found = try test.unfinished()
        #expect(found.jobs.count > 50)
        #expect(try test.reasons()?.count == 1)
    }

    @Test func whatCannotBeReadComesFromTheBackupAndIsHeld() throws {
        let test = try StoreUnderTest { path in
            try Self.fill(path)
            _ = try StoreFile(path: path).backUpDaily()
            // Since then some went on.
            let file = StoreFile(path: path)
            var batch = StoreFile.Batch()
            for number in Int64(1)...Self.jobs {
                let job = try storedJob(number, number.isMultiple(of: 5) ? .succeeded : .running, key: "key \(number)")
                batch.jobs[job.id] = job
            }
            let late = try storedJob(501, .queued)
            batch.jobs[late.id] = late
            try file.write(batch)
        }
        try Self.overwrite(Array(try Self.pages(of: "jobs", test.path)[4...6]), test.path)
        let found = try test.unfinished()
        #expect(numbers(found) == Set((1...501).filter { !$0.isMultiple(of: 5) }))
        let held = found.jobs.filter { $0.phase == .held }
        #expect(held.count > 20 && held.count < 200, "\(held.count)")
        #expect(held.allSatisfy { $0.reason.contains("backup of the day") && !$0.submission.isEmpty })
        #expect(found.jobs.filter { $0.phase == .running }.count == 400 - held.count)
        #expect(try test.job(5)?.job.phase == .succeeded)
        let reason = try #require(try test.reasons()?.first)
        #expect(reason.contains("with 501 jobs, 1000 attempts, ") && reason.contains("(from the backup: "), "\(reason)")
    }

    @Test(arguments: ["garbage", "an empty header"])
    func ofAFileThatIsNoDatabaseAnyMoreAllComesFromTheBackup(damage: String) throws {
        let test = try StoreUnderTest { path in
            try Self.fill(path)
            _ = try StoreFile(path: path).backUpDaily()
        }
        let size = Int(try FileStatus(at: test.path).size)
        let bytes =
            damage == "garbage"
            ? (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) } : Array(repeating: 1, count: 100)
        try Files.replace(test.path, with: bytes)
        let found = try test.unfinished()
        #expect(found.jobs.count == 400)
        #expect(found.jobs.allSatisfy { $0.phase == .held })
        #expect(found.highestNumber == 1000)
        #expect(try test.services()?.count == 20)
    }

    @Test func withoutBackupAndWithoutAnythingReadableTheStoreBeginsAnewAndNumbersRise() throws {
        let test = try StoreUnderTest()
        test.store.set(job: try storedJob(77))
        try test.flush()
        let other = OtherConnection(test.path)
        other.run("PRAGMA wal_checkpoint(TRUNCATE)")
        try Self.overwrite(Array(1...4), test.path)
        test.append("after")
        try test.flush()
        let found = try test.unfinished()
        #expect(found.jobs.isEmpty)
        #expect(found.highestNumber == 77, "this process knows which numbers it gave")
        #expect(try test.reasons()?.last == "after")
    }

    @Test func aRescueThatACrashInterruptedIsFinished() throws {
        let test = try StoreUnderTest { path in
            try Self.fill(path)
            try Files.replace(path + ".rescued", with: try Files.read(path, limit: 64 << 20))
            try Files.replace(path, with: Array("garbage".utf8))
            try Files.replace(path + "-wal", with: Array("log of garbage".utf8))
        }
        #expect(try test.unfinished().jobs.count == 400)
        let names = try Files.list(test.folder.path)
        #expect(names.filter { $0.contains("rescue") }.isEmpty)
        #expect(names.filter { $0.contains(".corrupt-") }.count == 2)
        #expect(test.healths.isEmpty)
    }

    @Test func ofDamagedFilesTheNewestThreeAreKept() throws {
        let test = try StoreUnderTest()
        for round in 0..<5 {
            try Files.replace(test.path, with: Array("garbage \(round)".utf8))
            try test.reopen()
            _ = try test.unfinished()
        }
        let kept = try Files.list(test.folder.path).filter { $0.contains(".corrupt-") && !$0.hasSuffix("-wal") }
        let texts = try kept.map { try Files.readText(test.folder.path + "/" + $0) }
        #expect(texts == ["garbage 2", "garbage 3", "garbage 4"])
    }

    // MARK: - Policies and their audit

    /// 400 rows of the audit, 20 policies, and 300 uses of models; all of it in the file, not in its log.
    private static func fillPolicies(_ path: String) throws {
        let file = StoreFile(path: path)
        for number in Int64(1)...20 { try file.commit(storedPolicy(number), storedAudit(number), after: []) }
        var batch = StoreFile.Batch()
        batch.audits = (21...400).map { storedAudit($0, "candidate_held") }
        batch.targets = ["file": 20]
        for number in Int64(1)...300 {
            let job = try storedJob(number, .succeeded)
            var attempt = try storedAttempt(number, 1, .succeeded)
            attempt.model = "a/b"
            attempt.endedMilliseconds = Clock.wallMilliseconds - 1000
            batch.jobs[job.id] = job
            batch.attempts[AttemptKey(attempt)] = attempt
        }
        try file.write(batch)
    }

    private func attemptsOfModels(_ test: StoreUnderTest) throws -> Int64? {
        let now = Clock.wallMilliseconds
        return try test.report(now - 86_400_000..<now).now["a/b"]?.attempts
    }

    @Test func ofADamagedIndexPoliciesAuditAndUsesOfModelsAreWhole() throws {
        let test = try StoreUnderTest { try Self.fillPolicies($0) }
        try Self.overwrite(try Self.pages(of: "model_runs_ended", test.path), test.path)
        let found = try test.policies()
        #expect(found.newest == storedPolicy(20) && found.targets == ["file": 20])
        let verification = try test.verification()
        #expect(verification.rows == 400 && verification.problem.isEmpty)
        #expect(try attemptsOfModels(test) == 300)
        let reason = try #require(try test.reasons()?.first)
        #expect(reason.contains(", 20 policies, 400 rows of their audit, 300 uses of models, the old one"), "\(reason)")
        // The saved rows are as safe as they were.
        let database = try Database(path: test.path)
        #expect(throws: StoreError.self) { try database.run("DELETE FROM policy_audit") }
        try test.commit(storedPolicy(21)).get()
        #expect(try test.rows(limit: 1).map(\.number) == [401])
        #expect(try test.verification().problem.isEmpty)
    }

    @Test func rowsOfTheAuditThatCannotBeSavedAreSaidAndTheirNumbersNotGivenAgain() throws {
        let test = try StoreUnderTest { try Self.fillPolicies($0) }
        let leaves = try Self.pages(of: "policy_audit", test.path)
        try Self.overwrite([leaves[3], leaves[leaves.count - 1]], test.path)
        _ = try test.policies()
        let kept = try test.rows(limit: 1000).count
        #expect(kept > 300 && kept < 400)
        let reason = try #require(try test.reasons()?.first)
        #expect(
            reason.contains("; not all could be read; \(400 - kept) of 400 rows of the audit are lost"), "\(reason)")
        test.store.append(audit: storedAudit(500))
        try test.flush()
        #expect(try test.rows(limit: 1).map(\.number) == [401])
        let problem = try test.verification().problem
        #expect(problem.hasPrefix("rows ") && problem.hasSuffix(" are missing (and 1 more)"), "\(problem)")
    }

    @Test func whatTheAuditLostComesFromTheBackupAndTheChainHoldsAgain() throws {
        let test = try StoreUnderTest { path in
            try Self.fillPolicies(path)
            _ = try StoreFile(path: path).backUpDaily()
            // Since then there is more.
            try StoreFile(path: path).commit(storedPolicy(401), storedAudit(401), after: [])
        }
        let leaves = try Self.pages(of: "policy_audit", test.path)
        let policies = try Self.pages(of: "policies", test.path)
        try Self.overwrite(Array(leaves[2...4]) + policies.prefix(1), test.path)
        #expect(try test.policies().highestGeneration == 401)
        let verification = try test.verification()
        #expect(verification.rows == 401 && verification.problem.isEmpty, "\(verification)")
        #expect(try test.answer { test.store.policy(3, then: $0) }.get() == storedPolicy(3))
    }

    @Test func aHostdThatKnowsTheNewestRowGoesOnAfterItWithoutFileAndBackup() throws {
        let test = try StoreUnderTest()
        for number in Int64(1)...3 { try test.commit(storedPolicy(number)).get() }
        OtherConnection(test.path).run("PRAGMA wal_checkpoint(TRUNCATE)")
        try Self.overwrite(Array(1...4), test.path)
        test.store.append(audit: storedAudit(4))
        try test.flush()
        #expect(try test.rows().map(\.number) == [4])
        #expect(try test.verification().problem == "rows 1 to 3 are missing")
        #expect(try test.reasons()?.first?.contains("3 of 3 rows of the audit are lost") == true)
    }
}
