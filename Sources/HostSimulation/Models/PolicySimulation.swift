// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Runs hosts whose policy changes under seeded faults. The same seed does the same.
public enum PolicySimulation {
    /// One host: so many days of virtual time with edits, crashes and failing targets, then calm until all targets have
    /// the policy in force, and after that once more until they have one that was rolled back to.
    public static func run(seed: UInt64, faultyDays: Int64 = 16) throws(SimulationFailure) -> SimulationSummary {
        try Reproduction.run { traced throws(SimulationFailure) in
            try run(seed: seed, faultyDays: faultyDays, traced: traced)
        }
    }

    private static func run(
        seed: UInt64, faultyDays: Int64, traced: Bool
    ) throws(SimulationFailure) -> SimulationSummary {
        let world = PolicyWorld(seed: seed, traced: traced)
        let begin = world.now
        world.start()
        world.queue.plan(.edits(left: 0), at: begin + .seconds(1))
        world.queue.plan(.polls, at: begin + .seconds(60))
        world.queue.plan(.launches, at: begin + .seconds(2))
        world.queue.plan(.looks, at: begin + .seconds(30))
        world.queue.plan(.personActs, at: begin + .seconds(40_000))
        world.queue.plan(.crashes, at: begin + .seconds(700))
        try world.run(until: begin + .seconds(faultyDays * 86_400))
        world.isCalm = true
        try world.settle()
        if case .right(let proposal) = world.file, world.isFileNewest {
            world.require(
                world.machine?.inForce?.proposal.digest == proposal.digest, "the last edit is not in force")
        }
        let old = world.rollBack()
        try world.settle()
        // The file still says something else, and is read again by another hostd.
        world.crash()
        try world.settle()
        world.require(
            old == nil || world.machine?.inForce?.policy == old?.policy, "the rollback is not in force")
        if let violation = world.violation { throw world.fail(violation) }
        world.summary.elapsedSeconds = (world.now - begin).seconds
        return world.summary
    }
}

extension PolicyWorld {
    /// Nothing fails any more: within an hour hostd is back, and every target has what is in force.
    fileprivate func settle() throws(SimulationFailure) {
        try run(until: now + .seconds(3600))
        guard let machine else { throw fail("hostd is not back") }
        guard let inForce = machine.inForce else { return }
        require(machine.behind.isEmpty, "\(machine.behind) never got generation \(inForce.number)")
        checkTargets(inForce.number)
        if let violation { throw fail(violation) }
    }
}
