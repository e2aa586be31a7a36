// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLoop
internal import HostStore

/// Which model an attempt gets.
enum ModelChoice {
    /// It wants none.
    case none
    /// This one.
    case chosen(Chosen)
    /// There is none now: why. It is asked for again.
    case later(String)
    /// It will get none as things stand: why. A person has to look.
    case never(String)

    /// A model, and what it came by.
    struct Chosen {
        let model: String?
        let tier: String?
        let arm: String?
        let generation: Int64?
        /// The model of each tier, as this attempt has them.
        let models: [String: String]
    }
}

extension ModelChoice.Chosen {
    /// One that the submission names itself: it is no part of a trial.
    fileprivate init(named model: String, tier: String?, _ generation: Int64?, _ models: [String: String]) {
        self.init(model: model, tier: tier, arm: AttemptPlan.chosen, generation: generation, models: models)
    }
}

/// The models of jobs.
extension Supervisor {
    /// Chooses the model of an attempt. A job keeps its arm over its attempts: after a start of hostd the store is
    /// asked for it.
    func chooseModel(
        for instance: InstanceID, of job: JobMachine, _ kind: KindSpecification, then: @escaping (ModelChoice) -> Void
    ) {
        // A model that is named needs no tier to say which.
        let needed = kind.tiers.filter { kind.model == nil || $0 != kind.tier }
        guard !needed.isEmpty else {
            guard let model = kind.model else { return then(.none) }
            var models = policy.inForce?.policy.tiers.mapValues(\.model) ?? [:]
            if let tier = kind.tier { models[tier] = model }
            return then(.chosen(.init(named: model, tier: kind.tier, policy.inForce?.number, models)))
        }
        guard policy.inForce != nil else { return then(.later(policy.lack(of: needed) ?? "no policy is in force")) }
        if job.attempts == 0 { return then(choose(for: job, kind, needed, before: nil)) }
        if let attempt = job.attempt, attempt.startedMilliseconds > 0 {
            return then(choose(for: job, kind, needed, before: attempt))
        }
        store.job(job.id) { [weak self] found in
            guard let self else { return }
            guard case .success(let stored) = found else { return then(.later("the store does not say its arm")) }
            then(self.choose(for: job, kind, needed, before: stored?.attempts.max { $0.number < $1.number }))
        }
    }

    private func choose(
        for job: JobMachine, _ kind: KindSpecification, _ needed: [String], before: AttemptRecord?
    ) -> ModelChoice {
        guard let generation = policy.inForce else { return .later("no policy is in force") }
        let tiers = generation.policy.tiers
        if let lack = policy.lack(of: needed) { return .never(lack) }
        if let tier = kind.tiers.first(where: { !(tiers[$0]?.admits(kind.name) ?? true) }) {
            let those = tiers[tier]?.allow.joined(separator: ", ") ?? ""
            let who = kind.name.isEmpty ? "a job without a kind" : "kind \(kind.name)"
            return .never("\(who) may not use the tier \(tier) (those who may: \(those))")
        }
        var models = tiers.mapValues(\.model)
        guard let tier = kind.tier else {
            return .chosen(.init(model: nil, tier: nil, arm: nil, generation: generation.number, models: models))
        }
        if let model = kind.model {
            models[tier] = model
            return .chosen(.init(named: model, tier: tier, generation.number, models))
        }
        var launch = RolloutMachine.Launch(job: job.id, key: job.key)
        if let before, let model = before.model {
            launch.before = (before.arm == RolloutMachine.Arm.gray.rawValue ? .gray : .stable, model)
        }
        guard let assigned = policy.feed(trial: tier, .launching(launch)) else {
            return .later("the trial of tier \(tier) has not begun")
        }
        models[tier] = assigned.model
        return .chosen(
            .init(
                model: assigned.model, tier: tier, arm: assigned.arm.rawValue, generation: generation.number,
                models: models))
    }

    /// An attempt is over: what it says of its model goes to the trial of its tier.
    func judgeModel(of attempt: AttemptRecord?, _ verdict: RolloutMachine.Verdict?) {
        guard let attempt, let tier = attempt.tier, let model = attempt.model, let verdict else { return }
        policy.whenLoaded { [weak self] in
            guard let self, self.policy.rollouts[tier] != nil else { return }
            self.policy.feed(trial: tier, .ended(attempt.job, model: model, verdict))
        }
    }
}
