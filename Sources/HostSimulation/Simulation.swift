// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Runs whole hosts under seeded faults. The same seed does the same.
public enum Simulation {
    /// One host: `faultySeconds` of virtual time with faults, then calm until all is well, then shutdown.
    public static func run(seed: UInt64, faultySeconds: Int64 = 3600) throws(SimulationFailure) -> SimulationSummary {
        try Reproduction.run { traced throws(SimulationFailure) in
            try run(seed: seed, faultySeconds: faultySeconds, traced: traced)
        }
    }

    private static func run(
        seed: UInt64, faultySeconds: Int64, traced: Bool
    ) throws(SimulationFailure) -> SimulationSummary {
        let host = SimulatedHost(seed: seed, traced: traced)
        let begin = host.now
        host.hostdReturns()
        host.queue.plan(.personActs, at: begin + .seconds(10))
        host.queue.plan(.faultStrikes, at: begin + .seconds(5))
        try host.run(until: begin + .seconds(faultySeconds))
        try calmDown(host)
        try shutDown(host)
        if host.scenario.chance(0.3) {
            // hostd is started again in the same boot: what it had stopped comes back.
            host.hostdIsKilled()
            host.isShuttingDown = false
            try calmDown(host)
            try shutDown(host)
        }
        host.summary.elapsedSeconds = (host.now - begin).seconds
        return host.summary
    }

    /// The cause is gone: whatever was in back-off or looping must be ready again.
    private static func calmDown(_ host: SimulatedHost) throws(SimulationFailure) {
        host.calmDown()
        // Instances whose bad end was already drawn still come to it, one after the other where they wait for another.
        let longest = host.services.map { $0.specification.restart.maxBackoff.seconds }.max() ?? 0
        let end = host.now + .seconds(Int64(longest) * 2 + 4000)
        while host.now < end {
            try host.run(until: host.now + .seconds(20))
            host.checker.checkBounds(at: host.now)
            if host.unwell() == nil { return }
        }
        throw host.fail(host.unwell() ?? "")
    }

    private static func shutDown(_ host: SimulatedHost) throws(SimulationFailure) {
        host.isShuttingDown = true
        let end = host.now + .seconds(4000)
        // hostd may be killed while it shuts down: it starts, takes back its services, and is told again.
        if host.scenario.chance(0.3) { host.stepsToLive = host.scenario.number(0...12) }
        host.feed(.shutDown)
        while host.now < end, !host.saidAllStopped {
            try host.run(until: host.now + .seconds(20))
            host.checker.checkBounds(at: host.now)
        }
        guard host.saidAllStopped else { throw host.fail("hostd did not say that all is stopped") }
        for service in host.services {
            guard host.machine != nil else { throw host.fail("hostd is gone") }
            if let view = host.view(service), !view.state.isDown {
                throw host.fail("\(service.name) is \(view.phase.rawValue) after the shutdown")
            }
            for instance in service.instances where !instance.isOver {
                throw host.fail("\(instance.id) outlived the shutdown")
            }
        }
    }
}

extension SimulatedHost {
    /// No more faults; what was broken works again.
    func calmDown() {
        isCalm = true
        stepsToLive = nil
        storeFailsUntil = now
        snapshotsMended()
        critical = []
        if machine != nil { feed(.conditions(critical)) }
        for service in services {
            service.isPortTaken = false
            for instance in service.instances { keeperGoesOn(instance) }
        }
    }

    /// The first thing that is not as it should be on a host without faults.
    func unwell() -> String? {
        guard machine != nil else { return "hostd did not come back" }
        for service in services {
            guard let view = view(service) else {
                let living = service.instances.first { !$0.isOver }
                if service.isConfigured { return "\(service.name) is unknown" }
                if let living { return "\(living.id) outlives its configuration" }
                continue
            }
            if !service.isConfigured { return "\(service.name) is \(view.phase.rawValue), and not configured" }
            if view.roll != .none { return "\(service.name) still waits for a roll" }
            if checker.records[service.index].queued?.mainLives == true { return "\(service.name) was not restarted" }
            if let wrong = unwell(service, view) { return wrong }
        }
        return nil
    }

    private func unwell(_ service: SimulatedService, _ view: ServiceMachine) -> String? {
        let shown = "\(service.name) is \(view.phase.rawValue) long after the faults: \(view.reason)"
        switch checker.records[service.index].wish {
        case .idle, .stopped, .held, .left:
            return view.state.isDown && service.instances.allSatisfy(\.isOver) ? nil : shown
        case .unknown: return shown
        case .up:
            if view.phase == .waiting, isWaitingForOneThatIsDown(service) { return nil }
            // Nobody asks it any more whether it is alive.
            if service.specification.live == nil, service.instances.last?.isHung(at: now) == true { return nil }
            guard view.phase == .ready, let id = view.state.instance, let instance = service.instance(id) else {
                return shown
            }
            return instance.mainLives && instance.behaviour.isHarmless ? nil : "\(id) is not to be relied on"
        }
    }

    private func isWaitingForOneThatIsDown(_ service: SimulatedService) -> Bool {
        services.contains { other in
            guard service.specification.after.contains(other.name), let view = view(other), !view.wasReady else {
                return false
            }
            return view.state.isDown || isWaitingForOneThatIsDown(other)
        }
    }
}
