// SPDX-License-Identifier: Apache-2.0

internal import CSQLite
internal import HostCore
internal import HostLinux

/// Copies rows out of a file that may be damaged anywhere. SQLite reads a table's rows by number, so the numbers are
/// walked in ranges; a range that cannot be read is halved until what is unreadable stands alone.
nonisolated struct Salvage {
    private let fresh: Database
    /// Rows that were taken from the damaged file, and from the backup, by table.
    private var taken: [String: Int64] = [:]
    private var completed: [String: Int64] = [:]
    /// Something could not be read.
    private(set) var isIncomplete = false
    /// What is missing in the audit, in words; empty: nothing that is known of.
    private var auditLoss = ""

    static let tables = [
        "policies", "policy_audit", "policy_targets", "jobs", "submissions", "attempts", "services", "documents",
        "facts", "model_runs", "service_runs",
    ]
    /// Facts that hold for the new file as well.
    private static let facts = "name = 'highest_job'"
    /// No file has more rows of a table.
    private static let rowLimit: Int64 = 1 << 50
    /// Where the end of a table cannot be read, so many numbers beyond the last that can are tried.
    private static let blindRange: Int64 = 20_000
    /// After so many ranges that cannot be read, the rest of a table is given up.
    private static let failureLimit = 100_000

    /// Will copy into `fresh`, which has its tables already.
    init(into fresh: Database) throws(StoreError) {
        self.fresh = fresh
        // A file that was cut off is read as far as it goes.
        try fresh.run("PRAGMA writable_schema=ON")
        try fresh.run("PRAGMA cell_size_check=ON")
        try fresh.run("PRAGMA temp_store=MEMORY")
        // The file is of no use to anybody, and is brought to the disk, when all is done.
        try fresh.run("PRAGMA synchronous=OFF")
    }

    /// Takes what can be read of the damaged file at `path`.
    mutating func take(from path: String) throws(StoreError) {
        taken = try copy(from: path)
    }

    /// Fills up what is missing from a backup. What it holds of a job is old: one that was not over then is held,
    /// since it may have ended meanwhile.
    mutating func complete(from path: String) throws(StoreError) {
        try fresh.run("CREATE TEMP TABLE saved AS SELECT id FROM jobs")
        completed = try copy(from: path)
        try fresh.run(
            "UPDATE jobs SET phase = ?1, reason = ?2, since_ms = ?3, not_before_ms = NULL "
                + "WHERE id NOT IN (SELECT id FROM saved) AND \(JobRows.unfinished)",
            [
                .text(JobPhase.held.rawValue),
                .text(
                    "it comes from the backup of the day, since the store was damaged: it may be further, or over; "
                        + "release it to go on, cancel it otherwise"),
                .integer(Clock.wallMilliseconds),
            ])
        try fresh.run(
            "UPDATE attempts SET state = ?1, reason = ?2 WHERE \(JobRows.open) AND number < "
                + "(SELECT jobs.attempts FROM jobs WHERE id = job)",
            [
                .text(AttemptRecord.State.disrupted.rawValue),
                .text("its end was written in the part of the store that was damaged"),
            ])
    }

    /// Brings what was copied in order.
    mutating func finish(lastJob: Int64, lastAudit: AuditHead?) throws(StoreError) {
        let fresh = fresh
        auditLoss = try AuditTable.settle(fresh, last: lastAudit)
        try fresh.transaction { () throws(StoreError) in
            try fresh.run("DELETE FROM attempts WHERE job NOT IN (SELECT id FROM jobs)")
            try fresh.run("DELETE FROM submissions WHERE job NOT IN (SELECT id FROM jobs)")
            try fresh.run(
                "UPDATE jobs SET phase = ?1, reason = ?2 "
                    + "WHERE \(JobRows.unfinished) AND id NOT IN (SELECT job FROM submissions)",
                [
                    .text(JobPhase.held.rawValue),
                    .text("what it is to do was written in the part of the store that was damaged; cancel it"),
                ])
            let newest = try fresh.integer("SELECT max(id) FROM jobs") ?? 0
            try JobTable.raise(to: max(lastJob, newest), fresh)
        }
        try fresh.run("PRAGMA writable_schema=OFF")
    }

    /// "120 jobs, 300 attempts, 4 marks of services and 2 documents, of which 3 jobs and 7 attempts from the backup".
    var summary: String {
        var text = Self.list(taken.merging(completed) { $0 + $1 })
        if completed.values.contains(where: { $0 > 0 }) { text += " (from the backup: \(Self.list(completed)))" }
        return text + (isIncomplete ? "; not all could be read" : "") + auditLoss
    }

    private static func list(_ counts: [String: Int64]) -> String {
        let always = ["jobs", "attempts", "services", "documents"].map { "\(counts[$0] ?? 0) \($0)" }
        let some = [
            ("policies", "policies"), ("policy_audit", "rows of their audit"), ("model_runs", "uses of models"),
        ]
        return (always + some.compactMap { table, name in counts[table].flatMap { $0 > 0 ? "\($0) \(name)" : nil } })
            .joined(separator: ", ")
    }

    private mutating func copy(from path: String) throws(StoreError) -> [String: Int64] {
        let hasLog = (try? FileStatus(at: path + "-wal")).map { $0.size > 0 } ?? false
        do throws(StoreError) {
            try fresh.run("ATTACH ?1 AS source", [.text(Self.address(path) + (hasLog ? "mode=ro" : "immutable=1"))])
        } catch {
            isIncomplete = true
            return [:]
        }
        var counts: [String: Int64] = [:]
        // Not in one transaction: after a page that cannot be read, SQLite reads nothing more in the same one.
        for table in Self.tables {
            let before = try fresh.integer("SELECT count(*) FROM main.\(table)") ?? 0
            try copy(table: table)
            counts[table] = (try fresh.integer("SELECT count(*) FROM main.\(table)") ?? 0) - before
        }
        try fresh.run("DETACH source")
        return counts
    }

    /// Copies the columns that both files have.
    private mutating func copy(table: String) throws(StoreError) {
        var columns: [String] = []
        do throws(StoreError) {
            try fresh.run(
                "SELECT name FROM pragma_table_info(?1, 'source') INTERSECT "
                    + "SELECT name FROM pragma_table_info(?1, 'main')", [.text(table)]
            ) { row in
                if let name = row.text(0) { columns.append(name) }
            }
        } catch {
            guard Self.isDamage(error) else { throw error }
            isIncomplete = true
        }
        // A table that an older file does not have.
        guard !columns.isEmpty else { return }
        let names = columns.joined(separator: ", ")
        let condition = "rowid BETWEEN ?1 AND ?2" + (table == "facts" ? " AND \(Self.facts)" : "")
        try walk(
            "INSERT OR IGNORE INTO main.\(table)(\(names)) SELECT \(names) FROM source.\(table) WHERE \(condition)",
            through: try end(of: table))
    }

    private mutating func walk(_ sql: String, through end: Int64) throws(StoreError) {
        var ranges: [(first: Int64, last: Int64)] = [(0, end)]
        var failures = 0
        while let range = ranges.popLast() {
            do throws(StoreError) {
                try fresh.run(sql, [.integer(range.first), .integer(range.last)])
            } catch {
                guard Self.isDamage(error) else { throw error }
                isIncomplete = true
                failures += 1
                guard failures < Self.failureLimit else { return }
                guard range.first < range.last else { continue }
                let middle = range.first + (range.last - range.first) / 2
                ranges.append((middle + 1, range.last))
                ranges.append((range.first, middle))
            }
        }
    }

    /// The last row number; where the end cannot be read, a good deal beyond the last that can.
    private mutating func end(of table: String) throws(StoreError) -> Int64 {
        if let last = try last(of: table, upTo: Self.rowLimit) { return last }
        isIncomplete = true
        var readable: Int64 = 0
        var unreadable = Self.rowLimit
        while unreadable - readable > 1 {
            let middle = readable + (unreadable - readable) / 2
            if try last(of: table, upTo: middle) != nil { readable = middle } else { unreadable = middle }
        }
        return readable + Self.blindRange
    }

    /// The last row number up to `bound`, 0 when there is none; nil when that cannot be read.
    private func last(of table: String, upTo bound: Int64) throws(StoreError) -> Int64? {
        do throws(StoreError) {
            return try fresh.integer(
                "SELECT rowid FROM source.\(table) WHERE rowid <= ?1 ORDER BY rowid DESC LIMIT 1", [.integer(bound)])
                ?? 0
        } catch {
            guard Self.isDamage(error) else { throw error }
            return nil
        }
    }

    /// Whether an error is the damaged file's, not the new one's.
    private static func isDamage(_ error: StoreError) -> Bool { error.isCorrupt || error.code == SQLITE_ERROR }

    /// `file:/state/hostd.db?`, with what means something in an address written in hexadecimal.
    private static func address(_ path: String) -> String {
        let text = path.unicodeScalars.map {
            "%?#".unicodeScalars.contains($0) ? "%" + String($0.value, radix: 16) : "\($0)"
        }
        return "file:" + text.joined() + "?"
    }
}
