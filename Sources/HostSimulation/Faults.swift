// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What people do and what goes wrong.
extension SimulatedHost {
    func personActs() {
        guard !isCalm else { return }
        queue.plan(.personActs, at: now + scenario.duration(1...200))
        guard machine != nil, let service = services.filter(\.isConfigured).randomElement(using: &scenario.random)
        else {
            return machine == nil ? () : reload()
        }
        switch scenario.random.unit() {
        case ..<0.35:
            trace.note("a person starts \(service.name)", at: now)
            feed(service, .start(by: .person))
        case ..<0.55:
            trace.note("a person restarts \(service.name)", at: now)
            feed(service, .restart)
        case ..<0.62: restartInTurn()
        case ..<0.66: reload()
        case ..<0.74: stop([service])
        case ..<0.84:
            let share = scenario.random.unit()
            stop(services.filter { _ in scenario.chance(share) })
        case ..<0.9:
            trace.note("a person resets \(service.name)", at: now)
            feed(service, .reset)
        default: break
        }
    }

    private func stop(_ some: [SimulatedService]) {
        trace.note("a person stops \(some.map(\.name.text))", at: now)
        feed(.stop(Set(some.map(\.name)), by: .person))
    }

    func faultStrikes() {
        guard !isCalm else { return }
        queue.plan(.faultStrikes, at: now + scenario.duration(0.5...60))
        if machine != nil { checker.checkBounds(at: now) }
        switch scenario.random.unit() {
        case ..<0.33: if machine != nil { stepsToLive = scenario.number(0...8) }
        case ..<0.37: hostdIsKilled()
        case ..<0.40: hostdIsReplaced()
        case ..<0.52: if let instance = anyInstance() { killKeeper(instance) }
        case ..<0.57: if let instance = anyInstance() { keeperHangs(instance) }
        case ..<0.72: if let instance = anyInstance() { mainEnds(instance, .signal(9)) }
        case ..<0.80:
            guard let service = services.randomElement(using: &scenario.random) else { return }
            service.isPortTaken = true
            queue.plan(.portFreed(service.index), at: now + scenario.duration(1...60))
        case ..<0.86: storeFails()
        case ..<0.91: snapshotsFail()
        case ..<0.94: clockJumps()
        case ..<0.97: diskFills()
        default: reboot()
        }
    }

    private func anyInstance() -> SimulatedInstance? {
        services.flatMap(\.instances).filter(\.keeperLives).randomElement(using: &scenario.random)
    }

    private func keeperHangs(_ instance: SimulatedInstance) {
        trace.note("\(instance.id): its keeper hangs", at: now)
        instance.keeperHangs = true
        queue.plan(.keeperGoesOn(instance), at: now + scenario.duration(1...300))
    }

    private func diskFills() {
        critical = critical.isEmpty ? [scenario.random.next() % 2 == 0 ? .disk : .network] : []
        trace.note("critical now: \(critical.map(\.rawValue))", at: now)
        if machine != nil { feed(.conditions(critical)) }
    }

    private func storeFails() {
        trace.note("the store fails", at: now)
        storeFailsUntil = now + scenario.duration(1...300)
    }

    private func snapshotsFail() {
        guard machine != nil, staleSnapshots == nil else { return }
        trace.note("snapshots cannot be written", at: now)
        staleSnapshots = services.map { view($0)?.snapshot.text }
        queue.plan(.snapshotsMended, at: now + scenario.duration(1...60))
    }

    /// Writes that failed are tried again, not only when something new is to be written.
    func snapshotsMended() {
        staleSnapshots = nil
    }

    private func clockJumps() {
        let jump = scenario.duration(1...4000)
        trace.note("the clock jumps by \(jump.text)", at: now)
        now = now + jump
        queue.shuffle(until: now, using: &scenario.random)
        checker.clockJumped(jump, at: now)
        // It notices before its timers fire, or only by them.
        if jump >= SleepMachine.shortest, scenario.chance(0.5) { feed(.away(jump)) }
    }

    /// Another epoch: no process survives, the runtime folder is empty, the store is what is left.
    private func reboot() {
        trace.note("the host is rebooted", at: now)
        summary.reboots += 1
        hostdIsKilled()
        staleSnapshots = nil
        for service in services {
            for instance in service.instances { vanish(instance) }
            service.instances.removeAll()
            service.snapshot = nil
        }
        checker.rebooted(services)
    }

    /// What is planned for it finds nothing.
    func vanish(_ instance: SimulatedInstance) {
        instance.keeperLives = false
        instance.mainLives = false
        instance.leftOversLive = 0
    }
}

/// The store: what it is given is committed a little later, or when it works again.
extension SimulatedHost {
    func store(_ mark: ServiceMark?, of service: SimulatedService) {
        service.pendingMark = SimulatedService.PendingMark(mark: mark)
        guard !storeIsBusy else { return }
        storeIsBusy = true
        queue.plan(.storeWrites(life: life), at: now + scenario.duration(0.001...0.03))
    }

    func storeWrites() {
        guard storeFailsUntil <= now else {
            return queue.plan(.storeWrites(life: life), at: now + .seconds(5))
        }
        storeIsBusy = false
        for service in services {
            guard let pending = service.pendingMark else { continue }
            service.committedMark = pending.mark
            service.pendingMark = nil
        }
        for service in services {
            guard let view = view(service) else { continue }
            checker.require(
                service.committedMark == view.mark,
                "the store says that \(service.name) is \(service.committedMark.text), hostd says \(view.mark.text)")
        }
    }
}

extension ServiceMark? {
    var text: String { self?.rawValue ?? "not marked" }
}
