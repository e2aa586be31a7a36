// SPDX-License-Identifier: Apache-2.0

internal import Glibc

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
        // Jobs and their attempts. What was submitted is long and never changes: it stands apart.
        """
        CREATE TABLE jobs(
            id INTEGER PRIMARY KEY CHECK(id > 0), key TEXT, kind TEXT, uid INTEGER NOT NULL,
            priority INTEGER NOT NULL, created_ms INTEGER NOT NULL, after_jobs TEXT NOT NULL, phase TEXT NOT NULL,
            since_ms INTEGER NOT NULL, reason TEXT NOT NULL, not_before_ms INTEGER, attempts INTEGER NOT NULL,
            attempt_open INTEGER NOT NULL, failures INTEGER NOT NULL, disruptions INTEGER NOT NULL, session TEXT,
            checkpoint TEXT, progress_done REAL, progress_total REAL, progress_text TEXT, result TEXT, exit TEXT,
            wish TEXT, deadline_from_ms INTEGER NOT NULL);
        CREATE INDEX jobs_phase ON jobs(phase, id);
        CREATE UNIQUE INDEX jobs_key ON jobs(uid, key) WHERE key IS NOT NULL;
        CREATE TABLE submissions(job INTEGER PRIMARY KEY, text TEXT NOT NULL);
        CREATE TABLE attempts(
            job INTEGER NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, started_ms INTEGER NOT NULL,
            ended_ms INTEGER, reason TEXT NOT NULL, exit TEXT, model TEXT, arm TEXT, generation INTEGER,
            resumed INTEGER NOT NULL, PRIMARY KEY(job, number));
        CREATE INDEX attempts_open ON attempts(state) WHERE state IN ('launching', 'running');
        """,
        // The policy of models: what was accepted, who changed what, and what was done with which model.
        """
        CREATE TABLE policies(
            generation INTEGER PRIMARY KEY CHECK(generation > 0), wall_ms INTEGER NOT NULL, digest TEXT NOT NULL,
            text TEXT NOT NULL, file_digest TEXT, origin TEXT NOT NULL, made_by TEXT NOT NULL);
        CREATE TABLE policy_audit(
            number INTEGER PRIMARY KEY CHECK(number > 0), wall_ms INTEGER NOT NULL, epoch TEXT NOT NULL,
            action TEXT NOT NULL, generation INTEGER NOT NULL, made_by TEXT NOT NULL, origin TEXT NOT NULL,
            name TEXT NOT NULL, why TEXT NOT NULL, digest TEXT NOT NULL, digest_before TEXT, changes TEXT NOT NULL,
            prev_hash TEXT NOT NULL, hash TEXT NOT NULL);
        CREATE TRIGGER policy_audit_update BEFORE UPDATE ON policy_audit
            BEGIN SELECT RAISE(ABORT, 'a row of the audit is never changed'); END;
        CREATE TRIGGER policy_audit_delete BEFORE DELETE ON policy_audit
            BEGIN SELECT RAISE(ABORT, 'a row of the audit is never removed'); END;
        CREATE TABLE policy_targets(name TEXT PRIMARY KEY, generation INTEGER NOT NULL);
        CREATE TABLE model_runs(
            job INTEGER NOT NULL, attempt INTEGER NOT NULL, kind TEXT, tier TEXT, model TEXT NOT NULL, arm TEXT,
            generation INTEGER, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, state TEXT NOT NULL,
            blamed INTEGER NOT NULL, tokens_input INTEGER, tokens_output INTEGER, tool_calls INTEGER,
            tool_failures INTEGER, PRIMARY KEY(job, attempt));
        CREATE INDEX model_runs_ended ON model_runs(ended_ms);
        CREATE TABLE service_runs(
            service TEXT NOT NULL, generation INTEGER NOT NULL, tier TEXT NOT NULL, model TEXT NOT NULL,
            hour INTEGER NOT NULL, launch INTEGER NOT NULL, wall_ms INTEGER NOT NULL, launches INTEGER NOT NULL,
            PRIMARY KEY(service, generation, tier, model, hour));
        CREATE INDEX service_runs_hour ON service_runs(hour);
        ALTER TABLE attempts ADD COLUMN tier TEXT;
        ALTER TABLE attempts ADD COLUMN blamed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE attempts ADD COLUMN tokens_input INTEGER;
        ALTER TABLE attempts ADD COLUMN tokens_output INTEGER;
        ALTER TABLE attempts ADD COLUMN tool_calls INTEGER;
        ALTER TABLE attempts ADD COLUMN tool_failures INTEGER;
        """,
    ]

    /// Brings a file up to date, after a copy of it was made. A file from a later hostd is refused rather than misread.
    static func migrate(_ database: Database) throws(StoreError) {
        var version: Int64 = 0
        try database.run("PRAGMA user_version", []) { version = $0.integer(0) }
        guard version <= migrations.count else {
            throw StoreError(
                code: 0,
                description: "\(database.path): the store has schema \(version), this hostd knows \(migrations.count)")
        }
        guard version < migrations.count else { return }
        if version > 0 { try keepCopy(of: database) }
        for (index, sql) in migrations.enumerated().dropFirst(Int(version)) {
            try database.transaction { () throws(StoreError) in
                try database.run(sql)
                try database.run("PRAGMA user_version = \(index + 1)")
            }
        }
    }

    /// The file as it was: `hostd.db.before-5`. Those of older migrations go.
    private static func keepCopy(of database: Database) throws(StoreError) {
        let copy = database.path + ".before-\(migrations.count)"
        try database.copy(to: copy)
        for number in 1..<migrations.count { unlink(database.path + ".before-\(number)") }
    }
}
