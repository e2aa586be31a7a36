// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostSimulation

/// Runs many seeds, prints what they did, and on a violation the seed and its trace.
func runSimulateBench(_ arguments: [String]) -> Int {
    let first = option("--seed", in: arguments).flatMap { UInt64($0) } ?? 1
    let onlyOne = option("--seed", in: arguments) != nil && option("--seeds", in: arguments) == nil
    let count = option("--seeds", in: arguments).flatMap { UInt64($0) } ?? (onlyOne ? 1 : 1000)
    let end = option("--seconds", in: arguments).flatMap { Int64($0) }.map { Clock.now + .seconds($0) }
    var total = SimulationSummary()
    var seed = first
    let began = Clock.now
    while end.map({ Clock.now < $0 }) ?? (seed < first + count) {
        do {
            let one = try Simulation.run(seed: seed)
            total.events += one.events
            total.launches += one.launches
            total.hostdKills += one.hostdKills
            total.reboots += one.reboots
            total.elapsedSeconds += one.elapsedSeconds
        } catch {
            say("violation: \(error)")
            say("again with: hostd-bench simulate --seed \(seed)")
            return 1
        }
        seed += 1
    }
    let seeds = seed - first
    say(
        "\(seeds) seeds without a violation: \(total.events) events, \(total.launches) launches, "
            + "\(total.hostdKills) kills of hostd, \(total.reboots) reboots, "
            + "\(Int(total.elapsedSeconds / 3600)) h of virtual time in \((Clock.now - began).text)")
    return 0
}
