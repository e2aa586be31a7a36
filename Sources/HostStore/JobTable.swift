// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// Writes and removes jobs and their attempts. A job's submission stands in a table of its own: it is long and never
/// changes, while the rest of the job changes often.
nonisolated enum JobTable {
    static let columns = [
        "id", "key", "kind", "uid", "priority", "created_ms", "after_jobs", "phase", "since_ms", "reason",
        "not_before_ms", "attempts", "attempt_open", "failures", "disruptions", "session", "checkpoint",
        "progress_done", "progress_total", "progress_text", "result", "exit", "wish",
        "deadline_from_ms",
    ]
    static let attemptColumns = [
        "job", "number", "state", "started_ms", "ended_ms", "reason", "exit", "model", "arm", "generation", "resumed",
        "tier", "blamed", "tokens_input", "tokens_output", "tool_calls", "tool_failures",
    ]
    private static let jobUpsert = upsert("jobs", columns, key: "id")
    private static let attemptUpsert = upsert("attempts", attemptColumns, key: "job, number")

    /// Writes the newest word on a job. A key that another job of the same user has stays with that one, which is
    /// returned: nothing that one job says may keep others from being written.
    static func put(_ job: JobRecord, _ database: Database) throws(StoreError) -> Int64? {
        var owner: Int64?
        if let key = job.key {
            owner = try database.integer(
                "SELECT id FROM jobs WHERE uid = ?1 AND key = ?2 AND id <> ?3",
                [.integer(Int64(job.uid)), .text(key), .integer(job.id.number)])
        }
        try database.run(jobUpsert, values(job, key: owner == nil ? job.key : nil))
        try database.run(
            "INSERT INTO submissions(job, text) VALUES(?1, ?2) ON CONFLICT(job) DO UPDATE SET text = ?2 "
                + "WHERE text <> ?2", [.integer(job.id.number), .text(job.submission)])
        return owner
    }

    /// Writes the newest word on an attempt; the oldest of too many goes.
    static func put(_ attempt: AttemptRecord, _ database: Database) throws(StoreError) {
        try database.run(attemptUpsert, values(attempt))
        try ModelRunTable.put(attempt, database)
        guard attempt.number > TextLimit.attempts else { return }
        try database.run(
            "DELETE FROM attempts WHERE job = ?1 AND number <= ?2",
            [.integer(attempt.job.number), .integer(Int64(clamping: attempt.number - TextLimit.attempts))])
    }

    /// Notes that numbers up to `number` were given.
    static func raise(to number: Int64, _ database: Database) throws(StoreError) {
        try database.run(
            "INSERT INTO facts(name, value) VALUES('highest_job', ?1) "
                + "ON CONFLICT(name) DO UPDATE SET value = max(value, ?1)", [.integer(number)])
    }

    /// Removes finished jobs for which `condition` holds, with all that belongs to them; the lowest numbers first.
    static func remove(
        where condition: String, _ values: [SQLValue], limit: Int, _ database: Database
    ) throws(StoreError) -> [JobID] {
        var found: [JobID] = []
        let finished = JobRows.list(JobPhase.allCases.filter(\.isFinal).map(\.rawValue))
        try database.run(
            "SELECT id FROM jobs WHERE phase IN (\(finished)) AND \(condition) ORDER BY id LIMIT \(limit)", values
        ) { row in
            if let id = JobID(row.integer(0)) { found.append(id) }
        }
        for id in found {
            for sql in [
                "DELETE FROM attempts WHERE job = ?1", "DELETE FROM submissions WHERE job = ?1",
                "DELETE FROM jobs WHERE id = ?1",
            ] {
                try database.run(sql, [.integer(id.number)])
            }
        }
        return found
    }

    static func upsert(_ table: String, _ columns: [String], key: String) -> String {
        let places = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        let newer = columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        return "INSERT INTO \(table)(\(columns.joined(separator: ", "))) VALUES(\(places)) "
            + "ON CONFLICT(\(key)) DO UPDATE SET \(newer)"
    }

    private static func values(_ job: JobRecord, key: String?) -> [SQLValue] {
        [
            .integer(job.id.number), .optional(key), .optional(job.kind), .integer(Int64(job.uid)),
            .integer(Int64(job.priority)), .integer(job.createdMilliseconds),
            .text(job.after.map(\.description).joined(separator: " ")), .text(job.phase.rawValue),
            .integer(job.sinceMilliseconds), .text(job.reason), .optional(job.notBeforeMilliseconds),
            .integer(Int64(clamping: job.attempts)), .integer(job.isAttemptOpen ? 1 : 0),
            .integer(Int64(job.failures)), .integer(Int64(job.disruptions)), .optional(job.session),
            .optional(job.checkpoint), .optional(job.progress?.done), .optional(job.progress?.total),
            .optional(job.progress?.text), .optional(job.result), .optional(job.exit?.column),
            .optional(job.wish?.rawValue), .integer(job.deadlineFromMilliseconds),
        ]
    }

    private static func values(_ attempt: AttemptRecord) -> [SQLValue] {
        [
            .integer(attempt.job.number), .integer(Int64(clamping: attempt.number)), .text(attempt.state.rawValue),
            .integer(attempt.startedMilliseconds), .optional(attempt.endedMilliseconds), .text(attempt.reason),
            .optional(attempt.exit?.column), .optional(attempt.model), .optional(attempt.arm),
            .optional(attempt.generation), .integer(attempt.isResumed ? 1 : 0), .optional(attempt.tier),
            .integer(attempt.blamesModel ? 1 : 0),
        ] + ModelRunTable.values(attempt.usage)
    }
}
