// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Runs hosts with jobs under seeded faults. The same seed does the same.
public enum JobSimulation {
    /// One host: `faultySeconds` of virtual time with faults, then calm until every job is over or held by a person.
    public static func run(seed: UInt64, faultySeconds: Int64 = 3600) throws(SimulationFailure) -> SimulationSummary {
        try Reproduction.run { traced throws(SimulationFailure) in
            try run(seed: seed, faultySeconds: faultySeconds, traced: traced)
        }
    }

    private static func run(
        seed: UInt64, faultySeconds: Int64, traced: Bool
    ) throws(SimulationFailure) -> SimulationSummary {
        let world = JobWorld(seed: seed, traced: traced)
        let begin = world.now
        world.hostdReturns()
        world.queue.plan(.submits, at: begin + .seconds(1))
        world.queue.plan(.personActs, at: begin + .seconds(60))
        world.queue.plan(.faultStrikes, at: begin + .seconds(5))
        try world.run(until: begin + .seconds(faultySeconds))
        world.calmDown()
        try settle(world)
        try world.checkFiles()
        world.summary.elapsedSeconds = (world.now - begin).seconds
        return world.summary
    }

    private static func settle(_ world: JobWorld) throws(SimulationFailure) {
        // The longest way: one place, all jobs one after the other, each stalled once.
        let end = world.now + .seconds(200_000)
        while world.now < end {
            try world.run(until: world.now + .seconds(60))
            if world.unwell() == nil { return }
        }
        throw world.fail(world.unwell() ?? "")
    }
}

extension JobWorld {
    /// Each job that succeeded has done all of its steps, once, in order.
    fileprivate func checkFiles() throws(SimulationFailure) {
        for (id, record) in store.jobs where record.phase == .succeeded {
            let steps = files[id] ?? []
            guard steps == Array(1...stepsOfEach) else {
                throw fail("job \(id) succeeded with the steps \(steps) of \(stepsOfEach)")
            }
        }
    }
}
