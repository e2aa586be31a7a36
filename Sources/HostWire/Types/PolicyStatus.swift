// SPDX-License-Identifier: Apache-2.0

/// The model policy in force.
public struct PolicyStatus: Hashable, Sendable {
    /// Its name; nil when there is no policy.
    public var name: String?
    /// Counts the accepted policies.
    public var generation: UInt64?
    /// `sha256:…` of its text.
    public var digest: String?
    /// When it came into force.
    public var appliedAt: WallTime?
    /// Per tier its model and, if any, the one in gray:
    /// `{"agent": {"model": "", "gray": {"model": "", "share": 0.05}}}`.
    public var tiers: JSON

    /// A policy; without arguments, none.
    public init(
        name: String? = nil, generation: UInt64? = nil, digest: String? = nil, appliedAt: WallTime? = nil,
        tiers: JSON = .object([])
    ) {
        self.name = name
        self.generation = generation
        self.digest = digest
        self.appliedAt = appliedAt
        self.tiers = tiers
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        name = try fields.optionalText("name")
        generation = try fields.optionalInteger("generation")
        digest = try fields.optionalText("digest")
        appliedAt = try fields.optionalTime("applied_at")
        tiers = fields.value("tiers") == .null ? .object([]) : fields.value("tiers")
    }

    var json: JSON {
        [
            "name": JSON(name), "generation": JSON(generation), "digest": JSON(digest),
            "applied_at": JSON(appliedAt?.text), "tiers": tiers,
        ]
    }
}
