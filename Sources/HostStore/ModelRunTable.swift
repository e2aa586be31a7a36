// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// One hour of launches of a service with one model: a service in a crash loop needs one row an hour.
nonisolated struct ServiceRunKey: Hashable, Sendable {
    let service: String
    let generation: Int64
    let tier: String
    let model: String
    /// Hours since 1970.
    let hour: Int64
}

/// How often it was launched in that hour, and when last.
nonisolated struct ServiceRunCount: Hashable, Sendable {
    var launches: Int64 = 1
    var launch: UInt64
    var wallMilliseconds: Int64

    static func + (left: ServiceRunCount, right: ServiceRunCount) -> ServiceRunCount {
        var sum = left.wallMilliseconds < right.wallMilliseconds ? right : left
        sum.launches = left.launches + right.launches
        return sum
    }
}

/// Writes what was done with which model: attempts of jobs that ended, and launches of services. It outlives the jobs.
nonisolated enum ModelRunTable {
    static let hourMilliseconds: Int64 = 3_600_000
    /// So long a row is kept, and so many rows at most.
    static let keptMilliseconds: Int64 = 400 * 24 * hourMilliseconds
    static let rowLimit: Int64 = 1_000_000
    /// So many rows go in one transaction.
    private static let pruneLimit = 10_000
    /// More than any attempt uses. The sum over all rows stays a number that SQLite can add up.
    private static let usageLimit: UInt64 = 1_000_000_000_000

    private static let columns = [
        "job", "attempt", "kind", "tier", "model", "arm", "generation", "started_ms", "ended_ms", "state", "blamed",
        "tokens_input", "tokens_output", "tool_calls", "tool_failures",
    ]
    private static let upsert = JobTable.upsert("model_runs", columns, key: "job, attempt")

    /// Writes an attempt that is over, if it had a model; its job is in the store already.
    static func put(_ attempt: AttemptRecord, _ database: Database) throws(StoreError) {
        guard let model = attempt.model, attempt.isOver else { return }
        var kind: String?
        try database.run("SELECT kind FROM jobs WHERE id = ?1", [.integer(attempt.job.number)]) { kind = $0.text(0) }
        try database.run(
            upsert,
            [
                .integer(attempt.job.number), .integer(Int64(clamping: attempt.number)), .optional(kind),
                .optional(attempt.tier), .text(model), .optional(attempt.arm), .optional(attempt.generation),
                .integer(attempt.startedMilliseconds),
                .integer(attempt.endedMilliseconds ?? attempt.startedMilliseconds), .text(attempt.state.rawValue),
                .integer(attempt.blamesModel ? 1 : 0),
            ] + values(attempt.usage))
    }

    /// The four columns of what an attempt used.
    static func values(_ usage: AttemptUsage?) -> [SQLValue] {
        guard let usage else { return [.null, .null, .null, .null] }
        return [usage.tokensInput, usage.tokensOutput, usage.toolCalls, usage.toolFailures].map {
            .integer(Int64(min($0, usageLimit)))
        }
    }

    /// Counts launches of a service.
    static func put(_ key: ServiceRunKey, _ count: ServiceRunCount, _ database: Database) throws(StoreError) {
        try database.run(
            "INSERT INTO service_runs(service, generation, tier, model, hour, launch, wall_ms, launches) "
                + "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(service, generation, tier, model, hour) "
                + "DO UPDATE SET launch = ?6, wall_ms = ?7, launches = launches + ?8",
            [
                .text(key.service), .integer(key.generation), .text(key.tier), .text(key.model), .integer(key.hour),
                .integer(Int64(clamping: count.launch)), .integer(count.wallMilliseconds), .integer(count.launches),
            ])
    }

    /// Removes what is too old, and the oldest of too many.
    static func prune(_ database: Database) throws(StoreError) {
        let bound = Clock.wallMilliseconds - keptMilliseconds
        for (table, column, value) in [
            ("model_runs", "ended_ms", bound), ("service_runs", "hour", bound / hourMilliseconds),
        ] {
            try database.run(
                "DELETE FROM \(table) WHERE rowid IN "
                    + "(SELECT rowid FROM \(table) WHERE \(column) < ?1 LIMIT \(pruneLimit))", [.integer(value)])
            try database.run(
                "DELETE FROM \(table) WHERE rowid <= (SELECT max(rowid) FROM \(table)) - ?1", [.integer(rowLimit)])
        }
    }
}

nonisolated extension AttemptRecord {
    /// It has come to something.
    var isOver: Bool {
        switch state {
        case .launching, .running: false
        case .succeeded, .failed, .disrupted, .cancelled: true
        }
    }
}
