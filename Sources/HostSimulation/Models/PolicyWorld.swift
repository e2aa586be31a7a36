// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A host whose policy is edited, rolled back and promoted while hostd crashes and targets fail.
final class PolicyWorld {
    enum Event {
        case edits(left: Int), polls, personActs, crashes, returns, launches, looks
        case commitEnds(life: Int)
        case applyEnds(life: Int, String, Int64)
        case due(life: Int)
        case ended(JobID, tier: String, model: String)
    }

    /// What models.toml says.
    enum File {
        case right(PolicyProposal)
        case wrong
    }

    static let tiers = ["agent", "reasoning"]

    let seed: UInt64
    var scenario: Scenario
    var queue = TimeQueue<Event>()
    var now = Instant.zero
    var trace: Trace
    var summary = SimulationSummary()
    var isCalm = false

    var store = PolicyStore()
    /// Which generation each target really has; nil: something half-way.
    var targets: [String: Int64] = [:]
    var file = File.wrong
    /// The last wish was an edit of the file, so that in the end it is in force.
    var isFileNewest = false
    var failureRates: [String: Double] = [:]
    var lastJob: Int64 = 0

    /// Nil while hostd is away.
    var machine: ModelPolicyMachine?
    var rollouts: [String: RolloutMachine] = [:]
    var life = 0
    var committing: (generation: PolicyGeneration, row: PolicyAudit)?
    var applying: [String: Int64] = [:]
    /// Until when no job may try a model, by tier and model.
    var banned: [String: Instant] = [:]
    var violation: String?

    init(seed: UInt64, traced: Bool) {
        self.seed = seed
        scenario = Scenario(seed: seed)
        trace = Trace(isOn: traced)
        for model in 0..<12 {
            failureRates["m\(model)"] = [0, 0.02, 0.05, 0.4, 1][scenario.number(0...4)]
        }
    }

    /// The wall's time in milliseconds since 1970.
    var wall: Int64 { 1_765_000_000_000 + now.nanoseconds / 1_000_000 }

    func require(_ holds: Bool, _ message: @autoclosure () -> String) {
        if !holds, violation == nil { violation = message() }
    }

    func run(until end: Instant) throws(SimulationFailure) {
        while let next = queue.nextTime, next <= end, let event = queue.takeNext() {
            now = max(now, next)
            summary.events += 1
            take(event)
            if let violation { throw fail(violation) }
        }
        now = end
    }

    func fail(_ message: String) -> SimulationFailure {
        SimulationFailure(seed: seed, message: "at \((now - .zero).seconds): \(message)", trace: trace.lines)
    }

    private func take(_ event: Event) {
        switch event {
        case .edits(let left): edit(left: left)
        case .polls:
            readFile()
            queue.plan(.polls, at: now + .seconds(3600))
        case .personActs: personActs()
        case .crashes:
            guard !isCalm else { return }
            crash()
            queue.plan(.crashes, at: now + scenario.duration(600...40_000))
        case .returns: start()
        case .launches: launch()
        case .looks:
            for tier in Self.tiers where machine != nil { feed(tier, .look) }
            queue.plan(.looks, at: now + .seconds(3600))
        case .commitEnds(let life) where life == self.life: commitEnds()
        case .applyEnds(let life, let name, let number) where life == self.life: applyEnds(name, number)
        case .due(let life) where life == self.life: feed(.tick)
        case .commitEnds, .applyEnds, .due: break
        case .ended(let job, let tier, let model): ended(job, tier, model)
        }
    }

    private func edit(left: Int) {
        guard !isCalm else { return }
        if scenario.chance(0.2) {
            file = .wrong
            isFileNewest = false
        } else {
            file = .right(proposal(policy(), .file))
            isFileNewest = true
        }
        trace.note("models.toml is edited", at: now)
        readFile()
        queue.plan(
            .edits(left: left > 0 ? left - 1 : scenario.number(0...5)),
            at: now + (left > 0 ? scenario.duration(0.005...0.4) : scenario.duration(60...60_000)))
    }

    private func personActs() {
        guard !isCalm else { return }
        queue.plan(.personActs, at: now + scenario.duration(100...200_000))
        let tier = Self.tiers[scenario.number(0...1)]
        switch scenario.random.unit() {
        case ..<0.6: rollBack()
        case ..<0.8: feed(tier, .abandoned(by: "ann"))
        default: feed(tier, .approved(by: "ann"))
        }
    }

    /// A person wants an earlier generation back; which one.
    @discardableResult
    func rollBack() -> PolicyGeneration? {
        guard machine != nil, let old = store.generations.randomElement(using: &scenario.random) else { return nil }
        trace.note("a person wants generation \(old.number) back", at: now)
        isFileNewest = false
        feed(.wanted(proposal(old.policy, .rollback(to: old.number))))
        return old
    }

    /// The text stands for its own digest.
    func proposal(_ policy: ModelPolicy, _ origin: PolicyOrigin) -> PolicyProposal {
        PolicyProposal(policy: policy, digest: policy.canonicalText, origin: origin, by: "ann")
    }

    private func policy() -> ModelPolicy {
        var policy = ModelPolicy()
        for name in Self.tiers {
            let first = scenario.number(0...11)
            var tier = ModelPolicy.Tier(model: "m\(first)")
            if scenario.chance(0.7) {
                tier.gray = ModelPolicy.Gray(
                    model: "m\((first + scenario.number(1...11)) % 12)", share: scenario.number(0...5000),
                    promotion: scenario.chance(0.7) ? .auto : .propose, choice: scenario.chance(0.7) ? .quota : .hash)
            }
            policy.tiers[name] = tier
        }
        policy.targets = ["openclaw", "litellm", "exec"].filter { _ in scenario.chance(0.7) }.map {
            ModelTarget(name: $0, action: .exec([$0]))
        }
        return policy
    }
}
