// SPDX-License-Identifier: Apache-2.0

import HostCore

/// hostd's end by SIGKILL and its return; the order of adoption that HostRuntime has to keep.
extension SimulatedHost {
    func hostdIsKilled() {
        guard let machine else { return }
        trace.note("hostd is killed", at: now)
        summary.hostdKills += 1
        for service in services {
            // What the store was just writing may or may not have been committed.
            if let pending = service.pendingMark, storeFailsUntil <= now, scenario.chance(0.5) {
                service.committedMark = pending.mark
            }
            service.pendingMark = nil
            let current = machine.services[service.name]?.snapshot.text
            service.snapshot = current
            if let staleSnapshots, staleSnapshots[service.index] != current {
                service.snapshot = staleSnapshots[service.index]
                checker.lostSnapshot(service, isOlder: true)
            } else if !isCalm, scenario.chance(0.03), let text = current {
                trace.note("the snapshot of \(service.name) is lost", at: now)
                service.snapshot = scenario.chance(0.5) ? nil : String(text.prefix(text.count / 2))
                checker.lostSnapshot(service, isOlder: false)
            }
            service.timer = nil
            service.isForgotten = false
        }
        staleSnapshots = nil
        if isShuttingDown { checker.returnsAfterShutdown() }
        self.machine = nil
        life += 1
        stepsToLive = nil
        storeIsBusy = false
        saidAllStopped = false
        queue.plan(.hostdReturns, at: now + scenario.duration(0.001...30))
    }

    /// Another hostd takes over in the same process: history is flushed, every snapshot is as it should be (else it
    /// would be refused), and nothing happens in between.
    func hostdIsReplaced() {
        guard let machine, staleSnapshots == nil, !isShuttingDown else { return }
        trace.note("hostd is replaced", at: now)
        for service in services {
            if let pending = service.pendingMark, storeFailsUntil <= now { service.committedMark = pending.mark }
            service.pendingMark = nil
            service.snapshot = machine.services[service.name]?.snapshot.text
            service.timer = nil
            service.isForgotten = false
        }
        self.machine = nil
        life += 1
        stepsToLive = nil
        storeIsBusy = false
        hostdReturns()
    }

    /// hostd starts: from the snapshots where there are some, else from the marks; then it looks at the world.
    func hostdReturns() {
        guard machine == nil else { return }
        trace.note("hostd starts", at: now)
        var isFresh = [Bool](repeating: false, count: services.count)
        let configured = services.filter(\.isConfigured)
        for service in services where !service.isConfigured {
            service.snapshot = nil
            checker.removed(service)
        }
        let machines = configured.map { service in
            let restored = service.snapshot.flatMap { FieldText(parsing: $0) }.flatMap {
                ServiceMachine(configuration(of: service), from: $0, seed: seed &+ UInt64(life), at: now)
            }
            isFresh[service.index] = restored == nil
            if restored == nil, checker.records[service.index].wish == .idle {
                checker.recalled(service.committedMark, service)
            }
            return restored
                ?? ServiceMachine(
                    configuration(of: service), mark: service.committedMark, reason: "not started yet",
                    seed: seed &+ UInt64(life), at: now)
        }
        machine = HostMachine(machines)
        checker.hostdReturned(at: now)
        carryOut(machine?.handle(.conditions(critical), at: now) ?? [], of: [])
        // Now and then it is killed while it adopts.
        if !isCalm, scenario.chance(0.15) { stepsToLive = scenario.number(0...30) }
        for service in services { service.isStartBlocked = false }
        for service in services where !service.isConfigured { endStrays(of: service) }
        for (service, before) in zip(configured, machines) {
            if adopt(service, before, isFresh: isFresh[service.index]) { isFresh[service.index] = false }
            guard machine != nil else { return }
        }
        for service in configured where isFresh[service.index] && service.specification.autostart {
            feed(service, .start(by: .host))
        }
        if isShuttingDown { feed(.shutDown) }
        for service in configured where machine != nil { feed(service, .wake) }
    }

    /// Whether something of an earlier life was found.
    private func adopt(_ service: SimulatedService, _ before: ServiceMachine, isFresh: Bool) -> Bool {
        // What is over by its records only waits for its log.
        let newest = service.instances.last { !($0.exitSaysEmpty && $0.id.launch > before.launches) }
        service.instances.removeAll { $0.exitSaysEmpty && $0.id.launch > before.launches }
        var found: [ServiceEvent] = []
        if let newest, newest.id.launch > before.launches {
            // The snapshot is lost, or older than the folder.
            checker.adopted(newest, service)
            newest.isStray = false
            carryOutAtOnce(
                machine?.adopt(newest.id, hook: newest.hook, launchedWith: newest.launchedWith, at: now) ?? [],
                of: service)
            found = newest.news()
        } else if !isFresh {
            let inherited = before.state.instance
            if view(service)?.roll.isQueued == true { checker.remembersRoll(service) }
            carryOutAtOnce(machine?.resume(service.name, at: now) ?? [], of: service)
            found = inherited.map { service.instance($0)?.news() ?? [.neverRan($0)] } ?? []
        } else {
            return false
        }
        for event in found where machine != nil { feed(service, event) }
        guard machine != nil else { return true }
        let current = view(service)?.state.instance
        service.instances.removeAll { $0.isOver && $0.id != current }
        return true
    }

    /// What the effects bring about at once is taken before anything else.
    private func carryOutAtOnce(_ effects: [HostMachine.Effect], of service: SimulatedService) {
        inboxRuns = true
        carryOut(effects, of: [service.index])
        inboxRuns = false
        guard machine != nil, !inbox.isEmpty else { return inbox.removeAll() }
        feed(inbox.removeLast())
    }
}
