// SPDX-License-Identifier: Apache-2.0

import HostCore

/// hostd's part: the same order of snapshot and effect as HostRuntime.
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

    private func take(_ event: HostMachine.Event) {
        guard let effects = machine?.handle(event, at: now) else { return }
        summary.events += 1
        carryOut(effects, of: event.names)
    }

    func carryOut(_ effects: [HostMachine.Effect], of names: Set<ServiceName>) {
        var touched = names
        for case .service(let name, _) in effects { touched.insert(name) }
        writeSnapshots(touched)
        for effect in effects {
            if let left = effectsToLive {
                if left == 0 { return hostdIsKilled() }
                effectsToLive = left - 1
            }
            guard case .service(let name, let effect) = effect else { continue }
            carryOut(effect, of: name)
        }
        writeSnapshots(touched)
        for name in touched {
            guard let deadline = machine?.services[name]?.deadline, timers[name] != deadline else { continue }
            timers[name] = deadline
            queue.plan(.wake(name, at: deadline, life: life), at: max(deadline, now))
        }
        checker.look(machine, at: now)
    }

    private func writeSnapshots(_ names: Set<ServiceName>) {
        for name in names { snapshots[name] = machine?.services[name]?.snapshot }
    }

    private func carryOut(_ effect: ServiceEffect, of name: ServiceName) {
        switch effect {
        case .checkPorts(let ports):
            let taken = portTaken.contains(name) ? ports.first.map { PortHolder(port: $0, holder: "a stranger") } : nil
            inbox.append(.service(name, .portsChecked(taken)))
        case .launch(let instance): launch(instance, of: name)
        case .signal(let instance, _, _): signal(instance, of: name)
        case .endTree(let instance, _):
            note("\(instance): SIGKILL to its tree")
            queue.plan(.treeKilled(instance), at: now + .milliseconds(1))
        case .sweep(let instance): queue.plan(.sweepDone(instance, life: life), at: now + .milliseconds(5))
        case .ask(let instance, let kind, let number):
            if !isCalm, scenario.chance(0.02) { return }  // the answer is lost
            let takes = scenario.duration(0.001...1)
            queue.plan(.probeAnswered(instance, kind, number: number, life: life), at: now + takes)
        case .mark(let mark):
            // A store that fails keeps the write pending; what counts is that it is written in the end.
            marks[name] = mark
        case .report(let report): note("\(name) \(report.kind.rawValue): \(report.reason)")
        case .forget(let instance): checker.forgotten(instance, instances: instances)
        case .findLastLine(let instance):
            inbox.append(.service(name, .lastLine(instance, "the last line")))
        }
    }

    private func launch(_ instance: InstanceID, of name: ServiceName) {
        guard let specification = specifications[name] else { return }
        summary.launches += 1
        checker.launched(instance, instances: instances, at: now)
        let behaviour = scenario.behaviour(specification, calm: isCalm)
        if behaviour.launch == .spawnFails {
            inbox.append(.service(name, .launchFailed(instance, "cannot clone: Resource temporarily unavailable")))
            return
        }
        instances[instance] = SimulatedInstance(instance: instance, behaviour: behaviour, launchedAt: now)
        queue.plan(.keeperReports(instance), at: now + scenario.duration(0.0005...0.01))
    }

    private func signal(_ instance: InstanceID, of name: ServiceName) {
        guard var found = instances[instance] else { return }
        found.stopSignals += 1
        instances[instance] = found
        checker.signalled(instance, count: found.stopSignals)
        if found.mainLives, !found.isHung(at: now), let takes = found.behaviour.stopTakes {
            queue.plan(.mainEnds(instance, .signal(15)), at: now + takes)
        }
        inbox.append(.service(name, .signalled(instance)))
    }

    func hostdIsKilled() {
        note("hostd is killed")
        summary.hostdKills += 1
        checker.hostdKilled()
        machine = nil
        life += 1
        effectsToLive = nil
        queue.plan(.hostdReturns, at: now + scenario.duration(0.001...30))
    }

    /// hostd starts: from the snapshots where there are some, else from the marks, then by looking at the world.
    func hostdReturns() {
        guard machine == nil else { return }
        note("hostd starts")
        let services = specifications.values.sorted { $0.name < $1.name }.map { specification in
            snapshots[specification.name].flatMap {
                ServiceMachine(specification, from: $0, seed: seed &+ UInt64(life), at: now)
            } ?? ServiceMachine(
                specification, mark: marks[specification.name], reason: "not started yet", seed: seed, at: now)
        }
        machine = HostMachine(services)
        timers.removeAll()
        for service in services {
            let name = service.specification.name
            if snapshots[name] == nil {
                if specifications[name]?.autostart == true, marks[name] == nil {
                    feed(.service(name, .start(by: .host)))
                }
                continue
            }
            carryOut(machine?.resume(name, at: now) ?? [], of: [name])
            guard machine != nil else { return }
            drainInbox()
            if let instance = service.state.instance {
                for event in findings(instance) { feed(.service(name, event)) }
            }
            feed(.service(name, .wake))
        }
        if isShuttingDown { feed(.shutDown) }
    }

    private func drainInbox() {
        guard !inbox.isEmpty else { return }
        let first = inbox.removeFirst()
        feed(first)
    }
}

extension HostMachine.Event {
    fileprivate var names: Set<ServiceName> {
        switch self {
        case .service(let name, _): [name]
        case .stop(let names, _): names
        case .shutDown: []
        }
    }
}
