// SPDX-License-Identifier: Apache-2.0

public import HostCore

extension HostConfiguration {
    /// The tiers of the policy that services and kinds name, by `${model.TIER}` or as `tier`: none of them may be
    /// without a model. A service with several instances is one.
    public var tierUses: [TierUse] {
        var uses: Set<TierUse> = []
        for service in services {
            for tier in service.launch.tiers {
                uses.insert(TierUse(tier: tier, noun: "service", name: service.name.family.text))
            }
        }
        for kind in kinds {
            for tier in kind.tiers { uses.insert(TierUse(tier: tier, noun: "kind", name: kind.name)) }
        }
        return uses.sorted { ($0.noun, $0.name, $0.tier) < ($1.noun, $1.name, $1.tier) }
    }
}

extension KindSpecification {
    /// The tiers whose models an attempt needs: its own, and those that its words name, sorted.
    public var tiers: [String] {
        var tiers = Set([tier].compactMap(\.self))
        let texts = command + resume + [prompt] + Array(launch.environment.values)
        for text in texts {
            for name in JobVariables.used(in: text) {
                if case .model(let tier)? = LaunchFigure(name: name) { tiers.insert(tier) }
            }
        }
        return tiers.sorted()
    }
}
