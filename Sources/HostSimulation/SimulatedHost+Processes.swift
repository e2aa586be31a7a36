// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The kernel's and the keepers' part.
extension SimulatedHost {
    /// The keeper got its specification: the main process starts, or fails to.
    func keeperReports(_ instance: InstanceID) {
        guard var found = instances[instance], found.keeperLives else { return }
        if found.behaviour.launch == .execFails {
            found.exit = ExitReport(status: .failedToStart("cannot exec"), ran: .zero, wallMilliseconds: 0)
            found.exitSaysEmpty = true
            found.keeperLives = false
            instances[instance] = found
            return ring(instance)
        }
        // A small pid space, so that pids are reused by strangers soon.
        nextPid = nextPid % 400 + 100
        ticks += 1
        found.process = ProcessIdentity(pid: nextPid, startTicks: ticks)
        found.startedAt = now
        found.mainLives = true
        found.leftOversLive = found.behaviour.leftOvers
        instances[instance] = found
        note("\(instance) runs as pid \(nextPid)")
        checker.started(instance, instances: instances)
        if let after = found.behaviour.crashesAfter {
            queue.plan(.mainEnds(instance, found.behaviour.crashStatus), at: now + after)
        }
        ring(instance)
    }

    func mainEnds(_ instance: InstanceID, _ status: ExitStatus) {
        guard var found = instances[instance], found.mainLives, let startedAt = found.startedAt else { return }
        found.mainLives = false
        note("\(instance) ends: \(status.text), \(found.leftOversLive) left over, keeper \(found.keeperLives)")
        if found.keeperLives {
            found.exit = ExitReport(status: status, ran: now - startedAt, wallMilliseconds: 0)
            found.exitSaysEmpty = found.leftOversLive == 0
            if found.exitSaysEmpty {
                found.keeperLives = false
            } else {
                let grace = specifications[instance.service]?.stop.leftovers ?? .zero
                queue.plan(.leftOversEnd(instance), at: now + grace)
            }
        }
        instances[instance] = found
        checker.ended(instance, at: now, ran: now - startedAt)
        ring(instance)
    }

    func leftOversEnd(_ instance: InstanceID) {
        guard var found = instances[instance], found.keeperLives, !found.mainLives else { return }
        found.leftOversLive = 0
        found.exitSaysEmpty = true
        found.keeperLives = false
        instances[instance] = found
        ring(instance)
    }

    /// SIGKILL to the tree has taken effect.
    func treeKilled(_ instance: InstanceID) {
        guard var found = instances[instance], found.keeperLives else { return }
        found.leftOversLive = 0
        instances[instance] = found
        if found.mainLives {
            mainEnds(instance, .signal(9))
        } else {
            leftOversEnd(instance)
        }
    }

    func killKeeper(_ instance: InstanceID) {
        guard var found = instances[instance], found.keeperLives else { return }
        found.keeperLives = false
        instances[instance] = found
        note("\(instance): its keeper is killed")
        // PDEATHSIG takes the main process along; nobody records its end.
        if found.mainLives { mainEnds(instance, .signal(9)) }
        ring(instance)
    }

    /// The doorbell: hostd looks at the records, if it is there.
    func ring(_ instance: InstanceID) {
        guard machine != nil else { return }
        for event in findings(instance) { feed(.service(instance.service, event)) }
    }

    /// What the records and the lock say of an instance.
    func findings(_ instance: InstanceID) -> [ServiceEvent] {
        guard let found = instances[instance] else { return [.neverRan(instance)] }
        var events: [ServiceEvent] = []
        if let process = found.process, let startedAt = found.startedAt {
            events.append(.started(instance, process, at: startedAt))
        }
        if let exit = found.exit {
            events.append(.exited(instance, exit, treeEmpty: found.exitSaysEmpty))
        }
        let isOver = found.exit != nil && found.exitSaysEmpty
        if !found.keeperLives, !isOver {
            events.append(found.process == nil ? .neverRan(instance) : .keeperLost(instance))
        }
        return events
    }

    func sweepDone(_ instance: InstanceID, life: Int) {
        guard var found = instances[instance] else { return }
        let killed = found.leftOversLive
        found.leftOversLive = 0
        found.mainLives = false
        instances[instance] = found
        guard life == self.life, machine != nil else { return }
        feed(.service(instance.service, .swept(instance, killed: killed)))
    }
}
