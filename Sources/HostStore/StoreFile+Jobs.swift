// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// Jobs as the store's lane reads and writes them.
nonisolated extension StoreFile {
    /// Writes the jobs and attempts of `batch`; runs in its transaction.
    func putJobs(
        of batch: Batch, _ written: inout WrittenEvents, _ database: Database
    ) throws(StoreError) {
        for (id, job) in batch.jobs.sorted(by: { $0.key < $1.key }) {
            guard let owner = try JobTable.put(job, database) else { continue }
            let text = "job \(id) was submitted with the key of job \(owner): it is kept without one"
            try written.insert(.ofHost("store.key_taken", text), database)
        }
        for (_, attempt) in batch.attempts.sorted(by: { $0.key < $1.key }) { try JobTable.put(attempt, database) }
        let highest = max(batch.highestJob, batch.jobs.keys.max()?.number ?? 0)
        if highest > 0 { try JobTable.raise(to: highest, database) }
    }

    /// What there is to go on with.
    func unfinishedJobs() throws(StoreError) -> UnfinishedJobs {
        try withDatabase { database throws(StoreError) in
            var found = UnfinishedJobs()
            found.jobs = try JobRows.jobs(
                where: JobRows.unfinished + " ORDER BY id", [], withSubmissions: true, database)
            found.openAttempts = try JobRows.attempts(where: JobRows.open, [], database)
            found.highestNumber = try database.integer("SELECT value FROM facts WHERE name = 'highest_job'") ?? 0
            return found
        }
    }

    /// A list of jobs, newest first.
    func jobs(_ filter: JobFilter) throws(StoreError) -> [JobRecord] {
        var conditions = ["id < ?1"]
        var values: [SQLValue] = [.integer(filter.before?.number ?? .max)]
        if !filter.phases.isEmpty { conditions.append("phase IN (\(JobRows.list(filter.phases.map(\.rawValue))))") }
        if let kind = filter.kind {
            values.append(.text(kind))
            conditions.append("kind = ?\(values.count)")
        }
        if let uid = filter.uid { conditions.append("uid = \(uid)") }
        if let ids = filter.ids { conditions.append(Self.isOneOf(ids)) }
        let limit = min(max(filter.limit, 0), Self.listLimit)
        let sql = conditions.joined(separator: " AND ") + " ORDER BY id DESC LIMIT \(limit)"
        return try withDatabase { database throws(StoreError) in
            try JobRows.jobs(where: sql, values, withSubmissions: filter.wantsSubmissions, database)
        }
    }

    /// One job with its attempts; nil when there is none.
    func job(_ id: JobID) throws(StoreError) -> StoredJob? {
        try job(where: "id = ?1", [.integer(id.number)])
    }

    /// The job that a user submitted with a key; nil when there is none.
    func job(key: String, uid: UInt32) throws(StoreError) -> StoredJob? {
        try job(where: "key = ?1 AND uid = ?2", [.text(key), .integer(Int64(uid))])
    }

    private func job(where condition: String, _ values: [SQLValue]) throws(StoreError) -> StoredJob? {
        try withDatabase { database throws(StoreError) in
            let found = try JobRows.jobs(where: condition, values, withSubmissions: true, database)
            guard let job = found.first else { return nil }
            let attempts = try JobRows.attempts(where: "job = ?1", [.integer(job.id.number)], database)
            return StoredJob(job: job, attempts: attempts)
        }
    }

    /// How many jobs are in which state.
    func jobCounts() throws(StoreError) -> [JobPhase: Int] {
        try withDatabase { database throws(StoreError) in
            var counts: [JobPhase: Int] = [:]
            try database.run("SELECT phase, count(*) FROM jobs GROUP BY phase", []) { row in
                counts[JobPhase(rawValue: row.text(0) ?? "") ?? .held, default: 0] += Int(row.integer(1))
            }
            return counts
        }
    }

    /// Removes finished jobs that ended before a time.
    func pruneJobs(
        endedBefore milliseconds: Int64, in phases: [JobPhase], limit: Int
    ) throws(StoreError) -> [JobID] {
        let condition = phases.isEmpty ? "" : " AND phase IN (\(JobRows.list(phases.map(\.rawValue))))"
        return try removeJobs(where: "since_ms < ?1" + condition, [.integer(milliseconds)], limit: limit)
    }

    /// Removes those of `ids` that are finished.
    func pruneJobs(_ ids: [JobID]) throws(StoreError) -> [JobID] {
        try removeJobs(where: Self.isOneOf(ids), [], limit: ids.count)
    }

    private func removeJobs(
        where condition: String, _ values: [SQLValue], limit: Int
    ) throws(StoreError) -> [JobID] {
        try withDatabase { database throws(StoreError) in
            var removed: [JobID] = []
            try database.transaction { () throws(StoreError) in
                removed = try JobTable.remove(
                    where: condition, values, limit: min(max(limit, 0), Self.listLimit), database)
            }
            return removed
        }
    }

    /// No list is longer.
    private static let listLimit = 10_000

    private static func isOneOf(_ ids: [JobID]) -> String {
        "id IN (\(ids.prefix(listLimit).map(\.description).joined(separator: ", ")))"
    }
}
