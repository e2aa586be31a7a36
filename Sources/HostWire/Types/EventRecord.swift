// SPDX-License-Identifier: Apache-2.0

/// One entry of history.
public struct EventRecord: Hashable, Sendable {
    /// Its number, rising.
    public var id: Int64
    /// When; of an entry that stands for several, when it happened last.
    public var at: WallTime
    /// When it happened first.
    public var firstAt: WallTime
    /// How often it happened.
    public var count: Int64
    /// Which service; nil for the host itself.
    public var service: String?
    /// What happened: `service.ready`, `host.started`.
    public var kind: String
    /// Which instance, if one.
    public var instance: String?
    /// Why, with the evidence in words.
    public var reason: String
    /// The whole entry in one sentence, for people.
    public var text: String
    /// The numbers behind it.
    public var evidence: JSON

    /// An entry.
    public init(
        id: Int64, at: WallTime, service: String?, kind: String, instance: String? = nil, reason: String,
        text: String = "", evidence: JSON = .object([]), firstAt: WallTime? = nil, count: Int64 = 1
    ) {
        self.id = id
        self.at = at
        self.service = service
        self.kind = kind
        self.instance = instance
        self.reason = reason
        self.text = text
        self.evidence = evidence
        self.firstAt = firstAt ?? at
        self.count = count
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        try self.init(json: json, at: "")
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        id = try fields.integer("id")
        at = try fields.time("at")
        service = try fields.optionalText("service")
        kind = try fields.text("kind")
        instance = try fields.optionalText("instance")
        reason = try fields.optionalText("reason") ?? ""
        text = try fields.optionalText("text") ?? ""
        evidence = fields.value("evidence") == .null ? .object([]) : fields.value("evidence")
        firstAt = try fields.optionalTime("first_at") ?? at
        count = try fields.optionalInteger("count") ?? 1
    }

    /// The JSON form.
    public var json: JSON {
        [
            "id": JSON(id), "at": .string(at.text), "service": JSON(service), "kind": .string(kind),
            "instance": JSON(instance), "reason": .string(reason), "text": .string(text), "evidence": evidence,
            "first_at": .string(firstAt.text), "count": JSON(count),
        ]
    }
}
