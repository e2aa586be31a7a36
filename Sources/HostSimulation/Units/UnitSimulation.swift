// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Runs launches through a service manager under seeded faults. The same seed does the same.
public enum UnitSimulation {
    /// So many seconds of virtual time with faults, then calm until the last launch has run.
    public static func run(seed: UInt64, faultySeconds: Int64 = 1200) throws(SimulationFailure) -> SimulationSummary {
        try Reproduction.run { traced throws(SimulationFailure) in
            try run(seed: seed, faultySeconds: faultySeconds, traced: traced)
        }
    }

    private static func run(
        seed: UInt64, faultySeconds: Int64, traced: Bool
    ) throws(SimulationFailure) -> SimulationSummary {
        let world = UnitWorld(seed: seed, traced: traced)
        let begin = world.now
        world.feed(.begin)
        for number in 0..<world.scenario.number(1...5) {
            if let name = ServiceName("s\(number)") { world.later(.launches(name), 0...1) }
        }
        world.later(.breaks, 1...30)
        world.later(.restarts, 5...100)
        world.later(.hangs, 20...300)
        world.later(.cancels, 1...10)
        world.later(.strangers, 5...50)
        try world.run(until: begin + .seconds(faultySeconds))
        world.isCalm = true
        world.recover()
        try world.run(until: world.now + UnitBoard.patience + .seconds(5))
        // From here on nothing is excused.
        let calmSince = world.now
        try world.run(until: world.now + .seconds(60))
        let late = world.launches.filter { $0.value.began >= calmSince }
        world.require(!late.isEmpty, "nothing is launched any more")
        for (instance, launch) in late where world.now - launch.began > .seconds(2) {
            world.require(launch.outcome == .ran, "\(instance) did not run in calm weather: \(launch)")
        }
        if let violation = world.violation { throw world.fail(violation) }
        world.summary.elapsedSeconds = (world.now - begin).seconds
        return world.summary
    }
}
