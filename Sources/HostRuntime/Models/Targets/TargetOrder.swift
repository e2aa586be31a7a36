// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// What `hostd --apply-models` is told to do: one target, and what it is to have.
nonisolated struct TargetOrder: Hashable, Sendable {
    let target: ModelTarget
    let models: TargetModels
    /// The file that `HOSTD_MODELS_FILE` names.
    let modelsFile: String
    /// The program that holds commands.
    let keeper: String
    /// The Node that programs find first; nil: what PATH has.
    let node: String?
}

/// What a target is to have.
nonisolated struct TargetModels: Hashable, Sendable {
    /// A tier, as targets see it.
    struct Tier: Hashable, Sendable {
        let model: String
        let fallback: [String]
        /// The candidate, which jobs ask a gateway for.
        let candidate: String?
    }

    let generation: Int64
    let policy: String
    let tiers: [String: Tier]

    init(_ generation: PolicyGeneration) {
        self.generation = generation.number
        policy = generation.policy.name
        tiers = generation.policy.tiers.mapValues {
            Tier(model: $0.model, fallback: $0.fallback, candidate: $0.gray?.model)
        }
    }

    init(generation: Int64, policy: String, tiers: [String: Tier]) {
        (self.generation, self.policy, self.tiers) = (generation, policy, tiers)
    }

    /// The names of the tiers, for people.
    var names: String { tiers.keys.sorted().joined(separator: ", ") }
}

/// What became of an order.
nonisolated struct TargetResult: Hashable, Sendable {
    /// Why it was not done; nil: the target has it.
    var error: String?
    /// SHA-256 of what the target's file holds now, where there is one.
    var digest: String?
}

/// Why a target does not have what it should, in words.
nonisolated struct TargetFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// What `body` returns; a failure of a system call is one of the target.
    @discardableResult
    static func of<Value>(_ body: () throws(SystemError) -> Value) throws(TargetFailure) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw TargetFailure("\(error)")
        }
    }
}

extension TargetOrder {
    nonisolated var json: JSON {
        [
            "target": target.json, "models": models.json, "models_file": .string(modelsFile),
            "keeper": .string(keeper), "node": JSON(node),
        ]
    }

    nonisolated init?(json: JSON) {
        guard let target = json["target"].flatMap(ModelTarget.init(json:)),
            let models = json["models"].flatMap(TargetModels.init(json:)), let file = json["models_file"]?.text,
            let keeper = json["keeper"]?.text
        else { return nil }
        self.init(target: target, models: models, modelsFile: file, keeper: keeper, node: json["node"]?.text)
    }
}

extension TargetModels {
    nonisolated fileprivate var json: JSON {
        let list = tiers.sorted { $0.key < $1.key }.map { name, tier -> JSON in
            [
                "name": .string(name), "model": .string(tier.model),
                "fallback": .array(tier.fallback.map { .string($0) }), "candidate": JSON(tier.candidate),
            ]
        }
        return ["generation": .integer(generation), "policy": .string(policy), "tiers": .array(list)]
    }

    nonisolated fileprivate init?(json: JSON) {
        guard case .integer(let generation)? = json["generation"], let list = json["tiers"]?.elements else {
            return nil
        }
        var tiers: [String: Tier] = [:]
        for item in list {
            guard let name = item["name"]?.text, let model = item["model"]?.text else { return nil }
            tiers[name] = Tier(
                model: model, fallback: item["fallback"]?.elements?.compactMap(\.text) ?? [],
                candidate: item["candidate"]?.text)
        }
        self.init(generation: generation, policy: json["policy"]?.text ?? "", tiers: tiers)
    }
}

extension ModelTarget {
    nonisolated fileprivate var json: JSON {
        let words: [String] =
            switch action {
            case .openclaw(let folder): [folder]
            // Its API is asked by hostd itself; the helper is never told of the key.
            case .litellm(let proxy): [proxy.config ?? ""]
            case .template(let from, let to): [from, to]
            case .exec(let command): command
            }
        return [
            "name": .string(name), "action": .string(action.word), "words": .array(words.map { .string($0) }),
            "user": JSON(user), "tier": JSON(tier), "prefix": JSON(prefix),
        ]
    }

    nonisolated fileprivate init?(json: JSON) {
        guard let name = json["name"]?.text, let words = json["words"]?.elements?.compactMap(\.text),
            let first = words.first, let last = words.last
        else { return nil }
        let action: Action
        switch json["action"]?.text {
        case "openclaw": action = .openclaw(first)
        case "litellm":
            var proxy = LiteLLM()
            proxy.config = first
            action = .litellm(proxy)
        case "template": action = .template(from: first, to: last)
        case "exec": action = .exec(words)
        default: return nil
        }
        self.init(
            name: name, action: action, user: json["user"]?.text, tier: json["tier"]?.text,
            prefix: json["prefix"]?.text)
    }
}

extension TargetResult {
    nonisolated var json: JSON { ["error": JSON(error), "digest": JSON(digest)] }

    nonisolated init(json: JSON) {
        self.init(error: json["error"]?.text, digest: json["digest"]?.text)
    }
}
