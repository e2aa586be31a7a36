// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// Which jobs a list is to hold.
public nonisolated struct JobFilter: Sendable {
    /// Only those in one of these states; empty: in any.
    public var phases: [JobPhase] = []
    /// Only those of this kind.
    public var kind: String?
    /// Only those that this user submitted.
    public var uid: UInt32?
    /// Only these, at most 10,000.
    public var ids: [JobID]?
    /// Only those with a lower number: where the list before this one ended.
    public var before: JobID?
    /// At most so many; a list never holds more than 10,000.
    public var limit = 100
    /// Submissions are long and seldom wanted: without this they are left empty.
    public var wantsSubmissions = false

    /// The newest hundred of all jobs.
    public init() {}
}

/// One job with all that is kept of its attempts.
public nonisolated struct StoredJob: Hashable, Sendable {
    /// The job.
    public var job: JobRecord
    /// Its attempts, oldest first; of more than 200 the newest 200.
    public var attempts: [AttemptRecord]

    /// `job` with `attempts`.
    public init(job: JobRecord, attempts: [AttemptRecord]) {
        self.job = job
        self.attempts = attempts
    }
}

/// What there is to go on with after a start of hostd.
public nonisolated struct UnfinishedJobs: Hashable, Sendable {
    /// Each job that is not over, by number.
    public var jobs: [JobRecord] = []
    /// The attempts of these and of other jobs that are not over, as far as is written down.
    public var openAttempts: [AttemptRecord] = []
    /// The highest number that a job was ever given; 0 when there was none.
    public var highestNumber: Int64 = 0

    /// Nothing.
    public init() {}
}

/// Names one attempt.
nonisolated struct AttemptKey: Hashable, Comparable, Sendable {
    let job: JobID
    let number: UInt64

    init(_ attempt: AttemptRecord) {
        job = attempt.job
        number = attempt.number
    }

    static func < (left: AttemptKey, right: AttemptKey) -> Bool {
        (left.job, left.number) < (right.job, right.number)
    }
}

/// How much text is kept. What is longer is cut.
nonisolated enum TextLimit {
    static let reason = 2000
    static let result = 16 << 10
    /// So many attempts of a job are kept, the newest ones.
    static let attempts: UInt64 = 200
}

nonisolated extension String {
    /// At most the first `limit` bytes; what is cut ends in "…".
    func cut(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        return String(decoding: utf8.prefix(limit), as: UTF8.self) + "…"
    }
}

nonisolated extension JobRecord {
    /// With no text that is longer than may be kept.
    var bounded: JobRecord {
        var job = self
        job.reason = reason.cut(to: TextLimit.reason)
        job.result = result?.cut(to: TextLimit.result)
        return job
    }
}

nonisolated extension AttemptRecord {
    /// With no text that is longer than may be kept.
    var bounded: AttemptRecord {
        var attempt = self
        attempt.reason = reason.cut(to: TextLimit.reason)
        return attempt
    }
}
