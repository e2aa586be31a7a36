// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostStore

/// The trials of candidates, one a tier.
extension PolicyCenter {
    /// Their snapshots are called so in the store.
    static let rolloutPrefix = "rollout/"

    /// Tells each tier's trial what the policy in force says of it. A tier that is gone is forgotten.
    func configureTrials(_ generation: PolicyGeneration) {
        for tier in rollouts.keys where generation.policy.tiers[tier] == nil {
            rollouts[tier] = nil
            store.set(document: Self.rolloutPrefix + tier, nil)
        }
        for name in generation.policy.tiers.keys.sorted() { configure(trial: name, generation) }
    }

    /// Tells one of them.
    func configure(trial name: String, _ generation: PolicyGeneration) {
        guard let tier = generation.policy.tiers[name] else { return }
        var generator = SystemRandomNumberGenerator()
        feed(trial: name, .configured(tier, generation: generation.number, start: generator.next()))
    }

    /// Gives a tier's trial an event. What the launch is given comes back.
    @discardableResult
    func feed(trial name: String, _ event: RolloutMachine.Event) -> (arm: RolloutMachine.Arm, model: String)? {
        var trial = rollouts[name] ?? RolloutMachine()
        let effects = trial.handle(event, at: Clock.wallMilliseconds)
        rollouts[name] = trial
        var assigned: (arm: RolloutMachine.Arm, model: String)?
        var isSaved = false
        for effect in effects {
            switch effect {
            case .assign(_, let arm, let model): assigned = (arm, model)
            case .save:
                // Written with the launch, or with the end, that it goes with: in the same commit.
                store.set(document: Self.rolloutPrefix + name, trial.snapshot)
                isSaved = true
            case .rolledBack, .propose, .runGolden, .promote, .inconclusive:
                // In the commit of the snapshot: a kill in between leaves both or neither.
                if isSaved { audit(effect, of: name) }
                let then = { [weak self] in self?.carryOut(effect, of: name) ?? () }
                if isSaved { store.whenWritten(then) } else { loop.later(then) }
            }
        }
        return assigned
    }

    private func audit(_ effect: RolloutMachine.Effect, of tier: String) {
        switch effect {
        case .assign, .save, .promote: break
        case .rolledBack(let model, let why):
            audit("candidate_rolled_back", tier: tier, why: "\(model): \(why)")
        case .propose(_, let evidence), .runGolden(_, let evidence):
            audit("candidate_held", tier: tier, why: evidence)
        case .inconclusive(_, let evidence):
            audit("candidate_inconclusive", tier: tier, why: evidence)
        }
    }

    private func carryOut(_ effect: RolloutMachine.Effect, of tier: String) {
        switch effect {
        case .assign, .save: break
        case .rolledBack(let model, let why):
            feed(.withdrawn(tier: tier))
            failPromotions(in: tier, "\(model) was rolled back: \(why)")
            told?("rolled_back", "tier \(tier): the candidate \(model) is tried no more: \(why)")
        case .propose(let model, let evidence):
            let how = "(hostctl model promote \(tier))"
            told?("held", "tier \(tier): the candidate \(model) has held: \(evidence) \(how)")
        case .runGolden(let model, let evidence):
            tell("held", "tier \(tier): the candidate \(model) has held, the golden jobs come next: \(evidence)")
            runGolden?(tier, model)
        case .inconclusive(let model, let evidence):
            told?("inconclusive", "tier \(tier): the candidate \(model) is tried no more: \(evidence)")
        case .promote(let model, let evidence): promote(model, in: tier, evidence)
        }
    }

    /// Makes a policy in which the candidate is the tier's model, and wants it.
    private func promote(_ model: String, in name: String, _ evidence: String) {
        // It may have been rolled back since.
        guard rollouts[name]?.phase == .promoted, rollouts[name]?.candidate == model else { return }
        guard let inForce, var tier = inForce.policy.tiers[name], tier.gray?.model == model else { return }
        var policy = inForce.policy
        // What it takes the place of is tried when it gives no answer.
        tier.fallback = tier.fallback.map { $0 == model ? tier.model : $0 }
        tier.model = model
        tier.gray = nil
        policy.tiers[name] = tier
        let by = approvedBy[name] ?? "hostd"
        feed(.wanted(PolicyProposal(policy, origin: .promotion(tier: name), by: by, why: evidence)))
    }

    /// What time alone decides.
    func lookAtTrials() {
        for name in rollouts.keys.sorted() { feed(trial: name, .look) }
        armLook()
    }
}
