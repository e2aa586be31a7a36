// SPDX-License-Identifier: Apache-2.0

/// The models that one launch has, all of one generation: what it was launched with, or was told of since.
public struct LaunchModels: Hashable, Sendable {
    /// The generation of the policy.
    public var generation: Int64
    /// The model of each tier.
    public var models: [String: String]

    /// Before any policy: what the file of `HOSTD_MODELS_FILE` says then.
    public static let none = LaunchModels(generation: 0, models: [:])

    private init(generation: Int64, models: [String: String]) {
        self.generation = generation
        self.models = models
    }

    /// The stable models of a generation: what services have, and what the file of `HOSTD_MODELS_FILE` says.
    public init(_ generation: PolicyGeneration) {
        self.generation = generation.number
        models = generation.policy.tiers.mapValues(\.model)
    }

    /// What a record says; nil when it is none.
    public init?(record: FieldText) {
        guard let generation = record.integer("generation", as: Int64.self) else { return nil }
        self.generation = generation
        models = [:]
        for (key, value) in record.values where key.hasPrefix(Self.prefix) {
            models[String(key.dropFirst(Self.prefix.count))] = value
        }
    }

    private static let prefix = "model."

    /// The form in which it is written down beside the launch.
    public var record: FieldText {
        var fields = FieldText()
        fields["generation"] = "\(generation)"
        for (tier, model) in models { fields[Self.prefix + tier] = model }
        return fields
    }

    /// The tiers whose model differs from that of `other`; of `tiers` only, or with none of all.
    public func differences(from other: LaunchModels, in tiers: [String] = []) -> [String] {
        let looked = tiers.isEmpty ? Set(models.keys).union(other.models.keys).sorted() : tiers
        return looked.filter { models[$0] != other.models[$0] }
    }

    /// What is new in `other`, in words: `model of tier agent: a → b`.
    public func news(_ other: LaunchModels, in tiers: [String] = []) -> String {
        let different = differences(from: other, in: tiers)
        let words = different.map { "\($0): \(models[$0] ?? "none") → \(other.models[$0] ?? "none")" }
        return "model of tier " + words.joined(separator: ", ")
    }
}
