// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// The store's file as its lane sees it: opened when needed, moved aside when damaged.
nonisolated final class StoreFile: @unchecked Sendable {
    // Only the store lane's thread touches it: the Worker runs one piece of work at a time.
    let path: String
    private let limits: HistoryLimits
    private var database: Database?
    private var eventsSincePrune: Int
    /// The newest number that is known to have been given.
    private var lastID: Int64 = 0
    private var lastJob: Int64 = 0
    /// The newest row of the audit that this process wrote.
    var lastAudit: AuditHead?
    /// Entries that a file got which was begun anew, not yet told to anybody.
    private var notes: [StoredEvent] = []

    init(path: String, limits: HistoryLimits = HistoryLimits()) {
        self.path = path
        self.limits = limits
        eventsSincePrune = limits.pruneEvery
    }

    /// The writes of one transaction.
    struct Batch: Sendable {
        var events: [StoredEvent] = []
        var services: [String: StoredService] = [:]
        /// By name; nil: it is removed.
        var documents: [String: String?] = [:]
        var jobs: [JobID: JobRecord] = [:]
        var attempts: [AttemptKey: AttemptRecord] = [:]
        /// No job's number up to this one is given again.
        var highestJob: Int64 = 0
        var audits: [StoredAudit] = []
        /// By name of the target; nil: it is forgotten.
        var targets: [String: Int64?] = [:]
        var serviceRuns: [ServiceRunKey: ServiceRunCount] = [:]

        var isEmpty: Bool {
            events.isEmpty && services.isEmpty && documents.isEmpty && jobs.isEmpty && attempts.isEmpty
                && highestJob == 0 && audits.isEmpty && targets.isEmpty && serviceRuns.isEmpty
        }

        /// With what an older batch holds and this one does not.
        mutating func merge(older batch: Batch) {
            events.insert(contentsOf: batch.events, at: 0)
            services.merge(batch.services) { newer, _ in newer }
            documents.merge(batch.documents) { newer, _ in newer }
            jobs.merge(batch.jobs) { newer, _ in newer }
            attempts.merge(batch.attempts) { newer, _ in newer }
            highestJob = max(highestJob, batch.highestJob)
            audits.insert(contentsOf: batch.audits, at: 0)
            targets.merge(batch.targets) { newer, _ in newer }
            serviceRuns.merge(batch.serviceRuns) { newer, older in newer + older }
        }
    }

    /// Writes all of `batch` or nothing; `dropped` entries that went before it are noted. Returns the entries as they
    /// stand now, with their numbers, in order.
    @discardableResult
    func write(_ batch: Batch, dropped: Int = 0) throws(StoreError) -> [StoredEvent] {
        var written = WrittenEvents()
        var head: AuditHead?
        try withDatabase { database throws(StoreError) in
            written = WrittenEvents()
            try database.transaction { () throws(StoreError) in
                if dropped > 0 {
                    let text = "\(dropped) entries were dropped while the store failed"
                    try written.insert(.ofHost("store.dropped", text), database)
                }
                for event in batch.events { try written.insert(event, database) }
                for service in batch.services.values { try Self.upsert(service, database) }
                for (name, text) in batch.documents { try Self.put(text, name, database) }
                try self.putJobs(of: batch, &written, database)
                head = try self.putPolicy(of: batch, database)
                try self.prune(database, added: batch.events.count)
            }
        }
        lastID = max(lastID, written.events.last?.id ?? 0)
        lastJob = max(lastJob, batch.highestJob, batch.jobs.keys.max()?.number ?? 0)
        lastAudit = head ?? lastAudit
        defer { notes = [] }
        return notes + written.events
    }

    func services() throws(StoreError) -> [StoredService] {
        var found: [StoredService] = []
        try withDatabase { database throws(StoreError) in
            try database.run("SELECT name, mark, reason, restarts FROM services", []) { row in
                found.append(
                    StoredService(
                        name: row.text(0) ?? "", mark: row.text(1), reason: row.text(2) ?? "",
                        restarts: UInt64(clamping: row.integer(3))))
            }
        }
        return found
    }

    /// The documents whose names begin with `prefix`.
    func documents(_ prefix: String) throws(StoreError) -> [String: String] {
        var found: [String: String] = [:]
        try withDatabase { database throws(StoreError) in
            found = [:]
            try database.run(
                "SELECT name, text FROM documents WHERE substr(name, 1, length(?1)) = ?1", [.text(prefix)]
            ) { row in
                if let name = row.text(0) { found[name] = row.text(1) }
            }
        }
        return found
    }

    /// History after `id`, oldest first. `service` is the name of one, or the family of `name@1`, `name@2` ….
    func events(since id: Int64, service: String?, limit: Int, newestFirst: Bool) throws(StoreError) -> [StoredEvent] {
        var found: [StoredEvent] = []
        // "A" follows "@": between them stand the instances of a family and nothing else.
        let filter = service == nil ? "" : "AND (service = ?2 OR service > ?2 || '@' AND service < ?2 || 'A')"
        let order = newestFirst ? "DESC" : "ASC"
        let sql =
            "SELECT id, wall_ms, service, kind, instance, reason, first_ms, count FROM events WHERE id > ?1 \(filter) "
            + "ORDER BY id \(order) LIMIT \(limit)"
        let values: [SQLValue] = [.integer(id)] + (service.map { [.text($0)] } ?? [])
        try withDatabase { database throws(StoreError) in
            found = []
            try database.run(sql, values) { row in
                var event = StoredEvent(
                    wallMilliseconds: row.integer(1), service: row.text(2), kind: row.text(3) ?? "",
                    instance: row.text(4), reason: row.text(5) ?? "")
                event.id = row.integer(0)
                event.firstMilliseconds = row.integer(6)
                event.count = row.integer(7)
                found.append(event)
            }
        }
        return newestFirst ? found.reversed() : found
    }

    /// How far history reaches.
    func extent() throws(StoreError) -> HistoryExtent {
        var extent = HistoryExtent(newest: 0, prunedThrough: 0)
        try withDatabase { database throws(StoreError) in
            extent.newest = try database.integer("SELECT seq FROM sqlite_sequence WHERE name = 'events'") ?? 0
            extent.prunedThrough = try database.integer("SELECT value FROM facts WHERE name = 'pruned_through'") ?? 0
        }
        return extent
    }

    func withDatabase<Value>(_ body: (Database) throws(StoreError) -> Value) throws(StoreError) -> Value {
        do throws(StoreError) {
            return try body(try open())
        } catch {
            // The next call opens anew; what is damaged is moved aside first and kept for whoever wants to look.
            database = nil
            guard error.isCorrupt else { throw error }
            let rescue = StoreRescue(path: path, lastID: lastID, lastJob: lastJob, lastAudit: lastAudit)
            notes += try rescue.run(because: error)
            return try body(try open())
        }
    }

    private func open() throws(StoreError) -> Database {
        if let database { return database }
        StoreRescue.settle(path)
        let opened = try Database(path: path)
        database = opened
        return opened
    }

    private static func upsert(_ service: StoredService, _ database: Database) throws(StoreError) {
        try database.run(
            "INSERT INTO services(name, mark, reason, restarts) VALUES(?1, ?2, ?3, ?4) "
                + "ON CONFLICT(name) DO UPDATE SET mark = ?2, reason = ?3, restarts = ?4",
            [
                .text(service.name), .optional(service.mark), .text(service.reason),
                .integer(Int64(clamping: service.restarts)),
            ])
    }

    private static func put(_ text: String?, _ name: String, _ database: Database) throws(StoreError) {
        guard let text else { return try database.run("DELETE FROM documents WHERE name = ?1", [.text(name)]) }
        try database.run(
            "INSERT INTO documents(name, text) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET text = ?2",
            [.text(name), .text(text)])
    }

    private func prune(_ database: Database, added: Int) throws(StoreError) {
        eventsSincePrune += added
        guard eventsSincePrune >= limits.pruneEvery else { return }
        eventsSincePrune = 0
        // By rows, not by numbers: a crash loop whose entries repeat uses up numbers and leaves few rows.
        let excess = "SELECT id FROM events ORDER BY id DESC LIMIT 1 OFFSET \(limits.rows)"
        if let bound = try database.integer(excess) { try Self.delete(through: bound, database) }
        try ModelRunTable.prune(database)
        let others = try Self.jobBytes(database) + PolicyTable.bytes(database)
        while try Self.usedBytes(database) - others > limits.bytes {
            let tenth = "SELECT id FROM events ORDER BY id LIMIT 1 OFFSET (SELECT count(*) / 10 FROM events)"
            guard let bound = try database.integer(tenth) else { return }
            try Self.delete(through: bound, database)
        }
    }

    private static func delete(through id: Int64, _ database: Database) throws(StoreError) {
        try database.run("DELETE FROM events WHERE id <= ?1", [.integer(id)])
        try database.run(
            "INSERT INTO facts(name, value) VALUES('pruned_through', ?1) ON CONFLICT(name) DO UPDATE SET value = ?1",
            [.integer(id)])
    }

    /// About what the jobs take, which are no history.
    private static func jobBytes(_ database: Database) throws(StoreError) -> Int64 {
        let rows = "SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM attempts)"
        let texts = "SELECT coalesce(sum(length(text)), 0) FROM submissions"
        return (try database.integer(rows) ?? 0) * 400 + (try database.integer(texts) ?? 0)
    }

    /// What the file holds; free pages are written again before it grows.
    private static func usedBytes(_ database: Database) throws(StoreError) -> Int64 {
        let pages = try database.integer("PRAGMA page_count") ?? 0
        let free = try database.integer("PRAGMA freelist_count") ?? 0
        return (pages - free) * (try database.integer("PRAGMA page_size") ?? 0)
    }
}

/// How much history is kept.
nonisolated struct HistoryLimits: Sendable {
    /// Entries.
    var rows = 100_000
    /// Bytes that the file uses.
    var bytes: Int64 = 64 << 20
    /// So many entries are added between two looks.
    var pruneEvery = 1000
}

extension StoredEvent {
    /// An entry on the store itself, now.
    nonisolated static func ofHost(_ kind: String, _ reason: String) -> StoredEvent {
        StoredEvent(
            wallMilliseconds: Clock.wallMilliseconds, service: nil, kind: kind, instance: nil, reason: reason)
    }
}
