// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Glibc
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

@testable import HostStore

/// Policies of models and their audit in the store.
struct PolicyStoreTests {
    @Test func everyFieldOfAPolicyAndItsRowComesBack() throws {
        let test = try StoreUnderTest()
        #expect(try test.policies() == StoredPolicies())
        try test.commit(storedPolicy(1)).get()
        var second = storedPolicy(2)
        second.fileDigest = nil
        try test.commit(second).get()
        test.store.note(target: "file", generation: 2)
        test.store.note(target: "openclaw", generation: 1)
        test.store.note(target: "gone", generation: 1)
        try test.flush()
        test.store.forget(target: "gone")
        try test.flush()
        try test.reopen()
        let found = try test.policies()
        #expect(found.newest == second)
        #expect(found.targets == ["file": 2, "openclaw": 1])
        #expect(found.highestGeneration == 2)
        #expect(try test.answer { test.store.policy(1, then: $0) }.get() == storedPolicy(1))
        #expect(try test.answer { test.store.policy(3, then: $0) }.get() == nil)
        let brief = try #require(try test.answer { test.store.policyGenerations(limit: 5, then: $0) })
        #expect(brief.map(\.generation) == [2, 1])
        #expect(brief.map(\.digest) == ["digest of 2", "digest of 1"] && brief.allSatisfy { $0.text.isEmpty })
        let rows = try test.rows()
        #expect(rows.map(\.audit) == [storedAudit(2), storedAudit(1)])
        #expect(rows.map(\.number) == [2, 1])
        #expect(rows[1].previousHash == String(repeating: "0", count: 64))
        #expect(rows[0].previousHash == rows[1].hash)
        #expect(try test.rows(before: 2).map(\.number) == [1])
        #expect(try test.rows(limit: 1).map(\.number) == [2])
        #expect(try test.verification() == AuditVerification(rows: 2, head: rows[0].hash, problem: ""))
    }

    @Test func aCommitThatIsTriedAgainWritesNothingTwiceAndATakenNumberIsNamed() throws {
        let test = try StoreUnderTest()
        try test.commit(storedPolicy(1)).get()
        try test.commit(storedPolicy(1)).get()
        #expect(try test.rows().count == 1)
        guard case .failure(let error) = try test.commit(storedPolicy(1, digest: "another")) else {
            Issue.record("a number was taken twice")
            return
        }
        #expect(
            error.description.hasSuffix(
                "generation 1 is taken by the policy with digest digest of 1 (this one has another)"))
        #expect(try test.rows().count == 1)
        #expect(try test.policies().newest == storedPolicy(1))
    }

    @Test func aCommitThatFailsSaysSoAndLeavesNothing() throws {
        let test = try StoreUnderTest()
        try test.commit(storedPolicy(1)).get()
        let other = OtherConnection(test.path)
        other.run("BEGIN EXCLUSIVE")
        test.store.append(audit: storedAudit(1, "candidate_held"))
        guard case .failure(let error) = try test.commit(storedPolicy(2)) else {
            Issue.record("a commit succeeded in a store that is locked")
            return
        }
        #expect(error.description.contains("locked"))
        other.run("COMMIT")
        try test.flush()
        try waitUntil("the row that came before the commit") { try test.rows().count == 2 }
        #expect(try test.policies().newest == storedPolicy(1))
        try test.commit(storedPolicy(2)).get()
        #expect(try test.rows().map(\.audit.action) == ["accepted", "candidate_held", "accepted"])
        #expect(try test.verification().problem.isEmpty)
    }

    @Test func rowsKeepTheOrderInWhichTheyWereGiven() throws {
        let test = try StoreUnderTest()
        test.store.append(audit: storedAudit(1, "golden_passed"))
        test.store.append(audit: storedAudit(2, "candidate_held"))
        let outcome: Result<Void, StoreError> = try test.answer { then in
            test.store.commit(policy: storedPolicy(3), audit: storedAudit(3), then: then)
            test.store.append(audit: storedAudit(4, "candidate_rolled_back"))
        }
        try outcome.get()
        try test.flush()
        let rows = try test.rows()
        #expect(rows.map(\.audit.generation) == [4, 3, 2, 1])
        #expect(rows.map(\.number) == [4, 3, 2, 1])
    }

    @Test func longAndManyLinedTextsAreBounded() throws {
        let test = try StoreUnderTest()
        var audit = storedAudit(1, why: String(repeating: "w", count: 100_000))
        audit.name = "a\nb\u{0}c\u{1b}[31m"
        audit.changes = (0..<5000).map { "change \($0)\n" + String(repeating: "x", count: 10_000) }
        test.store.append(audit: audit)
        try test.flush()
        let found = try #require(try test.rows().first?.audit)
        #expect(found.why == String(repeating: "w", count: 2000) + "…")
        #expect(found.name == "a b c [31m")
        #expect(found.changes.count == 101 && found.changes.last == "… and 4900 more")
        #expect(found.changes[1].hasPrefix("change 1 xxx") && found.changes[1].utf8.count == 403)
        #expect(try test.verification().problem.isEmpty)
    }

    @Test func aFileOfTheHostdBeforeIsBroughtUpAndItsAttemptsStay() throws {
        let test = try StoreUnderTest { path in
            let other = OtherConnection(path)
            other.run("PRAGMA journal_mode=WAL")
            for sql in Schema.migrations.prefix(4) { other.run(sql) }
            other.run("PRAGMA user_version = 4")
            other.run(
                """
                INSERT INTO jobs(id, uid, priority, created_ms, after_jobs, phase, since_ms, reason, attempts,
                    attempt_open, failures, disruptions, deadline_from_ms)
                VALUES(7, 0, 0, 1, '', 'queued', 1, '', 1, 0, 0, 0, 1);
                INSERT INTO submissions VALUES(7, '{}');
                INSERT INTO attempts(job, number, state, started_ms, reason, model, resumed)
                VALUES(7, 1, 'failed', 1, 'exit 1', 'a/b', 0);
                """)
        }
        let attempt = try #require(try test.job(7)?.attempts.first)
        #expect(attempt.model == "a/b" && attempt.tier == nil && attempt.usage == nil && !attempt.blamesModel)
        try test.commit(storedPolicy(1)).get()
        #expect(try test.policies().newest == storedPolicy(1))
        #expect(try Files.list(test.folder.path).filter { $0.contains("before") } == ["hostd.db.before-5"])
        #expect(test.healths.isEmpty)
    }

    @Test func whatIsWrittenWhileTheStoreFailsIsWrittenLater() throws {
        let test = try StoreUnderTest()
        let now = Clock.wallMilliseconds
        try test.commit(storedPolicy(1)).get()
        let other = OtherConnection(test.path)
        other.run("BEGIN EXCLUSIVE")
        for number in Int64(1)...3 {
            test.store.append(audit: storedAudit(number, "candidate_held"))
            test.store.note(target: "file", generation: number)
            test.store.add(
                serviceRun: StoredServiceRun(
                    service: "gateway", launch: UInt64(number), wallMilliseconds: now, generation: 1,
                    models: ["agent": "a"]))
            try test.flush()
        }
        #expect(test.healths == ["database is locked"])
        test.store.healthChanged = { health in if case .ok = health { test.loop.stop() } }
        other.run("COMMIT")
        try test.loop.run(until: "the store to be well again")
        try test.flush()
        #expect(try test.rows().map(\.audit.generation) == [3, 2, 1, 1])
        #expect(try test.policies().targets == ["file": 3])
        #expect(try test.report(now - 3_600_000..<now + 1).services.map(\.launches) == [3])
    }
}
