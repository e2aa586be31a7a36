// SPDX-License-Identifier: Apache-2.0

import HostCore

/// hostd's part: the same order of snapshot and effect as HostRuntime.
///
/// A snapshot is written before the effects of an event are carried out. That is a pure function of the machine, so
/// it is enough to write it when hostd is killed: a kill before the event leaves what was written for the event
/// before.
extension SimulatedHost {
    /// Feeds an event; what effects bring about at once is taken afterwards, in order.
    func feed(_ event: HostMachine.Event) {
        inbox.append(event)
        guard !inboxRuns else { return }
        inboxRuns = true
        while machine != nil, !inbox.isEmpty {
            take(inbox.removeFirst())
        }
        inbox.removeAll()
        inboxRuns = false
    }

    func feed(_ service: SimulatedService, _ event: ServiceEvent) {
        feed(.service(service.name, event))
    }

    private func take(_ event: HostMachine.Event) {
        if isKilledNow() { return }
        if trace.isOn, let text = event.text { trace.note("  hostd hears of \(text)", at: now) }
        summary.events += 1
        switch event {
        case .service(let name, let change):
            guard let service = service(name) else { return }
            checker.takes(change, service, { self.view(service)?.state }, at: now)
            carryOut(machine?.handle(event, at: now) ?? [], of: [service.index])
        case .stop(let names, let author):
            takeStop(event, services.filter { names.contains($0.name) && view($0) != nil }, by: author)
        case .restart(let names, let cause):
            let some = services.filter { names.contains($0.name) }
            for service in some { checker.takesRestart(cause, service, { self.view(service)?.state }, at: now) }
            carryOut(machine?.handle(event, at: now) ?? [], of: some.map(\.index))
        case .away, .conditions:
            carryOut(machine?.handle(event, at: now) ?? [], of: services.map(\.index))
        case .configure:
            for service in services where service.isConfigured {
                checker.takesConfiguration(service, view(service), at: now)
            }
            carryOut(machine?.handle(event, at: now) ?? [], of: services.map(\.index))
        case .shutDown: takeStop(event, services.filter { view($0) != nil }, by: .host)
        }
    }

    private func takeStop(_ event: HostMachine.Event, _ some: [SimulatedService], by author: Author) {
        checker.takesStop(some.map { ($0, view($0)?.state) }, by: author, at: now)
        carryOut(machine?.handle(event, at: now) ?? [], of: some.map(\.index))
    }

    /// Carries out effects. What was `touched`, and what the effects touch, gets its timer and is looked at.
    func carryOut(_ effects: [HostMachine.Effect], of touched: [Int]) {
        var touched = touched
        // Decisions count from here, whether hostd gets to carry them out or not.
        var decided = touched
        for case .service(let name, _) in effects {
            if let index = service(name)?.index, !decided.contains(index) { decided.append(index) }
        }
        for index in decided {
            if let view = view(services[index]) { checker.decided(view, services[index], machine, at: now) }
        }
        for case .service(let name, let effect) in effects {
            guard let service = service(name) else { continue }
            switch effect {
            case .sweep(let id): if let instance = service.instance(id) { checker.gaveUp(instance, at: now) }
            case .report(let report) where report.kind == .rollHalted: checker.halted(service)
            case .forget(let id):
                let isFailure = machine?.services[name]?.lastExit?.instance == id
                checker.concluded(id, service.instance(id), service, life: life, isFailure: isFailure, at: now)
            default: break
            }
        }
        for effect in effects {
            if isKilledNow() { return }
            switch effect {
            case .service(let name, let effect):
                guard let service = service(name) else { continue }
                if !touched.contains(service.index) { touched.append(service.index) }
                carryOut(effect, of: service)
            case .removed(let name): removed(name)
            case .changed: break
            case .allStopped:
                checker.require(!saidAllStopped, "hostd said twice that all is stopped")
                saidAllStopped = true
            }
        }
        for index in touched {
            guard let view = view(services[index]) else { continue }
            setTimer(services[index], view.deadline)
            if case .up = view.state { services[index].isUp = true } else { services[index].isUp = false }
            checker.look(view, services[index], isShuttingDown: isShuttingDown, at: now)
            checker.lookAtOutage(view, critical: machine?.critical ?? [])
        }
    }

    private func isKilledNow() -> Bool {
        guard let left = stepsToLive else { return false }
        stepsToLive = left - 1
        if left == 0 { hostdIsKilled() }
        return left == 0
    }

    private func setTimer(_ service: SimulatedService, _ deadline: Instant?) {
        guard service.timer != deadline else { return }
        service.timer = deadline
        guard let deadline else { return }
        queue.plan(.wake(service.index, at: deadline, life: life), at: max(deadline, now))
    }

    /// Records that lie unread are read before a wake that may judge by them.
    func wake(_ service: SimulatedService) {
        if !service.isUp, let id = view(service)?.state.instance, let instance = service.instance(id) {
            for event in instance.news() { feed(service, event) }
        }
        if machine != nil { feed(service, .wake) }
    }

    private func carryOut(_ effect: ServiceEffect, of service: SimulatedService) {
        switch effect {
        case .checkPorts(let ports):
            if !isCalm, scenario.chance(0.01) { return }  // the answer is lost
            let holder = ports.first.map { PortHolder(port: $0, holder: "a stranger") }
            inbox.append(.service(service.name, .portsChecked(service.isPortTaken ? holder : nil)))
        case .launch(let id): launch(id, of: service)
        case .launchHook(let id, let hook): launch(id, hook, of: service)
        case .runStop(let id): runStop(id, of: service)
        case .signal(let id, _, _): signal(id, of: service)
        case .endTree(let id, _):
            guard let instance = service.instance(id) else { return }
            checker.treeEnded(instance, isShuttingDown: isShuttingDown, at: now)
            queue.plan(.treeKilled(instance), at: now + .milliseconds(1))
        case .sweep(let id):
            if let instance = service.instance(id) {
                checker.swept(instance, isShuttingDown: isShuttingDown, at: now)
            }
            queue.plan(.sweepDone(service.index, id, life: life), at: now + .milliseconds(5))
        case .ask(let id, let kind, let number):
            guard let instance = service.instance(id) else { return }
            ask(instance, kind, number)
        case .readNotify(let id):
            guard let instance = service.instance(id) else { return }
            inbox.append(.service(service.name, readNotify(instance)))
        case .mark(let mark): store(mark, of: service)
        case .report(let report):
            trace.note("\(service.name) \(report.kind.rawValue): \(report.reason)", at: now)
        case .forget(let id): forget(id, of: service)
        case .keepCrash: break
        case .findLastLine(let id):
            inbox.append(.service(service.name, .lastLine(id, "the last line\r")))
        }
    }

    private func launch(_ id: InstanceID, _ hook: Hook? = nil, of service: SimulatedService) {
        summary.launches += 1
        checker.launched(id, hook, service, critical: critical, at: now)
        let behaviour =
            hook == nil
            ? scenario.behaviour(service.specification, calm: isCalm)
            : scenario.hookBehaviour(service.specification, calm: isCalm)
        checker.records[service.index].spawnFailedFor = nil
        if behaviour.launch == .spawnFails {
            checker.spawnFailed(service, hook)
            inbox.append(.service(service.name, .launchFailed(id, "cannot clone: Resource temporarily unavailable")))
            return
        }
        let instance = SimulatedInstance(
            id, service: service.index, behaviour: behaviour, hook: hook,
            launchedWith: hook == nil ? view(service)?.specification.launchDigest : nil, life: life, launchedAt: now)
        service.instances.append(instance)
        queue.plan(.keeperStarts(instance), at: now + scenario.duration(0.0005...0.01))
    }

    /// Now and then the command fails and nothing comes of it.
    private func runStop(_ id: InstanceID, of service: SimulatedService) {
        if isCalm || scenario.chance(0.7) { return signal(id, of: service) }
        inbox.append(.service(service.name, .signalled(id)))
        inbox.append(.service(service.name, .stopFailed(id, "exit 1")))
    }

    private func signal(_ id: InstanceID, of service: SimulatedService) {
        guard let instance = service.instance(id) else { return }
        checker.signalled(instance, services, isShuttingDown: isShuttingDown, at: now)
        // A keeper that hangs passes no signal on.
        if instance.mainLives, !instance.keeperHangs, !instance.isHung(at: now),
            let takes = instance.behaviour.stopTakes
        {
            queue.plan(.mainEnds(instance, .signal(15)), at: now + takes)
        }
        inbox.append(.service(service.name, .signalled(id)))
    }

    private func ask(_ instance: SimulatedInstance, _ kind: ProbeKind, _ number: UInt64) {
        instance.notes.asked[kind] = number
        if !isCalm, scenario.chance(0.02) { return checker.answered(instance, kind, ok: false) }  // it is lost
        // Some take longer than the instance lives: then they are about one that is gone.
        let takes = scenario.chance(0.05) ? scenario.duration(1...4.9) : scenario.duration(0.001...1)
        queue.plan(.probeAnswered(instance, kind, number: number, life: life), at: now + takes)
    }

    func probeAnswered(_ instance: SimulatedInstance, _ kind: ProbeKind, _ number: UInt64) {
        let answer = instance.answer(kind, at: now)
        feed(services[instance.service], .probed(instance.id, kind, number: number, answer))
    }

    private func forget(_ id: InstanceID, of service: SimulatedService) {
        // Its folder goes when the log is drained; now and then that is after hostd's own end.
        if let instance = service.instance(id), instance.isOver, scenario.chance(0.7) {
            service.instances.removeAll { $0 === instance }
        }
    }
}

extension HostMachine.Event {
    /// Short, for a trace; nil for what happens all the time.
    fileprivate var text: String? {
        switch self {
        case .service(_, .wake), .service(_, .notified): nil
        case .service(let name, .probed(let id, let kind, let number, let answer)):
            answer.ok ? nil : "\(name): \(kind.rawValue) \(number) of \(id) is bad"
        case .service(let name, .started(let id, let process, _)): "\(name): \(id) runs as pid \(process.pid)"
        case .service(let name, .exited(let id, let report, let isEmpty)):
            "\(name): \(id) \(report.text)\(isEmpty ? ", nothing left" : "")"
        case .service(let name, let event): "\(name): \(event)"
        case .stop(let names, let author): "stop of \(names.sorted()) by \(author)"
        case .restart(let names, let cause): "restart of \(names.sorted()): \(cause.text)"
        case .configure(let services, _): "a configuration of \(services.count) services"
        case .away(let time): "away for \(time.text)"
        case .conditions(let critical): "critical conditions: \(critical.map(\.rawValue))"
        case .shutDown: "shutdown"
        }
    }
}
