// SPDX-License-Identifier: Apache-2.0

import HostCore

/// hostd ends nothing without a reason, asks once, and every stop ends.
extension Checker {
    /// What the checker knows of one instance.
    struct Notes {
        /// The newest question of each kind.
        var asked: [ProbeKind: UInt64] = [:]
        /// Bad live answers in a row, lost ones among them.
        var liveFailures = 0
        var isLastStartupAnswerBad = false
        var wasStartupGood = false
        /// It was up when the configuration changed: a startup probe that is new is not asked of it.
        var isPastStartup = false
        /// The live probe that it goes on with: it was not told of another heartbeat.
        var heldTo: ProbeSpecification?
        var wasReadyGood = false
        /// hostd decided to end it when it was unwell, whatever became of it before hostd got to do so.
        var wasUnwell = false
        /// It asked in time to be waited for until then.
        var extendedUntil = Instant.zero
        var signals = 0
        /// hostd knows, over its own end too, that it sent the signal.
        var isSignalKnown = false
        /// A person wanted it to end.
        var isUnwanted = false
        var killOrders = 0
        var wasGivenUp = false
        /// How long it ran, as hostd was told first.
        var ran: Duration?
    }

    /// A probe was answered, or its answer was lost.
    mutating func answered(_ instance: SimulatedInstance, _ kind: ProbeKind, ok: Bool) {
        switch kind {
        case .startup:
            instance.notes.isLastStartupAnswerBad = !ok
            if ok { instance.notes.wasStartupGood = true }
        case .live: instance.notes.liveFailures = ok ? 0 : instance.notes.liveFailures + 1
        case .ready: if ok { instance.notes.wasReadyGood = true }
        }
    }

    func isUnwell(_ instance: SimulatedInstance, at now: Instant) -> Bool {
        let specification = services[instance.service].specification
        guard let startedAt = instance.startedAt else { return false }
        if let live = instance.notes.heldTo ?? specification.live {
            if instance.notes.liveFailures >= live.failures { return true }
            if case .heartbeat = live.target, isSilent(instance, live, at: now) { return true }
        }
        guard let startup = specification.startup else { return false }
        let deadline = startDeadline(startedAt, startup, instance)
        let isBad = startup.target.isHeard ? instance.said.ready == nil : instance.notes.isLastStartupAnswerBad
        return isBad && now >= deadline
    }

    /// It may have asked for more time. Asked when the time is over (all slept), that is too late: hostd may take it.
    func extended(_ instance: SimulatedInstance, at now: Instant) {
        guard let startedAt = instance.startedAt, let startup = services[instance.service].specification.startup,
            let until = instance.said.extendedUntil, now <= startDeadline(startedAt, startup, instance)
        else { return }
        instance.notes.extendedUntil = until
    }

    private func startDeadline(
        _ startedAt: Instant, _ startup: ProbeSpecification, _ instance: SimulatedInstance
    ) -> Instant {
        max(startedAt + startup.deadline, instance.notes.extendedUntil)
    }

    /// So long without a beat that `failures` of them may be missed, or so often complaining.
    private func isSilent(_ instance: SimulatedInstance, _ live: ProbeSpecification, at now: Instant) -> Bool {
        // All slept for a while: who beats and who listens cannot know.
        if now - jumpedAt < live.interval * live.failures { return true }
        let isOld = instance.notes.liveFailures > 0
        let missed = Int(instance.said.triggers) + (isOld ? live.failures : 0)
        if missed >= live.failures { return true }
        guard let startedAt = instance.startedAt, instance.isHung(at: now) || instance.said.triggers > 0 else {
            return false
        }
        let last = instance.said.beat ?? startedAt
        return now - last >= live.interval * (live.failures - missed)
    }

    private func hasReason(_ instance: SimulatedInstance, isShuttingDown: Bool, at now: Instant) -> Bool {
        if !services[instance.service].isConfigured || instance.hook != nil { return true }
        if isShuttingDown || instance.notes.isUnwanted || instance.notes.wasUnwell || isUnwell(instance, at: now) {
            return true
        }
        // It said that it stops, and has had its grace.
        let grace = services[instance.service].specification.stop.grace
        if let stopping = instance.said.stopping, now >= stopping + grace { return true }
        return records[instance.service].wish == .stopped
    }

    mutating func signalled(
        _ instance: SimulatedInstance, _ services: [SimulatedService], isShuttingDown: Bool, at now: Instant
    ) {
        let id = instance.id
        require(
            !instance.mainLives || hasReason(instance, isShuttingDown: isShuttingDown, at: now),
            "\(id) was well and was told to end")
        require(
            instance.notes.signals == 0 || !instance.notes.isSignalKnown,
            "\(id) was signalled again (\(instance.notes.signals + 1))")
        instance.notes.signals += 1
        checkOrder(instance, at: now)
    }

    mutating func treeEnded(_ instance: SimulatedInstance, isShuttingDown: Bool, at now: Instant) {
        let isSilent = instance.process == nil && now - instance.launchedAt >= .seconds(60)
        require(
            !instance.mainLives || isSilent || instance.notes.signals > 0
                || hasReason(instance, isShuttingDown: isShuttingDown, at: now),
            "\(instance.id) was well and was killed")
        // Whatever kills its keeper before hostd does, the decision that it has failed has fallen.
        if isSilent { instance.notes.wasGivenUp = true }
        instance.notes.killOrders += 1
    }

    mutating func swept(_ instance: SimulatedInstance, isShuttingDown: Bool, at now: Instant) {
        require(
            !instance.keeperLives || instance.notes.killOrders >= 3,
            "\(instance.id) was swept away while its keeper lives")
    }

    /// hostd knows that nobody will tell it how this one ended.
    mutating func gaveUp(_ instance: SimulatedInstance, at now: Instant) {
        instance.notes.wasGivenUp = true
        if let startedAt = instance.startedAt { instance.notes.ran = instance.notes.ran ?? (now - startedAt) }
    }

    /// A stop always ends, and in bounded time while hostd is there.
    mutating func checkBounds(at now: Instant) {
        for index in records.indices {
            let name = services[index].name
            if let since = records[index].stopSince {
                let bound = stopBound(index)
                require(now - since <= bound, "\(name) is not down \((now - since).text) after its stop")
            }
            if let ending = records[index].ending {
                let bound = endBound(index)
                require(now - ending.since <= bound, "\(ending.instance) ends since \((now - ending.since).text)")
            }
        }
    }

    /// Its start, its grace, SIGKILL in vain, what it leaves behind, and sweeps whose answers are lost.
    private func endBound(_ index: Int) -> Duration {
        let stop = services[index].specification.stop
        let steps: Duration = .seconds(60 + 30 + 30 + 100)
        let hooks = services[index].specification.beforeStart.count + services[index].specification.afterStop.count
        let hook = steps + services[index].specification.hookTimeout + stop.leftovers
        return steps + stop.grace + stop.leftovers + hook * hooks
    }

    private func stopBound(_ index: Int) -> Duration {
        var found: Set<Int> = [index]
        var open = [index]
        while let next = open.popLast() {
            for follower in followers[next] where found.insert(follower).inserted { open.append(follower) }
        }
        return found.reduce(.zero) { $0 + endBound($1) }
    }
}
