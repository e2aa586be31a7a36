// SPDX-License-Identifier: Apache-2.0

public import HostCore
internal import HostLoop

extension Store {
    /// Writes the newest word on a job, and on one of its attempts, in the next commit. Of several words on the same
    /// thing the newest is written. Reasons are cut to 2,000 bytes, a result to 16 KiB. `then` is called once the
    /// word, or a newer one on the same thing, is on the disk; while the store fails it waits. Those of several calls
    /// come in order.
    public func set(job: JobRecord, attempt: AttemptRecord? = nil, then: (() -> Void)? = nil) {
        pending.jobs[job.id] = job.bounded
        if let attempt { pending.attempts[AttemptKey(attempt)] = attempt.bounded }
        if let then { waiting.append(then) }
        schedule()
    }

    /// Calls `then` once all that was given so far is on the disk; while the store fails it waits.
    public func whenWritten(_ then: @escaping () -> Void) {
        guard isWriting || !pending.isEmpty else { return loop.later(then) }
        waiting.append(then)
    }

    /// Reads what there is to go on with; nil when the store cannot be read, and then nothing may be launched. No
    /// number up to `floor` is given again: the highest that the caller has seen anywhere.
    public func unfinishedJobs(floor: Int64 = 0, then: @escaping (UnfinishedJobs?) -> Void) {
        ask { file throws(StoreError) in
            try file.unfinishedJobs()
        } then: { [weak self] found in
            guard var found = try? found.get() else { return then(nil) }
            if floor > found.highestNumber {
                found.highestNumber = floor
                self?.raise(to: floor)
            }
            then(found)
        }
    }

    /// Reads a list of jobs, newest first, as they were committed last; nil when the store cannot be read.
    public func jobs(_ filter: JobFilter, then: @escaping ([JobRecord]?) -> Void) {
        ask { file throws(StoreError) in
            try file.jobs(filter)
        } then: {
            then(try? $0.get())
        }
    }

    /// Reads one job, with what is not written yet; nil when there is none.
    public func job(_ id: JobID, then: @escaping (Result<StoredJob?, StoreError>) -> Void) {
        ask { file throws(StoreError) in
            try file.job(id)
        } then: { [weak self] found in
            then(found.map { self?.renewed($0, unwritten: self?.unwrittenJob { $0.id == id }) ?? $0 })
        }
    }

    /// Reads the job that a user submitted with a key, with what is not written yet; nil when there is none. A store
    /// that cannot be read is not the same as no such job.
    public func job(key: String, uid: UInt32, then: @escaping (Result<StoredJob?, StoreError>) -> Void) {
        ask { file throws(StoreError) in
            try file.job(key: key, uid: uid)
        } then: { [weak self] found in
            let unwritten = self?.unwrittenJob { $0.key == key && $0.uid == uid }
            then(found.map { self?.renewed($0, unwritten: unwritten) ?? $0 })
        }
    }

    /// Counts the jobs in each state, as they were committed last; nil when the store cannot be read.
    public func jobCounts(then: @escaping ([JobPhase: Int]?) -> Void) {
        ask { file throws(StoreError) in
            try file.jobCounts()
        } then: {
            then(try? $0.get())
        }
    }

    /// Removes at most `limit` finished jobs that ended before a wall time, with their attempts, the lowest numbers
    /// first; of `phases` only, where there are any. Says which are gone; nil when the store fails.
    public func pruneJobs(
        endedBefore milliseconds: Int64, in phases: [JobPhase] = [], limit: Int = 1000,
        then: @escaping ([JobID]?) -> Void
    ) {
        afterWriting(then) { file throws(StoreError) in
            try file.pruneJobs(endedBefore: milliseconds, in: phases, limit: limit)
        }
    }

    /// Removes those of `ids` that are finished, with their attempts. Says which are gone; nil when the store fails.
    public func pruneJobs(_ ids: [JobID], then: @escaping ([JobID]?) -> Void) {
        afterWriting(then) { file throws(StoreError) in try file.pruneJobs(ids) }
    }

    /// Does what must not overtake a word that waits for its commit: a job that was just tried anew is not pruned.
    private func afterWriting(
        _ then: @escaping ([JobID]?) -> Void,
        _ work: @escaping @Sendable (StoreFile) throws(StoreError) -> [JobID]
    ) {
        guard case .ok = health else { return loop.later { then(nil) } }
        guard isWriting || !pending.isEmpty else { return ask(work) { then(try? $0.get()) } }
        waiting.append { [weak self] in
            guard let self else { return then(nil) }
            ask(work) { then(try? $0.get()) }
        }
    }

    private func raise(to number: Int64) {
        pending.highestJob = max(pending.highestJob, number)
        schedule()
    }

    /// The word on a job that is not committed yet.
    private func unwrittenJob(_ isWanted: (JobRecord) -> Bool) -> JobRecord? {
        pending.jobs.values.first(where: isWanted) ?? beingWritten.jobs.values.first(where: isWanted)
    }

    private func renewed(_ found: StoredJob?, unwritten: JobRecord?) -> StoredJob? {
        // A key that is taken stays with the job that has it.
        let isOther = found != nil && unwritten?.id != found?.job.id
        guard let job = isOther ? found?.job : unwritten ?? found?.job else { return nil }
        var attempts = Dictionary(uniqueKeysWithValues: (found?.attempts ?? []).map { (AttemptKey($0), $0) })
        for batch in [beingWritten, pending] {
            attempts.merge(batch.attempts.filter { $0.key.job == job.id }) { _, newer in newer }
        }
        return StoredJob(job: job, attempts: attempts.sorted { $0.key < $1.key }.map(\.value))
    }

    /// Reads in the lane. A store that does not answer within 30 s is an error.
    func ask<Value: Sendable>(
        _ work: @escaping @Sendable (StoreFile) throws(StoreError) -> Value,
        then: @escaping (Result<Value, StoreError>) -> Void
    ) {
        let file = self.file
        lane.submit(deadline: Self.patience) { () -> Result<Value, StoreError> in
            Result { () throws(StoreError) in try work(file) }
        } then: { (outcome: WorkOutcome<Result<Value, StoreError>>) in
            if case .done(let result) = outcome { return then(result) }
            then(.failure(StoreError(code: 0, description: "the store does not answer")))
        }
    }
}
