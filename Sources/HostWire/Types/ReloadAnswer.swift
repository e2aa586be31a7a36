// SPDX-License-Identifier: Apache-2.0

/// What `GET /v1/plan` and `POST /v1/reload` answer: what a reload of the configuration would change, or did.
public struct ReloadAnswer: Hashable, Sendable {
    /// What is done to one service.
    public struct Change: Hashable, Sendable {
        /// The service.
        public var service: String
        /// `start`, `stop`, `restart`, or `apply`: in place, without touching what runs.
        public var action: String
        /// The keys that changed: `command`, `env.FOO`.
        public var keys: [String]
        /// Why, in words.
        public var reason: String

        /// A change.
        public init(service: String, action: String, keys: [String] = [], reason: String = "") {
            self.service = service
            self.action = action
            self.keys = keys
            self.reason = reason
        }

        init(json: JSON, at place: String) throws(JSONError) {
            let fields = try Fields(json, at: place)
            service = try fields.text("service")
            action = try fields.text("action")
            keys = try fields.texts("keys")
            reason = try fields.optionalText("reason") ?? ""
        }

        var json: JSON {
            [
                "service": .string(service), "action": .string(action), "keys": .array(keys.map { .string($0) }),
                "reason": .string(reason),
            ]
        }
    }

    /// Whether the configuration is right. If not, nothing was changed.
    public var ok: Bool
    /// What is wrong with it: `file:line:column: what is wrong (what would be right)`.
    public var errors: [String]
    /// What changes, in the order of the services' names.
    public var changes: [Change]

    /// An answer.
    public init(ok: Bool, errors: [String] = [], changes: [Change] = []) {
        self.ok = ok
        self.errors = errors
        self.changes = changes
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        ok = try fields.bool("ok")
        errors = try fields.texts("errors")
        changes = try fields.list("changes", Change.init)
    }

    /// The JSON form.
    public var json: JSON {
        [
            "ok": .bool(ok), "errors": .array(errors.map { .string($0) }), "changes": .array(changes.map(\.json)),
        ]
    }
}
