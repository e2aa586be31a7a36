// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

@testable import HostStore

/// Jobs and their attempts in the store.
struct JobStoreTests {
    @Test func everyFieldOfAJobAndItsAttemptsComesBack() throws {
        let test = try StoreUnderTest()
        var job = try storedJob(7, .held, key: "nightly", kind: "review", submission: "{\"prompt\": \"„tu es“ 🙂\"}")
        job.priority = -3
        job.after = [try #require(JobID(3)), try #require(JobID(5))]
        job.sinceMilliseconds = 1_780_000_000_999
        job.reason = "6 failures: exit 1"
        job.notBeforeMilliseconds = 1_780_000_060_000
        job.attempts = 9
        job.isAttemptOpen = true
        job.failures = 6
        job.disruptions = 2
        job.session = "5f0c"
        job.checkpoint = "step 40"
        job.progress = JobProgress(done: 40.5, total: 200, text: "tests")
        job.result = "nothing yet"
        job.exit = .failedToStart("cannot exec /x: No such file")
        var attempt = try storedAttempt(7, 9, .failed)
        attempt.endedMilliseconds = 1_780_000_000_500
        attempt.reason = "exit 1"
        attempt.exit = .code(1)
        attempt.model = "a/b"
        attempt.arm = "gray"
        attempt.generation = 12
        attempt.isResumed = true
        var first = try storedAttempt(7, 1, .disrupted)
        first.exit = .signal(9)
        test.store.set(job: job, attempt: attempt)
        test.store.set(job: job, attempt: first)
        try test.flush()
        try test.reopen()
        #expect(try test.job(7) == StoredJob(job: job, attempts: [first, attempt]))
        #expect(try test.job(8) == nil)
        let plain = try storedJob(8)
        test.store.set(job: plain)
        try test.flush()
        #expect(try test.job(8) == StoredJob(job: plain, attempts: []))
    }

    @Test func theNewestWordOfACommitIsWrittenAndAllWhoWaitHearInOrder() throws {
        let test = try StoreUnderTest()
        var heard: [Int] = []
        for number in 0..<3 {
            var job = try storedJob(1, number == 2 ? .running : .queued)
            job.attempts = UInt64(number)
            let attempt = try storedAttempt(1, 1, number == 2 ? .running : .launching)
            test.store.set(job: job, attempt: attempt) { heard.append(number) }
        }
        #expect(heard.isEmpty)
        try test.flush()
        #expect(heard == [0, 1, 2])
        let found = try #require(try test.job(1))
        #expect(found.job.phase == .running)
        #expect(found.attempts.map(\.state) == [.running])
    }

    @Test func whileTheStoreFailsNobodyHearsAndNothingIsLost() throws {
        let test = try StoreUnderTest()
        test.store.set(job: try storedJob(1))
        try test.flush()
        let other = OtherConnection(test.path)
        other.run("BEGIN EXCLUSIVE")
        var heard: [Int64] = []
        for number in Int64(1)...3 {
            test.store.set(job: try storedJob(number, .running)) { heard.append(number) }
        }
        try test.flush()
        #expect(test.healths == ["database is locked"])
        test.store.set(job: try storedJob(2, .succeeded)) { heard.append(22) }
        #expect(heard.isEmpty)
        let pruned = try test.answer { test.store.pruneJobs(endedBefore: .max, then: $0) }
        #expect(pruned == nil)
        test.store.healthChanged = { health in if case .ok = health { test.loop.stop() } }
        other.run("COMMIT")
        try test.loop.run(until: "the store to be well again")
        try test.flush()
        #expect(heard == [1, 2, 3, 22])
        #expect(try test.unfinished().jobs.map(\.id.number) == [1, 3])
    }

    @Test func whatIsNotWrittenYetIsFoundByNumberAndByKey() throws {
        let test = try StoreUnderTest()
        test.store.set(job: try storedJob(1, key: "k"), attempt: try storedAttempt(1, 1, .launching))
        try test.flush()
        test.store.set(job: try storedJob(1, .running, key: "k"), attempt: try storedAttempt(1, 2))
        test.store.set(job: try storedJob(2, key: "l"))
        let byKey = { (key: String, uid: UInt32) in
            try test.answer { test.store.job(key: key, uid: uid, then: $0) }.get()
        }
        #expect(try byKey("l", 1000)?.job.id == JobID(2))
        let found = try #require(try byKey("k", 1000))
        #expect(found.job.phase == .running)
        #expect(found.attempts.map(\.number) == [1, 2])
        #expect(try byKey("k", 1001) == nil, "the key is another user's")
        #expect(try byKey("m", 1000) == nil)
        try test.flush()
        test.store.set(job: try storedJob(3, key: "l"), attempt: try storedAttempt(3, 1))
        let owner = try #require(try byKey("l", 1000))
        #expect(owner.job.id == JobID(2) && owner.attempts.isEmpty)
    }

    @Test func aKeyThatIsTakenStaysWithTheOlderJobAndStopsNoOther() throws {
        let test = try StoreUnderTest()
        test.store.set(job: try storedJob(1, key: "k"))
        test.store.set(job: try storedJob(2, key: "k"))
        test.store.set(job: try storedJob(3, key: "k", uid: 0))
        try test.flush()
        #expect(test.healths.isEmpty)
        #expect(try test.job(1)?.job.key == "k")
        #expect(try test.job(2)?.job.key == nil)
        #expect(try test.job(3)?.job.key == "k")
        #expect(
            try test.reasons() == ["job 2 was submitted with the key of job 1: it is kept without one"])
    }

    @Test func theHighestNumberOutlivesItsJobAndTheCallersFloorIsKept() throws {
        let test = try StoreUnderTest()
        #expect(try test.unfinished() == UnfinishedJobs())
        test.store.set(job: try storedJob(5, .succeeded))
        try test.flush()
        #expect(try test.prune([5]) == [5])
        #expect(try test.job(5) == nil)
        #expect(try test.unfinished().highestNumber == 5)
        #expect(try test.unfinished(floor: 9).highestNumber == 9)
        try test.flush()
        try test.reopen()
        #expect(try test.unfinished(floor: 3).highestNumber == 9)
    }

    @Test func afterAStartThereAreTheUnfinishedJobsAndTheOpenAttempts() throws {
        let test = try StoreUnderTest()
        for (index, phase) in JobPhase.allCases.enumerated() {
            let number = Int64(index + 1)
            test.store.set(job: try storedJob(number, phase), attempt: try storedAttempt(number, 1, .failed))
            test.store.set(
                job: try storedJob(number, phase),
                attempt: try storedAttempt(number, 2, phase == .stalled ? .launching : .succeeded))
        }
        try test.flush()
        try test.reopen()
        let found = try test.unfinished()
        #expect(found.jobs.map(\.phase) == [.queued, .waiting, .running, .stalled, .held])
        #expect(found.jobs.first?.submission == "{\"number\": 1}")
        #expect(found.openAttempts == [try storedAttempt(4, 2, .launching)])
        let counts = try test.answer { test.store.jobCounts(then: $0) }
        #expect(counts == Dictionary(uniqueKeysWithValues: JobPhase.allCases.map { ($0, 1) }))
    }

    @Test func aListIsNewestFirstAndFiltered() throws {
        let test = try StoreUnderTest()
        for number in Int64(1)...12 {
            test.store.set(
                job: try storedJob(
                    number, number > 6 ? .failed : .running, kind: number.isMultiple(of: 2) ? "review" : nil,
                    uid: number.isMultiple(of: 3) ? 0 : 1000))
        }
        try test.flush()
        #expect(try test.list() == (1...12).reversed())
        #expect(try test.list { $0.phases = [.failed, .held] } == (7...12).reversed())
        #expect(try test.list { $0.kind = "review" } == [12, 10, 8, 6, 4, 2])
        #expect(try test.list { $0.kind = "' OR 1" } == [])
        #expect(try test.list { $0.uid = 0 } == [12, 9, 6, 3])
        #expect(try test.list { $0.ids = [JobID(3), JobID(99), JobID(8)].compactMap(\.self) } == [8, 3])
        #expect(try test.list { $0.limit = 3 } == [12, 11, 10])
        #expect(
            try test.list {
                $0.limit = 3
                $0.before = JobID(10)
            } == [9, 8, 7])
    }

    @Test func onlyWhatIsOverIsPruned() throws {
        let test = try StoreUnderTest()
        for number in Int64(1)...8 {
            var job = try storedJob(number, number.isMultiple(of: 2) ? .succeeded : .held)
            job.sinceMilliseconds = number
            test.store.set(job: job, attempt: try storedAttempt(number, 1, .failed))
        }
        try test.flush()
        let prune = { (milliseconds: Int64, limit: Int) in
            try test.answer { test.store.pruneJobs(endedBefore: milliseconds, limit: limit, then: $0) }?
                .map(\.number)
        }
        #expect(try prune(7, 2) == [2, 4])
        #expect(try prune(7, 2) == [6])
        #expect(try prune(7, 2) == [])
        // The word that it is tried anew is not overtaken.
        test.store.set(job: try storedJob(8, .queued))
        #expect(try test.prune([7, 8]) == [])
        #expect(try test.list() == [8, 7, 5, 3, 1])
        #expect(try test.job(8)?.attempts.count == 1)
        let database = try Database(path: test.path)
        #expect(try database.integer("SELECT count(*) FROM attempts") == 5)
        #expect(try database.integer("SELECT count(*) FROM submissions") == 5)
    }

    @Test func ofManyAttemptsTheNewestTwoHundredAreKept() throws {
        let test = try StoreUnderTest()
        for number in UInt64(1)...450 {
            test.store.set(job: try storedJob(1, .running), attempt: try storedAttempt(1, number, .failed))
            if number.isMultiple(of: 100) { try test.flush() }
        }
        try test.flush()
        #expect(try test.job(1)?.attempts.map(\.number) == Array(251...450))
    }

    @Test func longTextsAreCut() throws {
        let test = try StoreUnderTest()
        var job = try storedJob(1, .failed)
        job.reason = String(repeating: "r", count: 100_000)
        job.result = String(repeating: "é", count: 100_000)
        var attempt = try storedAttempt(1, 1, .failed)
        attempt.reason = job.reason
        test.store.set(job: job, attempt: attempt)
        try test.flush()
        let found = try #require(try test.job(1))
        #expect(found.job.reason == String(repeating: "r", count: 2000) + "…")
        #expect(found.job.result == String(repeating: "é", count: 8192) + "…")
        #expect(found.attempts.first?.reason == found.job.reason)
    }

    @Test func tenThousandJobsAreListedWithoutTheirSubmissions() throws {
        let test = try StoreUnderTest()
        let long = String(repeating: "x", count: 4096)
        for number in Int64(1)...10_000 {
            test.store.set(job: try storedJob(number, submission: long))
            if number.isMultiple(of: 64) { try test.flush() }
        }
        try test.flush()
        var filter = JobFilter()
        filter.limit = .max
        let before = residentBytes()
        let found = try #require(try test.answer { test.store.jobs(filter, then: $0) })
        #expect(found.count == 10_000)
        #expect(found.allSatisfy { $0.submission.isEmpty })
        #expect(residentBytes() - before < 16 << 20, "the submissions alone are 40 MiB")
    }

    private func residentBytes() -> Int {
        let pages = (try? Files.readText("/proc/self/statm"))?.split(separator: " ").dropFirst().first
        return (pages.flatMap { Int($0) } ?? 0) * 4096
    }
}
