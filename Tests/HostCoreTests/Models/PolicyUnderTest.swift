// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A policy machine whose store and targets do as the test says.
struct PolicyUnderTest {
    var machine = ModelPolicyMachine()
    var now = Instant.zero

    /// A host that has started without any policy.
    init() {
        _ = machine.handle(.restored(nil, applied: [:]), at: now)
    }

    mutating func handle(_ event: ModelPolicyMachine.Event) -> [ModelPolicyMachine.Effect] {
        machine.handle(event, at: now)
    }

    /// Lets time pass until the machine wants to be handled, and handles it.
    mutating func passToDue() -> [ModelPolicyMachine.Effect] {
        now = max(machine.nextDue ?? now, now)
        return handle(.tick)
    }

    /// Takes a policy over and brings it to all targets.
    mutating func takeOver(_ proposal: PolicyProposal) {
        _ = handle(.read(proposal))
        let number = (machine.inForce?.number ?? 0) + 1
        _ = passToDue()
        var effects = handle(.committed(number))
        while let effect = effects.popLast() {
            if case .apply(let name, let generation) = effect { effects += handle(.applied(name, generation.number)) }
        }
    }

    /// A policy with one tier; its digest is the model itself.
    static func proposal(
        _ model: String, targets: [String] = [], origin: PolicyOrigin = .file
    ) -> PolicyProposal {
        var policy = ModelPolicy()
        policy.tiers["agent"] = ModelPolicy.Tier(model: model)
        policy.targets = targets.map { ModelTarget(name: $0, action: .exec(["tell"])) }
        return PolicyProposal(policy: policy, digest: model + targets.joined(), origin: origin, by: "ann")
    }
}

extension [ModelPolicyMachine.Effect] {
    /// What is to be committed.
    var commits: [PolicyGeneration] {
        compactMap { if case .commit(let generation, _) = $0 { generation } else { nil } }
    }

    /// Which targets are to be changed.
    var applies: [String] { compactMap { if case .apply(let name, _) = $0 { name } else { nil } } }
}
