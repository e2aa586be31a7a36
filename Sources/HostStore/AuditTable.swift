// SPDX-License-Identifier: Apache-2.0

/// Writes and reads the rows of the audit, each with the hash of the one before.
nonisolated enum AuditTable {
    /// The document that says which row is the newest: rows that are missing at the end are noticed by it.
    static let headDocument = "policy_audit_head"
    private static let all = AuditChain.columns + ["prev_hash", "hash"]

    /// Adds rows after the newest one that anybody knows of; returns what is the newest then, nil without rows.
    static func append(
        _ audits: [StoredAudit], after known: AuditHead?, _ database: Database
    ) throws(StoreError) -> AuditHead? {
        guard !audits.isEmpty else { return nil }
        var head = try newest(known, database)
        let places = all.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        let sql = "INSERT INTO policy_audit(\(all.joined(separator: ", "))) VALUES(\(places))"
        for audit in audits {
            let number = head.number + 1
            let values = values(audit.bounded, number)
            let hash = AuditChain.hash(after: Array(head.hash.utf8), values.map(\.bytes))
            try database.run(sql, values + [.text(head.hash), .text(hash)])
            head = AuditHead(number: number, hash: hash)
        }
        try put(head, database)
        return head
    }

    /// At most `limit` rows with numbers below `before`, the newest first.
    static func rows(before: Int64, limit: Int, _ database: Database) throws(StoreError) -> [WrittenAudit] {
        var found: [WrittenAudit] = []
        try database.run(
            "SELECT \(all.joined(separator: ", ")) FROM policy_audit WHERE number > 0 AND number < ?1 "
                + "ORDER BY number DESC LIMIT ?2",
            [.integer(before), .integer(Int64(limit))]
        ) { row in
            found.append(audit(row))
        }
        return found
    }

    /// Takes the next rows of a walk; false when there are no more, and then compares the end with what is known.
    static func go(
        on walk: inout AuditWalk, limit: Int, known: AuditHead?, _ database: Database
    ) throws(StoreError) -> Bool {
        var next = walk
        var count = 0
        try database.run(
            "SELECT \(all.joined(separator: ", ")) FROM policy_audit WHERE number > ?1 ORDER BY number LIMIT ?2",
            [.integer(walk.head.number), .integer(Int64(limit))]
        ) { row in
            count += 1
            let columns = Int32(AuditChain.columns.count)
            next.take(
                number: row.integer(0), (0..<columns).map { row.bytes($0) }, previous: row.bytes(columns) ?? [],
                hash: row.bytes(columns + 1) ?? [])
        }
        if count < limit { next.end(at: Array(Set([try writtenHead(database), known].compactMap(\.self)))) }
        walk = next
        return count == limit
    }

    /// Makes the newest row that is known of the one that the next row follows, after rows were saved from a damaged
    /// file. Returns what is missing, as the end of a sentence.
    static func settle(_ database: Database, last known: AuditHead?) throws(StoreError) -> String {
        let head = try newest(known, database)
        guard head.number > 0 else { return "" }
        try put(head, database)
        let count = try database.integer("SELECT count(*) FROM policy_audit") ?? 0
        return count < head.number ? "; \(head.number - count) of \(head.number) rows of the audit are lost" : ""
    }

    private static func newest(_ known: AuditHead?, _ database: Database) throws(StoreError) -> AuditHead {
        var last: AuditHead?
        try database.run(
            "SELECT number, hash FROM policy_audit WHERE number <= ?1 ORDER BY number DESC LIMIT 1",
            [.integer(AuditHead.highest)]
        ) { row in
            last = AuditHead(number: row.integer(0), hash: row.text(1) ?? "")
        }
        let heads = [known, try writtenHead(database), last].compactMap(\.self)
        // The first of several with the highest number: what this process wrote is the surest.
        return heads.reduce(AuditHead.none) { $1.number > $0.number ? $1 : $0 }
    }

    private static func writtenHead(_ database: Database) throws(StoreError) -> AuditHead? {
        var text: String?
        try database.run("SELECT text FROM documents WHERE name = ?1", [.text(headDocument)]) { text = $0.text(0) }
        return text.flatMap { AuditHead(text: $0) }
    }

    private static func put(_ head: AuditHead, _ database: Database) throws(StoreError) {
        try database.run(
            "INSERT INTO documents(name, text) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET text = ?2",
            [.text(headDocument), .text(head.text)])
    }

    private static func values(_ audit: StoredAudit, _ number: Int64) -> [SQLValue] {
        [
            .integer(number), .integer(audit.wallMilliseconds), .text(audit.epoch), .text(audit.action),
            .integer(audit.generation), .text(audit.by), .text(audit.origin), .text(audit.name), .text(audit.why),
            .text(audit.digest), .optional(audit.digestBefore), .text(audit.changes.joined(separator: "\n")),
        ]
    }

    private static func audit(_ row: Row) -> WrittenAudit {
        var audit = StoredAudit(
            wallMilliseconds: row.integer(1), epoch: row.text(2) ?? "", action: row.text(3) ?? "",
            generation: row.integer(4), by: row.text(5) ?? "", digest: row.text(9) ?? "")
        audit.origin = row.text(6) ?? ""
        audit.name = row.text(7) ?? ""
        audit.why = row.text(8) ?? ""
        audit.digestBefore = row.text(10)
        audit.changes = (row.text(11) ?? "").split(separator: "\n").map(String.init)
        return WrittenAudit(
            number: row.integer(0), audit: audit, previousHash: row.text(12) ?? "", hash: row.text(13) ?? "")
    }
}

nonisolated extension SQLValue {
    /// The bytes that SQLite gives back for it as text; nil for none.
    var bytes: [UInt8]? {
        switch self {
        case .null: nil
        case .integer(let number): Array("\(number)".utf8)
        case .real(let number): Array("\(number)".utf8)
        case .text(let text): Array(text.utf8)
        }
    }
}
