// SPDX-License-Identifier: Apache-2.0

/// What `GET /v1/models/history` answers: rows of the audit, the newest first.
public struct PolicyHistory: Hashable, Sendable {
    /// One row: who changed what, when and why.
    public struct Row: Hashable, Sendable {
        /// Counts the rows from 1, without a gap.
        public var number: Int64
        /// When.
        public var at: WallTime
        /// What was done: `accepted`, `rolled_back`, `promoted`, `candidate_rolled_back`, `candidate_held`,
        /// `candidate_inconclusive`, `golden_passed`, `golden_failed`.
        public var action: String
        /// The generation in force after it.
        public var generation: Int64
        /// Who wanted it: a user's name, or `hostd`.
        public var by: String
        /// Where it came from: `file`, `rollback to generation 5`, a tier.
        public var origin: String
        /// The name of the policy.
        public var name: String
        /// Why, in a person's words or with the figures.
        public var why: String
        /// The digest of the policy after it, and before it; nil: there was none.
        public var digest: String
        /// The digest of the policy before it; nil: there was none.
        public var digestBefore: String?
        /// What is different.
        public var changes: [String]
        /// SHA-256 of the row with the hash of the row before.
        public var hash: String

        /// A row; what is not given is empty.
        public init(number: Int64, at: WallTime, action: String, generation: Int64, by: String) {
            (self.number, self.at, self.action, self.generation, self.by) = (number, at, action, generation, by)
            (origin, name, why, digest, digestBefore, changes, hash) = ("", "", "", "", nil, [], "")
        }
    }

    /// Whether the chain of hashes holds; asked for with `?verify=true`.
    public struct Verification: Hashable, Sendable {
        /// Every row is as it was written, and none is missing.
        public var ok: Bool
        /// So many rows were looked at.
        public var rows: Int64
        /// The hash of the newest row; nil: there is none.
        public var head: String?
        /// The first row that does not fit, and what is wrong with it; empty when all fit.
        public var problem: String

        /// The outcome of a look.
        public init(ok: Bool, rows: Int64, head: String?, problem: String = "") {
            (self.ok, self.rows, self.head, self.problem) = (ok, rows, head, problem)
        }
    }

    /// The rows, the newest first.
    public var rows: [Row]
    /// Whether the chain holds; nil when that was not asked.
    public var verification: Verification?

    /// A part of the history.
    public init(rows: [Row], verification: Verification? = nil) {
        (self.rows, self.verification) = (rows, verification)
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        rows = try fields.list("rows", Row.init)
        verification = try fields.optional("verification") { json, place throws(JSONError) in
            let fields = try Fields(json, at: place)
            return Verification(
                ok: try fields.optionalBool("ok") ?? false, rows: try fields.integer("rows"),
                head: try fields.optionalText("head"), problem: try fields.optionalText("problem") ?? "")
        }
    }

    /// The JSON form.
    public var json: JSON {
        let verified: JSON? = verification.map {
            [
                "ok": .bool($0.ok), "rows": .integer($0.rows), "head": JSON($0.head), "problem": .string($0.problem),
            ]
        }
        return ["rows": .array(rows.map(\.json)), "verification": verified ?? .null]
    }
}

extension PolicyHistory.Row {
    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        guard let at = try fields.optionalTime("at") else { throw JSONError("\(place).at is no time") }
        self.init(
            number: try fields.integer("number"), at: at, action: try fields.text("action"),
            generation: try fields.integer("generation"), by: try fields.text("by"))
        origin = try fields.optionalText("origin") ?? ""
        name = try fields.optionalText("name") ?? ""
        why = try fields.optionalText("why") ?? ""
        digest = try fields.optionalText("digest") ?? ""
        digestBefore = try fields.optionalText("digest_before")
        changes = try fields.texts("changes")
        hash = try fields.optionalText("hash") ?? ""
    }

    var json: JSON {
        [
            "number": .integer(number), "at": .string(at.text), "action": .string(action),
            "generation": .integer(generation), "by": .string(by), "origin": .string(origin), "name": .string(name),
            "why": .string(why), "digest": .string(digest), "digest_before": JSON(digestBefore),
            "changes": .array(changes.map { .string($0) }), "hash": .string(hash),
        ]
    }
}
