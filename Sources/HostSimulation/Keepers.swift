// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The kernel's and the keepers' part.
extension SimulatedHost {
    /// The keeper has its specification: the main process starts, or fails to.
    func keeperStarts(_ instance: SimulatedInstance) {
        guard instance.keeperLives, instance.process == nil else { return }
        if instance.keeperHangs { return }
        if instance.behaviour.launch == .execFails {
            instance.exit = ExitReport(status: .failedToStart("cannot exec"), ran: .zero, wallMilliseconds: 0)
            instance.exitSaysEmpty = true
            instance.keeperLives = false
            return ring(instance)
        }
        let process = newProcess()
        instance.process = process
        instance.startedAt = now
        instance.mainLives = true
        instance.leftOversLive = instance.behaviour.leftOvers
        trace.note("\(instance.id) runs as pid \(process.pid)", at: now)
        checker.started(instance, services[instance.service])
        if let after = instance.behaviour.crashesAfter {
            queue.plan(.mainEnds(instance, instance.behaviour.crashStatus), at: now + after)
        }
        planWords(of: instance)
        ring(instance)
    }

    func mainEnds(_ instance: SimulatedInstance, _ status: ExitStatus) {
        guard instance.mainLives else { return }
        instance.mainLives = false
        instance.mainStatus = status
        instance.endedAt = now
        trace.note("\(instance.id) ends: \(status.text), \(instance.leftOversLive) left over", at: now)
        if instance.keeperLives, !instance.keeperHangs { recordExit(instance) }
        ring(instance)
    }

    private func recordExit(_ instance: SimulatedInstance) {
        guard let status = instance.mainStatus, let startedAt = instance.startedAt, instance.exit == nil else { return }
        let ran = (instance.endedAt ?? now) - startedAt
        instance.exit = ExitReport(status: status, ran: ran, wallMilliseconds: 0)
        instance.exitSaysEmpty = instance.leftOversLive == 0
        if instance.exitSaysEmpty {
            instance.keeperLives = false
        } else {
            queue.plan(.leftOversEnd(instance), at: now + services[instance.service].specification.stop.leftovers)
        }
    }

    func leftOversEnd(_ instance: SimulatedInstance) {
        guard instance.keeperLives, !instance.keeperHangs, !instance.mainLives, instance.exit != nil else { return }
        instance.leftOversLive = 0
        instance.exitSaysEmpty = true
        instance.keeperLives = false
        ring(instance)
    }

    /// The order to kill the whole tree has arrived.
    func treeKilled(_ instance: SimulatedInstance) {
        guard instance.keeperLives else { return }
        if instance.keeperHangs { return instance.isKillQueued = true }
        instance.leftOversLive = 0
        if instance.mainLives {
            mainEnds(instance, .signal(9))
        } else if instance.process == nil {
            // It has not got to its start yet, and never will.
            instance.keeperLives = false
            ring(instance)
        } else {
            leftOversEnd(instance)
        }
    }

    func killKeeper(_ instance: SimulatedInstance) {
        guard instance.keeperLives else { return }
        trace.note("\(instance.id): its keeper is killed", at: now)
        instance.keeperLives = false
        // PDEATHSIG takes the main process along; nobody records its end.
        if instance.mainLives { return mainEnds(instance, .signal(9)) }
        ring(instance)
    }

    /// A keeper that hung goes on: what it missed it does now.
    func keeperGoesOn(_ instance: SimulatedInstance) {
        guard instance.keeperLives, instance.keeperHangs else { return }
        trace.note("\(instance.id): its keeper goes on", at: now)
        instance.keeperHangs = false
        if instance.process != nil, !instance.mainLives {
            recordExit(instance)
            ring(instance)
        }
        if let unheard = instance.unheard {
            instance.said = unheard
            instance.said.writtenAt = now
            instance.unheard = nil
            ring(instance)
        }
        if instance.isKillQueued { return treeKilled(instance) }
        if instance.process == nil { keeperStarts(instance) }
    }

    /// The doorbell: hostd looks at the records, if it is there and hears it. The end of a keeper is always noticed.
    func ring(_ instance: SimulatedInstance) {
        if instance.keeperLives, instance.keeperHangs || (!isCalm && scenario.chance(0.01)) { return }
        for event in instance.news() where machine != nil { feed(services[instance.service], event) }
    }

    /// A sweep kills what lives of an instance, a keeper that does not obey too.
    func sweepDone(_ service: SimulatedService, _ id: InstanceID, life: Int) {
        var killed = 0
        if let instance = service.instance(id) {
            killed = instance.leftOversLive + (instance.mainLives ? 1 : 0)
            instance.keeperLives = false
            instance.leftOversLive = 0
            instance.mainLives = false
            if instance.endedAt == nil { instance.endedAt = now }
        }
        guard life == self.life, machine != nil, isCalm || !scenario.chance(0.03) else { return }
        feed(service, .swept(id, killed: killed))
    }
}
