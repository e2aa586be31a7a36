// SPDX-License-Identifier: Apache-2.0

/// What `POST /v1/services` is told: something to be done to several services at once.
public struct ActionRequest: Hashable, Sendable {
    /// `start`, `stop` or `reset`.
    public var action: String
    /// The services.
    public var names: [String]
    /// Whether the answer waits for the outcomes.
    public var wait: Bool

    /// A request.
    public init(action: String, names: [String], wait: Bool = true) {
        self.action = action
        self.names = names
        self.wait = wait
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        action = try fields.text("action")
        names = try fields.texts("names")
        wait = try fields.optionalBool("wait") ?? true
    }

    /// The JSON form.
    public var json: JSON {
        ["action": .string(action), "names": .array(names.map { .string($0) }), "wait": .bool(wait)]
    }
}

/// What it answers: one outcome for each service, in the order of the names.
public struct ActionOutcomeList: Hashable, Sendable {
    /// The outcomes.
    public var outcomes: [ActionOutcome]

    /// These outcomes.
    public init(outcomes: [ActionOutcome]) {
        self.outcomes = outcomes
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        outcomes = try Fields(json, at: "").list("outcomes") { json, place throws(JSONError) in
            try ActionOutcome(json: json, at: place)
        }
    }

    /// The JSON form.
    public var json: JSON { ["outcomes": .array(outcomes.map(\.json))] }
}
