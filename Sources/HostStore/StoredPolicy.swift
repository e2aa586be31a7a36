// SPDX-License-Identifier: Apache-2.0

/// One accepted policy, whole: what a rollback brings back, and what a start with a bad file goes by.
public nonisolated struct StoredPolicy: Hashable, Sendable {
    /// Its generation.
    public var generation: Int64
    /// When it was accepted, milliseconds since 1970.
    public var wallMilliseconds: Int64
    /// SHA-256 of what it says, in hexadecimal digits.
    public var digest: String
    /// All that it says, as models.toml.
    public var text: String
    /// The digest of what models.toml said last; nil: it was not read.
    public var fileDigest: String?
    /// Where it came from, in words.
    public var origin: String
    /// Who wanted it.
    public var by: String

    /// A policy.
    public init(
        generation: Int64, wallMilliseconds: Int64, digest: String, text: String, fileDigest: String?, origin: String,
        by: String
    ) {
        (self.generation, self.wallMilliseconds, self.digest) = (generation, wallMilliseconds, digest)
        (self.text, self.fileDigest, self.origin, self.by) = (text, fileDigest, origin, by)
    }
}

/// One row of the audit before it is written; the store adds its number and its hash.
public nonisolated struct StoredAudit: Hashable, Sendable {
    /// When, milliseconds since 1970.
    public var wallMilliseconds: Int64
    /// The boot that it was in.
    public var epoch: String
    /// What was done: `accepted`, `candidate_rolled_back`, …, see `PolicyHistory.Row`.
    public var action: String
    /// The generation in force after it.
    public var generation: Int64
    /// Who wanted it.
    public var by: String
    /// Where it came from, in words.
    public var origin: String
    /// The name of the policy.
    public var name: String
    /// Why.
    public var why: String
    /// The digest of the policy after it.
    public var digest: String
    /// The digest of the policy before it; nil: there was none.
    public var digestBefore: String?
    /// What is different.
    public var changes: [String]

    /// A row without words.
    public init(wallMilliseconds: Int64, epoch: String, action: String, generation: Int64, by: String, digest: String) {
        (self.wallMilliseconds, self.epoch, self.action) = (wallMilliseconds, epoch, action)
        (self.generation, self.by, self.digest) = (generation, by, digest)
        (origin, name, why, digestBefore, changes) = ("", "", "", nil, [])
    }
}

/// What the store knows of policies at a start.
public nonisolated struct StoredPolicies: Hashable, Sendable {
    /// The newest; nil: none was accepted yet.
    public var newest: StoredPolicy?
    /// The generation that each target has, as far as is written down.
    public var targets: [String: Int64] = [:]
    /// The highest number that a generation is known to have had; 0: none. After the loss of a damaged file it can be
    /// higher than the newest one's.
    public var highestGeneration: Int64 = 0

    /// Nothing.
    public init() {}
}

/// A launch of a service with a model.
public nonisolated struct StoredServiceRun: Hashable, Sendable {
    /// The service.
    public var service: String
    /// The number of the launch.
    public var launch: UInt64
    /// When, milliseconds since 1970.
    public var wallMilliseconds: Int64
    /// The generation.
    public var generation: Int64
    /// The models that it has, by tier.
    public var models: [String: String]

    /// A launch.
    public init(
        service: String, launch: UInt64, wallMilliseconds: Int64, generation: Int64, models: [String: String]
    ) {
        (self.service, self.launch, self.wallMilliseconds) = (service, launch, wallMilliseconds)
        (self.generation, self.models) = (generation, models)
    }
}
