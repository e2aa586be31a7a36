// SPDX-License-Identifier: Apache-2.0

/// What `POST /v1/models/apply`, `rollback`, `promote` and `abandon` are told. Each takes what concerns it.
public struct ModelWish: Hashable, Sendable {
    /// Why, for the audit; nil: the note of the policy says it.
    public var note: String?
    /// The tier whose candidate is meant.
    public var tier: String?
    /// The generation that is wanted back; nil: the one before.
    public var generation: Int64?

    /// A wish.
    public init(note: String? = nil, tier: String? = nil, generation: Int64? = nil) {
        (self.note, self.tier, self.generation) = (note, tier, generation)
    }

    /// Reads the JSON form. A member that is unknown is an error.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        try fields.allow(only: ["note", "tier", "generation"])
        note = try fields.optionalText("note")
        tier = try fields.optionalText("tier")
        generation = try fields.optionalInteger("generation")
    }

    /// The JSON form.
    public var json: JSON { ["note": JSON(note), "tier": JSON(tier), "generation": JSON(generation)] }
}
