// SPDX-License-Identifier: Apache-2.0

/// Something about the host that services depend on.
public struct ConditionStatus: Hashable, Sendable {
    /// `network`, `disk`, `memory`, `node`, `power` or `config`.
    public var kind: String
    /// `ok`, `warn` or `critical`.
    public var level: String
    /// Since when it has this level.
    public var since: WallTime
    /// Why, in words; empty when ok.
    public var reason: String
    /// The numbers behind it.
    public var evidence: JSON

    /// A condition.
    public init(kind: String, level: String, since: WallTime, reason: String = "", evidence: JSON = .object([])) {
        self.kind = kind
        self.level = level
        self.since = since
        self.reason = reason
        self.evidence = evidence
    }

    /// Whether the level is `ok`.
    public var isOK: Bool { level == "ok" }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        kind = try fields.text("kind")
        level = try fields.text("level")
        since = try fields.time("since")
        reason = try fields.optionalText("reason") ?? ""
        evidence = fields.value("evidence") == .null ? .object([]) : fields.value("evidence")
    }

    /// The JSON form.
    public var json: JSON {
        [
            "kind": .string(kind), "level": .string(level), "since": .string(since.text), "reason": .string(reason),
            "evidence": evidence,
        ]
    }
}
