// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// The store's file as its lane sees it: opened when needed, moved aside when damaged.
nonisolated final class StoreFile: @unchecked Sendable {
    // Only the store lane's thread touches it: the Worker runs one piece of work at a time.
    private let path: String
    private var database: Database?
    private var eventsSincePrune = pruneEvery

    private static let eventLimit = 100_000
    private static let pruneEvery = 1000

    init(path: String) {
        self.path = path
    }

    /// The writes of one transaction.
    struct Batch: Sendable {
        var events: [StoredEvent] = []
        var services: [String: StoredService] = [:]

        var isEmpty: Bool { events.isEmpty && services.isEmpty }
    }

    /// Writes all of `batch` or nothing; `dropped` entries that went before it are noted.
    func write(_ batch: Batch, dropped: Int = 0) throws(StoreError) {
        try withDatabase { database throws(StoreError) in
            try database.transaction { () throws(StoreError) in
                if dropped > 0 {
                    try Self.insert(
                        .ofHost("store.dropped", "\(dropped) entries were dropped while the store failed"), database)
                }
                for event in batch.events { try Self.insert(event, database) }
                for service in batch.services.values { try Self.upsert(service, database) }
                try self.prune(database, added: batch.events.count)
            }
        }
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

    func events(since id: Int64, service: String?, limit: Int, newestFirst: Bool) throws(StoreError) -> [StoredEvent] {
        var found: [StoredEvent] = []
        let filter = service == nil ? "" : "AND service = ?2"
        let order = newestFirst ? "DESC" : "ASC"
        let sql =
            "SELECT id, wall_ms, service, kind, instance, reason FROM events WHERE id > ?1 \(filter) "
            + "ORDER BY id \(order) LIMIT \(limit)"
        let values: [SQLValue] = [.integer(id)] + (service.map { [.text($0)] } ?? [])
        try withDatabase { database throws(StoreError) in
            try database.run(sql, values) { row in
                var event = StoredEvent(
                    wallMilliseconds: row.integer(1), service: row.text(2), kind: row.text(3) ?? "",
                    instance: row.text(4), reason: row.text(5) ?? "")
                event.id = row.integer(0)
                found.append(event)
            }
        }
        return newestFirst ? found.reversed() : found
    }

    private func withDatabase(_ body: (Database) throws(StoreError) -> Void) throws(StoreError) {
        do throws(StoreError) {
            try body(try open())
        } catch {
            // The next call opens anew; what is damaged is moved aside first and kept for whoever wants to look.
            database = nil
            guard error.isCorrupt else { throw error }
            let aside = moveAside()
            let fresh = try open()
            try Self.insert(.ofHost("store.damaged", "\(error); begun anew, the old one is kept as \(aside)"), fresh)
            try body(fresh)
        }
    }

    private func open() throws(StoreError) -> Database {
        if let database { return database }
        let opened = try Database(path: path)
        database = opened
        return opened
    }

    private func moveAside() -> String {
        let aside = "\(path).corrupt-\(Clock.wallMilliseconds)"
        for suffix in ["", "-wal", "-shm"] { rename(path + suffix, aside + suffix) }
        return aside
    }

    private static func insert(_ event: StoredEvent, _ database: Database) throws(StoreError) {
        try database.run(
            "INSERT INTO events(wall_ms, service, kind, instance, reason) VALUES(?1, ?2, ?3, ?4, ?5)",
            [
                .integer(event.wallMilliseconds), .optional(event.service), .text(event.kind),
                .optional(event.instance), .text(event.reason),
            ])
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

    private func prune(_ database: Database, added: Int) throws(StoreError) {
        eventsSincePrune += added
        guard eventsSincePrune >= Self.pruneEvery else { return }
        eventsSincePrune = 0
        try database.run("DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - \(Self.eventLimit)")
    }
}

extension StoredEvent {
    /// An entry on the store itself, now.
    fileprivate nonisolated static func ofHost(_ kind: String, _ reason: String) -> StoredEvent {
        StoredEvent(
            wallMilliseconds: Clock.wallMilliseconds, service: nil, kind: kind, instance: nil, reason: reason)
    }
}
