// SPDX-License-Identifier: Apache-2.0

/// What services are selected by: an element of what `GET /v1/services?brief=true` answers.
public struct ServiceBrief: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// As in `ServiceStatus`.
    public var state: String
    /// Why it is in this state.
    public var reason: String
    /// The current instance, `gateway.17`.
    public var instance: String?
    /// The name without the number of the instance.
    public var family: String
    /// What it is tagged with.
    public var tags: [String]
    /// Services that must have been ready before it starts.
    public var after: [String]

    /// A service.
    public init(
        name: String, state: String, reason: String = "", instance: String? = nil, family: String, tags: [String] = [],
        after: [String] = []
    ) {
        self.name = name
        self.state = state
        self.reason = reason
        self.instance = instance
        self.family = family
        self.tags = tags
        self.after = after
    }

    /// What a whole status says of it.
    public init(_ status: ServiceStatus) {
        self.init(
            name: status.name, state: status.state, reason: status.reason, instance: status.instance,
            family: status.family, tags: status.tags, after: status.after)
    }

    /// Reads the JSON form, or that of a `ServiceStatus`.
    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        name = try fields.text("name")
        state = try fields.text("state")
        reason = try fields.optionalText("reason") ?? ""
        instance = try fields.optionalText("instance")
        family = try fields.optionalText("family") ?? ServiceStatus.family(of: name)
        tags = try fields.texts("tags")
        after = try fields.texts("after")
    }

    /// The JSON form.
    public var json: JSON {
        [
            "name": .string(name), "state": .string(state), "reason": .string(reason), "instance": JSON(instance),
            "family": .string(family), "tags": .array(tags.map { .string($0) }),
            "after": .array(after.map { .string($0) }),
        ]
    }

    /// Reads what `GET /v1/services` answers, with `brief=true` or without.
    public static func list(json: JSON) throws(JSONError) -> [ServiceBrief] {
        try Fields(json, at: "").list("services") { json, place throws(JSONError) in
            try ServiceBrief(json: json, at: place)
        }
    }
}
