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
        """,
        // What repeats becomes one row with a count. `sameness` is a hash, see Repetition.
        """
        ALTER TABLE events ADD COLUMN first_ms INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE events ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE events ADD COLUMN sameness INTEGER;
        UPDATE events SET first_ms = wall_ms;
        CREATE INDEX events_sameness ON events(sameness, id);
        CREATE TABLE facts(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
        """,
        // What machines keep, each in its own words: the queues of alerts.
        """
        CREATE TABLE documents(name TEXT PRIMARY KEY, text TEXT NOT NULL);
        """,
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
