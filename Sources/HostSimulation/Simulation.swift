// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Runs whole hosts under seeded faults. The same seed does the same.
public enum Simulation {
    /// One host: `faultySeconds` of virtual time with faults, then calm until all must be well, then shutdown.
    public static func run(seed: UInt64, faultySeconds: Int64 = 3600) throws(SimulationFailure) -> SimulationSummary {
        let host = SimulatedHost(seed: seed)
        let begin = host.now
        host.hostdReturns()
        host.queue.plan(.personActs, at: begin + .seconds(10))
        host.queue.plan(.faultStrikes, at: begin + .seconds(5))
        try host.run(until: begin + .seconds(faultySeconds))
        try calmDown(host)
        try shutDown(host)
        host.summary.elapsedSeconds = (host.now - begin).seconds
        return host.summary
    }

    /// The cause is gone: whatever was in back-off or looping must be ready again, and stay so.
    private static func calmDown(_ host: SimulatedHost) throws(SimulationFailure) {
        host.isCalm = true
        host.effectsToLive = nil
        host.portTaken.removeAll()
        // Instances whose bad end was already drawn still come to it.
        let worst = host.specifications.values.map { $0.restart.maxBackoff.seconds * 2 + $0.restart.window.seconds }
            .max()
        try host.run(until: host.now + .seconds(Int64(worst ?? 0) + 4000))
        guard let machine = host.machine else { throw host.fail("hostd did not come back") }
        for (name, service) in machine.services {
            switch service.phase {
            case .ready, .stopped, .held: continue
            case .waiting where isWaitingForStopped(service, in: machine): continue
            default: throw host.fail("\(name) is \(service.phase.rawValue) long after the faults: \(service.reason)")
            }
        }
    }

    private static func isWaitingForStopped(_ service: ServiceMachine, in machine: HostMachine) -> Bool {
        service.specification.after.contains { machine.services[$0].map { !$0.wasReady } ?? false }
    }

    private static func shutDown(_ host: SimulatedHost) throws(SimulationFailure) {
        host.isShuttingDown = true
        host.feed(.shutDown)
        try host.run(until: host.now + .seconds(4000))
        guard let machine = host.machine else { throw host.fail("hostd is gone") }
        for (name, service) in machine.services where !service.state.isDown {
            throw host.fail("\(name) is still \(service.phase.rawValue) after the shutdown")
        }
        for instance in host.instances.values where instance.treeLives {
            throw host.fail("\(instance.instance) outlived the shutdown")
        }
    }
}
