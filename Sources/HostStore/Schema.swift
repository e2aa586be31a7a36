// SPDX-License-Identifier: Apache-2.0

/// The tables, version by version. `PRAGMA user_version` says how far a file is.
nonisolated enum Schema {
    /// Each entry brings a file from the version before it to its own; entries are never changed, only added.
    static let migrations = [
        """
        CREATE TABLE events(
            id INTEGER PRIMARY KEY AUTOINCREMENT, wall_ms INTEGER NOT NULL, service TEXT, kind TEXT NOT NULL,
            instance TEXT, reason TEXT NOT NULL);
        CREATE INDEX events_service ON events(service, id);
        CREATE TABLE services(
            name TEXT PRIMARY KEY, mark TEXT, reason TEXT NOT NULL DEFAULT '', restarts INTEGER NOT NULL DEFAULT 0);
        """
    ]

    /// Brings a file up to date. A file from a later hostd is refused rather than misread.
    static func migrate(_ database: Database) throws(StoreError) {
        var version: Int64 = 0
        try database.run("PRAGMA user_version", []) { version = $0.integer(0) }
        guard version <= migrations.count else {
            throw StoreError(
                code: 0,
                description: "\(database.path): the store has schema \(version), this hostd knows \(migrations.count)")
        }
        for (index, sql) in migrations.enumerated().dropFirst(Int(version)) {
            try database.transaction { () throws(StoreError) in
                try database.run(sql)
                try database.run("PRAGMA user_version = \(index + 1)")
            }
        }
    }
}
