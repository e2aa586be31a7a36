// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLoop

/// What launches ask of the policy.
extension PolicyCenter {
    /// The stable models in force; before any policy none.
    var models: LaunchModels { inForce.map { LaunchModels($0) } ?? .none }

    /// Why there is no model for all of these tiers; nil: there is.
    func lack(of tiers: [String]) -> String? {
        guard !tiers.isEmpty else { return nil }
        guard let inForce else {
            return "it uses the tier \(tiers[0]) of the policy, and no policy is in force (write \(path))"
        }
        let known = inForce.policy.tiers
        guard let missing = tiers.first(where: { known[$0] == nil }) else { return nil }
        return "generation \(inForce.number) of the policy has no tier \(missing) "
            + "(there are \(known.keys.sorted().joined(separator: ", ")))"
    }

    /// Why a policy cannot take the place of what is in force; nil: it can. Nobody is left without a model.
    func lack(of policy: ModelPolicy) -> String? {
        for use in tierUses?() ?? [] {
            guard let tier = policy.tiers[use.tier] else {
                return "\(use.noun) \(use.name) uses the tier \(use.tier), which the policy does not have"
            }
            if !tier.admits(use.name) {
                return "\(use.noun) \(use.name) uses the tier \(use.tier), and may not by the policy"
            }
        }
        return nil
    }

    /// Takes a policy over at once; `then` is told when a generation is in force that says so, or that it could not be.
    func take(_ proposal: PolicyProposal, then: @escaping (Result<Int64, PolicyRefusal>) -> Void) {
        guard isLoaded else { return then(.failure(PolicyRefusal("the store has not said yet what is in force"))) }
        if proposal.origin == .file { feed(.read(proposal)) }
        waiting.append(PolicyCaller(wish: .says(digest: proposal.digest), then: then))
        feed(.wanted(proposal))
    }

    /// The share of a tier's jobs that try its candidate now, 0 to 1.
    func share(of tier: String) -> Double { Double(rollouts[tier]?.share ?? 0) / 10_000 }

    /// Says which services have to be told of models, once what goes on now is done.
    func tellLater(_ services: [String]) {
        loop.later { [weak self] in
            guard let self, self.toldServices != services else { return }
            self.toldServices = services
            self.feed(.services(services))
        }
    }
}
