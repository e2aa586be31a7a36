// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// Reads jobs and their attempts.
nonisolated enum JobRows {
    /// The jobs for which `condition` holds.
    static func jobs(
        where condition: String, _ values: [SQLValue], withSubmissions: Bool, _ database: Database
    ) throws(StoreError) -> [JobRecord] {
        var found: [JobRecord] = []
        let submission = withSubmissions ? "(SELECT text FROM submissions WHERE job = id)" : "''"
        try database.run(
            "SELECT \(JobTable.columns.joined(separator: ", ")), \(submission) FROM jobs WHERE \(condition)", values
        ) { row in
            if let job = job(row) { found.append(job) }
        }
        return found
    }

    /// The attempts for which `condition` holds, by job and number.
    static func attempts(
        where condition: String, _ values: [SQLValue], _ database: Database
    ) throws(StoreError) -> [AttemptRecord] {
        var found: [AttemptRecord] = []
        let columns = JobTable.attemptColumns.joined(separator: ", ")
        try database.run("SELECT \(columns) FROM attempts WHERE \(condition) ORDER BY job, number", values) { row in
            if let attempt = attempt(row) { found.append(attempt) }
        }
        return found
    }

    /// Words of our own as SQL: `'queued', 'waiting'`.
    static func list(_ words: [String]) -> String { words.map { "'\($0)'" }.joined(separator: ", ") }

    /// The SQL for "not over".
    static let unfinished = "phase NOT IN (\(list(JobPhase.allCases.filter(\.isFinal).map(\.rawValue))))"
    /// The SQL for "under way, as far as is written down".
    static let open = "state IN (\(list([AttemptRecord.State.launching, .running].map(\.rawValue))))"

    private static func job(_ row: Row) -> JobRecord? {
        guard let id = JobID(row.integer(0)) else { return nil }
        var job = JobRecord(
            id: id, key: row.text(1), kind: row.text(2), uid: UInt32(clamping: row.integer(3)),
            priority: Int(row.integer(4)), submission: row.text(24) ?? "", createdMilliseconds: row.integer(5))
        job.after = (row.text(6) ?? "").split(separator: " ").compactMap { JobID(text: String($0)) }
        // A word of a state that this hostd does not know is for a person to look at.
        job.phase = JobPhase(rawValue: row.text(7) ?? "") ?? .held
        job.sinceMilliseconds = row.integer(8)
        job.reason = row.text(9) ?? ""
        job.notBeforeMilliseconds = row.optionalInteger(10)
        job.attempts = UInt64(clamping: row.integer(11))
        job.isAttemptOpen = row.integer(12) != 0
        job.failures = Int(row.integer(13))
        job.disruptions = Int(row.integer(14))
        job.session = row.text(15)
        job.checkpoint = row.text(16)
        job.progress = row.text(19).map {
            JobProgress(done: row.optionalReal(17), total: row.optionalReal(18), text: $0)
        }
        job.result = row.text(20)
        job.exit = ExitStatus(column: row.text(21))
        job.wish = row.text(22).flatMap { JobRecord.Wish(rawValue: $0) }
        job.deadlineFromMilliseconds = row.integer(23)
        return job
    }

    private static func attempt(_ row: Row) -> AttemptRecord? {
        guard let job = JobID(row.integer(0)) else { return nil }
        var attempt = AttemptRecord(
            job: job, number: UInt64(clamping: row.integer(1)), startedMilliseconds: row.integer(3))
        attempt.state = AttemptRecord.State(rawValue: row.text(2) ?? "") ?? .disrupted
        attempt.endedMilliseconds = row.optionalInteger(4)
        attempt.reason = row.text(5) ?? ""
        attempt.exit = ExitStatus(column: row.text(6))
        attempt.model = row.text(7)
        attempt.arm = row.text(8)
        attempt.generation = row.optionalInteger(9)
        attempt.isResumed = row.integer(10) != 0
        attempt.tier = row.text(11)
        attempt.blamesModel = row.integer(12) != 0
        attempt.usage = row.optionalInteger(13).map {
            AttemptUsage(
                tokensInput: UInt64(clamping: $0), tokensOutput: UInt64(clamping: row.integer(14)),
                toolCalls: UInt64(clamping: row.integer(15)), toolFailures: UInt64(clamping: row.integer(16)))
        }
        return attempt
    }
}
