// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostStore

/// A job as a test wants it.
func storedJob(
    _ number: Int64, _ phase: JobPhase = .queued, key: String? = nil, kind: String? = nil, uid: UInt32 = 1000,
    submission: String? = nil
) throws -> JobRecord {
    let id = try #require(JobID(number))
    var job = JobRecord(
        id: id, key: key, kind: kind, uid: uid, submission: submission ?? "{\"number\": \(number)}",
        createdMilliseconds: 1_780_000_000_000 + number)
    job.phase = phase
    return job
}

/// An attempt as a test wants it.
func storedAttempt(
    _ job: Int64, _ number: UInt64, _ state: AttemptRecord.State = .running
) throws -> AttemptRecord {
    var attempt = AttemptRecord(
        job: try #require(JobID(job)), number: number, startedMilliseconds: 1_780_000_000_000)
    attempt.state = state
    return attempt
}

/// What a test asks of jobs, waiting for the answer.
extension StoreUnderTest {
    /// Waits for what `ask` gives to its argument.
    func answer<Value>(_ ask: (_ then: @escaping (Value) -> Void) -> Void) throws -> Value {
        var answer: Value?
        ask { value in
            answer = value
            self.loop.stop()
        }
        try loop.run(until: "the store's answer")
        return try #require(answer)
    }

    func unfinished(floor: Int64 = 0) throws -> UnfinishedJobs {
        try #require(try answer { store.unfinishedJobs(floor: floor, then: $0) })
    }

    func job(_ number: Int64) throws -> StoredJob? {
        let id = try #require(JobID(number))
        return try answer { store.job(id, then: $0) }.get()
    }

    func list(_ change: (inout JobFilter) throws -> Void = { _ in }) throws -> [Int64] {
        var filter = JobFilter()
        try change(&filter)
        return try #require(try answer { store.jobs(filter, then: $0) }).map(\.id.number)
    }

    func prune(_ numbers: [Int64]) throws -> [Int64]? {
        let ids = numbers.compactMap { JobID($0) }
        return try answer { store.pruneJobs(ids, then: $0) }?.map(\.number)
    }
}
