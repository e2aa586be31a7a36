// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Launches with the models in force, and what becomes of them.
extension PolicyWorld {
    /// One launch takes one generation: the models of all tiers, and that of its own tier as the rollout says.
    func launch() {
        guard !isCalm else { return }
        queue.plan(.launches, at: now + scenario.duration(60...2400))
        guard machine?.inForce != nil else { return }
        lastJob += 1
        guard let job = JobID(lastJob) else { return }
        let launch = RolloutMachine.Launch(job: job, key: scenario.chance(0.8) ? "key-\(lastJob)" : nil)
        feed(Self.tiers[scenario.number(0...1)], .launching(launch))
    }

    func feed(_ tier: String, _ event: RolloutMachine.Event) {
        guard var rollout = rollouts[tier] else { return }
        let effects = rollout.handle(event, at: wall)
        rollouts[tier] = rollout
        for effect in effects {
            guard machine != nil else { return }
            if !isCalm, scenario.chance(0.01) { return crash() }
            carryOut(tier, effect)
        }
    }

    private func carryOut(_ tier: String, _ effect: RolloutMachine.Effect) {
        switch effect {
        case .save: store.rollouts[tier] = rollouts[tier]?.snapshot
        case .assign(let job, let arm, let model): launched(job, tier, arm, model)
        case .rolledBack(let model, let reason):
            trace.note("\(tier): \(model) is rolled back, \(reason)", at: now)
            banned["\(tier) \(model)"] = now + RolloutRules().coolOff
        case .promote(let model, _):
            guard !isCalm, var policy = machine?.inForce?.policy, policy.tiers[tier]?.gray?.model == model else {
                return
            }
            trace.note("\(tier): \(model) is promoted", at: now)
            policy.tiers[tier]?.model = model
            policy.tiers[tier]?.gray = nil
            feed(.wanted(proposal(policy, .promotion(tier: tier))))
        case .propose, .runGolden, .inconclusive: break
        }
    }

    private func launched(_ job: JobID, _ tier: String, _ arm: RolloutMachine.Arm, _ model: String) {
        summary.launches += 1
        guard let generation = machine?.inForce, store.generation(generation.number) == generation else {
            return require(false, "job \(job) is launched by a policy that is not written down")
        }
        let said = generation.policy.tiers[tier]
        let right = arm == .gray ? said?.gray?.model : said?.model
        require(
            right == model,
            "job \(job) is launched as \(arm.rawValue) with \(model), and generation \(generation.number) says "
                + (right ?? "nothing"))
        let isBanned = arm == .gray && banned["\(tier) \(model)"].map { $0 > now } ?? false
        require(!isBanned, "job \(job) tries \(model), which was rolled back")
        queue.plan(
            .ended(job, tier: tier, model: model), at: now + scenario.duration(10...20_000))
    }

    func ended(_ job: JobID, _ tier: String, _ model: String) {
        let event = Event.ended(job, tier: tier, model: model)
        // Its record waits until hostd is back.
        guard machine != nil else { return queue.plan(event, at: now + .seconds(700)) }
        let rate = failureRates[model] ?? 0
        let verdict: RolloutMachine.Verdict =
            rate == 1 ? .refused("404 no such model") : scenario.chance(rate) ? .blamed : .succeeded
        feed(tier, .ended(job, model: model, verdict))
    }

    func configureRollouts(promotedOnly: Bool = false) {
        guard let generation = machine?.inForce else { return }
        for name in Self.tiers where !promotedOnly || rollouts[name]?.phase == .promoted {
            guard let tier = generation.policy.tiers[name] else { continue }
            feed(name, .configured(tier, generation: generation.number, start: scenario.random.next()))
        }
    }
}
