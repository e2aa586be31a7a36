// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What hostd does with the effects of the machines, and what its crashes leave.
extension PolicyWorld {
    func start() {
        guard machine == nil else { return }
        life += 1
        machine = ModelPolicyMachine()
        rollouts = [:]
        for tier in Self.tiers {
            let old = store.rollouts[tier].flatMap { RolloutMachine(snapshot: $0) }
            require(store.rollouts[tier] == nil || old != nil, "the snapshot of \(tier) cannot be read")
            rollouts[tier] = old ?? RolloutMachine()
        }
        trace.note("hostd starts", at: now)
        feed(.restored(store.newest, applied: store.applied))
        feed(.services(["service/gateway"]))
        readFile()
    }

    /// It ends between any two things that it does. What was under way came through, or not.
    func crash() {
        guard machine != nil else { return }
        machine = nil
        rollouts = [:]
        life += 1
        summary.hostdKills += 1
        trace.note("hostd is killed", at: now)
        if let (generation, row) = committing, scenario.chance(0.5) { store.commit(generation, row) }
        committing = nil
        for (name, number) in applying.sorted(by: { $0.key < $1.key }) {
            targets[name] = scenario.chance(0.5) ? number : scenario.chance(0.5) ? nil : targets[name]
        }
        applying = [:]
        queue.plan(.returns, at: now + scenario.duration(0.01...600))
    }

    /// True when hostd was killed before the next thing that it was about to do.
    private func isKilledHere() -> Bool {
        guard machine == nil || (!isCalm && scenario.chance(0.01)) else { return false }
        crash()
        return true
    }

    func readFile() {
        guard let before = machine?.inForce?.number ?? (machine == nil ? nil : 0) else { return }
        switch file {
        case .right(let proposal): feed(.read(proposal))
        case .wrong:
            feed(.unreadable(["models.toml:1:1: wrong"]))
            require(machine.map { ($0.inForce?.number ?? 0) == before } ?? true, "a NACK has changed what is in force")
        }
    }

    func feed(_ event: ModelPolicyMachine.Event) {
        guard var machine else { return }
        let effects = machine.handle(event, at: now)
        self.machine = machine
        for effect in effects {
            if isKilledHere() { return }
            carryOut(effect)
        }
        if let due = self.machine?.nextDue { queue.plan(.due(life: life), at: max(due, now)) }
    }

    private func carryOut(_ effect: ModelPolicyMachine.Effect) {
        trace.note("\(Self.word(effect))", at: now)
        switch effect {
        case .commit(let generation, let row):
            require(committing == nil, "two generations are written down at once")
            committing = (generation, row)
            if case .promotion = generation.proposal.origin { isFileNewest = false }
            queue.plan(.commitEnds(life: life), at: now + scenario.duration(0.001...2))
        case .accepted(let number):
            require(store.newest?.number == number, "generation \(number) is accepted and not the newest of the store")
            configureRollouts()
        case .unchanged(let number):
            require(store.newest?.number == number, "generation \(number) is in force and not the newest of the store")
            configureRollouts(promotedOnly: true)
        case .apply(let name, let generation):
            require(
                store.generation(generation.number) == generation,
                "generation \(generation.number) goes to \(name) and is not written down")
            require(applying[name] == nil, "\(name) is changed twice at once")
            require(
                name == PolicyTargets.file || targets[PolicyTargets.file] == generation.number,
                "\(name) is changed before the file of the models")
            applying[name] = generation.number
            queue.plan(.applyEnds(life: life, name, generation.number), at: now + scenario.duration(0.001...30))
        case .note(let name, let number): store.applied[name] = number
        case .reachedAll(let number): checkTargets(number)
        case .refused, .troubled: break
        }
    }

    /// Every target of the policy in force has it.
    func checkTargets(_ number: Int64) {
        for name in [PolicyTargets.file] + (machine?.inForce?.policy.targets.map(\.name) ?? []) {
            require(targets[name] == number, "\(name) has \(targets[name] ?? 0), and all are said to have \(number)")
        }
    }

    func commitEnds() {
        guard let (generation, row) = committing else { return }
        committing = nil
        if !isCalm, scenario.chance(0.2) { return feed(.commitFailed(generation.number, "disk full")) }
        store.commit(generation, row)
        if let gap = store.gap { require(false, gap) }
        feed(.committed(generation.number))
    }

    func applyEnds(_ name: String, _ number: Int64) {
        applying[name] = nil
        if !isCalm, scenario.chance(0.3) {
            if scenario.chance(0.5) { targets[name] = nil }
            return feed(.applyFailed(name, number, "refused"))
        }
        targets[name] = number
        feed(.applied(name, number))
    }

    private static func word(_ effect: ModelPolicyMachine.Effect) -> String {
        switch effect {
        case .commit(let generation, _): "commit \(generation.number): \(generation.proposal.origin)"
        case .apply(let name, let generation): "apply \(generation.number) to \(name)"
        default: "\(effect)"
        }
    }
}
