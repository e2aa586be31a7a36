// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import HostSimulation

/// Runs many seeds, prints what they did, and on a violation the seed, its trace and the command that shows it again.
///
/// `--seed S` runs that one, with `--seeds N` so many from there on, with `--seconds T` as many as fit in that time.
/// `--part services`, `--part jobs`, `--part policy` or `--part units` simulates those alone.
func runSimulateBench(_ arguments: [String]) -> Int {
    var numbers: [String: UInt64] = [:]
    for name in ["--seed", "--seeds", "--seconds"] {
        guard let text = option(name, in: arguments) else { continue }
        guard let number = UInt64(text), number < 1 << 32 else {
            say("hostd-bench: \(name) \(text) is no whole number below 2^32")
            return 2
        }
        numbers[name] = number
    }
    let part = option("--part", in: arguments) ?? "all"
    guard ["all", "services", "jobs", "policy", "units"].contains(part) else {
        say("hostd-bench: --part \(part) is not right (all, services, jobs, policy or units)")
        return 2
    }
    let first = numbers["--seed"] ?? 1
    let count = numbers["--seeds"] ?? (numbers["--seed"] == nil ? 1000 : 1)
    let began = Clock.now
    let end = numbers["--seconds"].map { began + .seconds(Int64($0)) }
    var total = SimulationSummary()
    var seed = first
    while end.map({ Clock.now < $0 }) ?? (seed < first + count) {
        do {
            if ["all", "services"].contains(part) { total.add(try Simulation.run(seed: seed)) }
            if ["all", "jobs"].contains(part) { total.add(try JobSimulation.run(seed: seed)) }
            if ["all", "policy"].contains(part) { total.add(try PolicySimulation.run(seed: seed)) }
            if ["all", "units"].contains(part) { total.add(try UnitSimulation.run(seed: seed)) }
        } catch {
            say("violation: \(error)")
            say("again with: hostd-bench simulate --seed \(seed) --part \(part)")
            return 1
        }
        seed += 1
    }
    say(
        "\(seed - first) seeds without a violation: \(total.events) events, \(total.launches) launches, "
            + "\(total.hostdKills) kills of hostd, \(total.reboots) reboots, "
            + "\(Int(total.elapsedSeconds / 3600)) h of virtual time in \((Clock.now - began).text)")
    return 0
}
