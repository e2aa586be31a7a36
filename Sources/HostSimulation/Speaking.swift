// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What programs say of themselves to their keepers. When time jumps they slept too: what they wanted to say meanwhile
/// comes afterwards, or after hostd has looked.
extension SimulatedHost {
    /// The main process runs: what it is going to say.
    func planWords(of instance: SimulatedInstance) {
        let behaviour = instance.behaviour
        queue.plan(.saysReady(instance), at: now + behaviour.startupTakes)
        if let each = behaviour.speaksEach { queue.plan(.speaks(instance), at: now + each) }
        if let end = behaviour.crashesAfter, let before = behaviour.announcesItsEnd, before < end {
            queue.plan(.saysItStops(instance), at: now + (end - before))
        }
    }

    func saysReady(_ instance: SimulatedInstance) {
        say(instance) { $0.ready = self.now }
    }

    func saysItStops(_ instance: SimulatedInstance) {
        say(instance) { $0.stopping = self.now }
    }

    /// Beats, asks for more time, and plans to do so again.
    func speaks(_ instance: SimulatedInstance) {
        guard let each = instance.behaviour.speaksEach, instance.mainLives else { return }
        queue.plan(.speaks(instance), at: now + each)
        let isUnwell = instance.isUnwell(at: now)
        let asks = instance.behaviour.extendsItsStart && instance.said.ready == nil
        guard !isUnwell, !asks else {
            say(instance) { record in
                if isUnwell { record.triggers += 1 } else { record.beat = self.now }
                if asks { record.extendedUntil = max(record.extendedUntil ?? .zero, self.now + each + each + each) }
            }
            return checker.extended(instance, at: now)
        }
        // A beat alone rings no bell.
        say(instance, rings: false) { $0.beat = self.now }
    }

    private func say(_ instance: SimulatedInstance, rings: Bool = true, _ change: (inout NotifyRecord) -> Void) {
        guard instance.mainLives, instance.keeperLives, !instance.isHung(at: now) else { return }
        var record = instance.unheard ?? instance.said
        change(&record)
        record.writtenAt = now
        // A keeper that hangs hears it when it goes on.
        if instance.keeperHangs { return instance.unheard = record }
        instance.said = record
        // Its doorbells are lost more often than others: none may matter.
        if rings, isCalm || !scenario.chance(0.3) { ring(instance) }
    }

    /// hostd looks at the record.
    func readNotify(_ instance: SimulatedInstance) -> ServiceEvent {
        if instance.keeperHangs { return .notifyUnread(instance.id, "its keeper is stopped") }
        if !isCalm, scenario.chance(0.02) { return .notifyUnread(instance.id, "too many open files") }
        return .notified(instance.id, instance.said)
    }
}

extension SimulatedInstance {
    /// Whether it says of itself that it is not well.
    func isUnwell(at now: Instant) -> Bool {
        guard let after = behaviour.triggersAfter, let startedAt else { return false }
        return now - startedAt >= after
    }
}
