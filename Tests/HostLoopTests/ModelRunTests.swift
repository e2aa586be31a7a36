// SPDX-License-Identifier: Apache-2.0

import CSQLite
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

@testable import HostStore

/// What was done with which model, kept longer than the jobs.
struct ModelRunTests {
    /// The beginning of an hour of which rows are kept.
    private static let start = (Clock.wallMilliseconds / 3_600_000 - 100) * 3_600_000

    private func span(_ from: Int64, _ to: Int64) -> Range<Int64> { Self.start + from..<Self.start + to }

    private func attempt(
        _ job: Int64, _ number: UInt64, _ state: AttemptRecord.State, _ model: String?, ended: Int64? = 1000,
        tokens: (UInt64, UInt64)? = nil
    ) throws -> AttemptRecord {
        var attempt = try storedAttempt(job, number, state)
        attempt.startedMilliseconds = Self.start + (ended ?? 1000) - 500
        attempt.endedMilliseconds = ended.map { Self.start + $0 }
        attempt.model = model
        attempt.tier = "agent"
        attempt.arm = "stable"
        attempt.generation = 3
        attempt.usage = tokens.map {
            AttemptUsage(tokensInput: $0.0, tokensOutput: $0.1, toolCalls: 10, toolFailures: 1)
        }
        return attempt
    }

    @Test func whatAnAttemptUsedComesBack() throws {
        let test = try StoreUnderTest()
        var first = try attempt(1, 1, .failed, "a", tokens: (100, 20))
        first.blamesModel = true
        let second = try attempt(1, 2, .running, "a", ended: nil)
        var none = try attempt(1, 3, .succeeded, nil, tokens: (0, 0))
        none.tier = nil
        for attempt in [first, second, none] { test.store.set(job: try storedJob(1), attempt: attempt) }
        try test.flush()
        try test.reopen()
        #expect(try test.job(1)?.attempts == [first, second, none])
    }

    @Test func attemptsThatEndedAreAddedUpByModelAndOutliveTheirJobs() throws {
        let test = try StoreUnderTest()
        var blamed = try attempt(1, 1, .failed, "a", tokens: (1000, 100))
        blamed.blamesModel = true
        let attempts = [
            blamed, try attempt(1, 2, .succeeded, "a", tokens: (2000, 200)), try attempt(2, 1, .failed, "a"),
            try attempt(3, 1, .disrupted, "b", tokens: (5000, 1)), try attempt(3, 2, .cancelled, "b"),
            try attempt(4, 1, .running, "b", ended: nil, tokens: (9, 9)), try attempt(5, 1, .succeeded, nil),
            try attempt(6, 1, .succeeded, "a", ended: 1999, tokens: (1, 1)),
            try attempt(6, 2, .succeeded, "a", ended: 2000, tokens: (7, 7)),
        ]
        for attempt in attempts {
            test.store.set(job: try storedJob(attempt.job.number, .succeeded, kind: "review"), attempt: attempt)
        }
        // A later word on the same attempt takes the place of the earlier.
        test.store.set(job: try storedJob(1, .succeeded), attempt: blamed)
        try test.flush()
        #expect(try test.prune(Array(1...6)) == Array(1...6))
        let report = try test.report(span(1000, 2000))
        var a = StoredModelReport.Use()
        (a.jobs, a.attempts, a.failures, a.blamed, a.uncounted) = (3, 4, 2, 1, 1)
        (a.tokensInput, a.tokensOutput, a.toolCalls, a.toolFailures) = (3001, 301, 30, 3)
        a.milliseconds = 2000
        #expect(report.now["a"] == a)
        #expect(report.now["b"]?.attempts == 2 && report.now["b"]?.failures == 0 && report.now["b"]?.jobs == 1)
        #expect(report.now.count == 2 && report.before.isEmpty)
        #expect(report.tiers == ["a": ["agent"], "b": ["agent"]])
        let next = try test.report(span(2000, 3000))
        #expect(next.now["a"]?.tokensInput == 7 && next.before == report.now)
    }

    @Test func whatNoAttemptCanHaveUsedDoesNotSpoilTheSums() throws {
        let test = try StoreUnderTest()
        for number in UInt64(1)...20 {
            test.store.set(
                job: try storedJob(1, .running), attempt: try attempt(1, number, .failed, "a", tokens: (.max, .max)))
        }
        try test.flush()
        #expect(try test.report(span(0, 2000)).now["a"]?.tokensInput == 20_000_000_000_000)
    }

    @Test func piecesAddUpToWhatTheWholeIs() throws {
        let test = try StoreUnderTest()
        for job in Int64(1)...300 {
            for number in UInt64(1)...3 {
                // The attempts of a job are far apart, and many end in the same millisecond.
                test.store.set(
                    job: try storedJob(job, .succeeded),
                    attempt: try attempt(
                        job, number, .failed, job.isMultiple(of: 2) || number == 2 ? "a" : "b",
                        ended: Int64(number) * 1000 + job / 50, tokens: (1, 2)))
            }
        }
        try test.flush()
        let file = StoreFile(path: test.path)
        let reports = try [1, 7, 100, 10_000].map { limit in
            var sums = ModelRunSums(span(2000, 4000))
            var hasMore = true
            while hasMore { (sums, hasMore) = try file.goOn(with: sums, limit: limit) }
            return sums.report
        }
        #expect(Set(reports).count == 1)
        #expect(reports[0].now["a"]?.jobs == 300 && reports[0].now["b"]?.jobs == 150)
        #expect(reports[0].now["a"]?.attempts == 450 && reports[0].now["b"]?.attempts == 150)
        #expect(reports[0].before["a"]?.jobs == 150 && reports[0].before["b"]?.jobs == 150)
        #expect(reports[0].now["a"]?.tokensOutput == 900)
    }

    @Test func aCrashLoopNeedsARowAnHour() throws {
        let test = try StoreUnderTest()
        for launch in Int64(0)..<7200 {
            test.store.add(
                serviceRun: StoredServiceRun(
                    service: "gateway", launch: UInt64(launch), wallMilliseconds: Self.start + launch * 1000,
                    generation: 4,
                    models: ["agent": "a", "reasoning": "b"]))
            if launch.isMultiple(of: 1000) { try test.flush() }
        }
        try test.flush()
        let database = try Database(path: test.path)
        #expect(try database.integer("SELECT count(*) FROM service_runs") == 4)
        #expect(
            try database.integer("SELECT max(launch) FROM service_runs WHERE hour = \(Self.start / 3_600_000)") == 3599)
        #expect(
            try test.report(span(0, 7_200_000)).services == [
                .init(service: "gateway", tier: "agent", model: "a", generation: 4, launches: 7200),
                .init(service: "gateway", tier: "reasoning", model: "b", generation: 4, launches: 7200),
            ])
        // Spans that follow each other have each launch once.
        #expect(try test.report(span(1, 3_600_001)).services.map(\.launches) == [3600, 3600])
        #expect(try test.report(span(3_600_001, 7_200_000)).services.isEmpty)
    }

    @Test func whatIsOlderThanFourHundredDaysGoes() throws {
        let test = try StoreUnderTest()
        let now = Clock.wallMilliseconds
        let day = StoreFile.dayMilliseconds
        for (job, age) in [(Int64(1), Int64(401)), (2, 399)] {
            test.store.set(
                job: try storedJob(job, .succeeded),
                attempt: try attempt(job, 1, .succeeded, "a", ended: now - age * day - Self.start, tokens: (1, 1)))
            test.store.add(
                serviceRun: StoredServiceRun(
                    service: "gateway", launch: 1, wallMilliseconds: now - age * day, generation: job,
                    models: ["agent": "a"]))
        }
        try test.commit(storedPolicy(1)).get()
        try test.flush()
        // The first write after a start looks for what is too old.
        try test.reopen()
        test.append("something")
        try test.flush()
        let report = try test.report(0..<now)
        #expect(report.now["a"]?.jobs == 1)
        #expect(report.services.map(\.generation) == [2])
        #expect(try test.rows().count == 1)
    }
}
