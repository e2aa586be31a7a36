// SPDX-License-Identifier: Apache-2.0

/// Writes and reads accepted policies, and which generation each target has.
nonisolated enum PolicyTable {
    private static let columns = "generation, wall_ms, digest, text, file_digest, origin, made_by"

    /// Writes a policy; false when it is there already. Another one under its number is an error.
    static func put(_ policy: StoredPolicy, _ database: Database) throws(StoreError) -> Bool {
        if let other = try policies("WHERE generation = ?1", [.integer(policy.generation)], database).first {
            guard other.digest != policy.digest else { return false }
            throw StoreError(
                code: 0,
                description: "\(database.path): generation \(policy.generation) is taken by the policy with digest "
                    + "\(other.digest) (this one has \(policy.digest))")
        }
        try database.run(
            "INSERT INTO policies(\(columns)) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            [
                .integer(policy.generation), .integer(policy.wallMilliseconds), .text(policy.digest),
                .text(policy.text), .optional(policy.fileDigest), .text(policy.origin), .text(policy.by),
            ])
        return true
    }

    /// The policies that `rest` chooses; without their texts when `isBrief`.
    static func policies(
        _ rest: String, _ values: [SQLValue], isBrief: Bool = false, _ database: Database
    ) throws(StoreError) -> [StoredPolicy] {
        var found: [StoredPolicy] = []
        let columns = isBrief ? columns.replacing("text", with: "''") : columns
        try database.run("SELECT \(columns) FROM policies \(rest)", values) { row in
            found.append(
                StoredPolicy(
                    generation: row.integer(0), wallMilliseconds: row.integer(1), digest: row.text(2) ?? "",
                    text: row.text(3) ?? "", fileDigest: row.text(4), origin: row.text(5) ?? "", by: row.text(6) ?? ""))
        }
        return found
    }

    /// Notes which generation a target has; nil: it is forgotten.
    static func note(_ target: String, _ generation: Int64?, _ database: Database) throws(StoreError) {
        guard let generation else {
            return try database.run("DELETE FROM policy_targets WHERE name = ?1", [.text(target)])
        }
        try database.run(
            "INSERT INTO policy_targets(name, generation) VALUES(?1, ?2) "
                + "ON CONFLICT(name) DO UPDATE SET generation = ?2", [.text(target), .integer(generation)])
    }

    static func targets(_ database: Database) throws(StoreError) -> [String: Int64] {
        var found: [String: Int64] = [:]
        try database.run("SELECT name, generation FROM policy_targets", []) { row in
            if let name = row.text(0) { found[name] = row.integer(1) }
        }
        return found
    }

    /// The highest number that a generation had, as far as anything in the file says.
    static func highestGeneration(_ database: Database) throws(StoreError) -> Int64 {
        try database.integer(
            "SELECT coalesce(max(generation), 0) FROM (SELECT max(generation) AS generation FROM policies "
                + "UNION ALL SELECT max(generation) FROM policy_audit "
                + "UNION ALL SELECT max(generation) FROM policy_targets)") ?? 0
    }

    /// About what policies, their audit and the uses of models take, which are no history.
    static func bytes(_ database: Database) throws(StoreError) -> Int64 {
        let texts = "SELECT coalesce(sum(length(text)), 0) FROM policies"
        let changes = "SELECT count(*) * 600 + coalesce(sum(length(why) + length(changes)), 0) FROM policy_audit"
        let runs = "SELECT (SELECT count(*) FROM model_runs) * 180 + (SELECT count(*) FROM service_runs) * 200"
        return (try database.integer(texts) ?? 0) + (try database.integer(changes) ?? 0)
            + (try database.integer(runs) ?? 0)
    }
}
