// SPDX-License-Identifier: Apache-2.0

import HostSimulation

/// How often the rule that rolls a candidate back is wrong, and how soon it is right, beside two naive ones.
func runRulesBench(_ arguments: [String]) -> Int {
    guard let trials = Int(option("--trials", in: arguments) ?? "2000"), (1...1_000_000).contains(trials) else {
        say("hostd-bench: --trials is no whole number from 1 to 1000000")
        return 2
    }
    let trial = RuleTrial(trials: trials)
    say("\(trials) candidates each, at most \(trial.jobs) jobs; 400 jobs of the stable model are known.")
    say("Rolled back, and after how many jobs on average:")
    var rolledBack = TextTable("fails (stable)", "hostd", "P > 95 % from 5 jobs", "half of the last 10")
    var held = TextTable("fails (stable)", "held within \(trial.jobs) jobs, by hostd")
    for (candidate, stable) in [
        (0.02, 0.02), (0.05, 0.05), (0.10, 0.10), (0.20, 0.20), (0.10, 0.05), (0.20, 0.05), (0.30, 0.10), (0.40, 0.05),
        (0.70, 0.05),
    ] {
        let name = "\(percent(candidate)) (\(percent(stable)))"
        let results = RuleTrial.Rule.allCases.map { trial.run($0, candidate: candidate, stable: stable, seed: 1) }
        rolledBack.add(
            [name]
                + results.map { result in
                    "\(decimal(result.rolledBack * 100, 1)) %, " + (result.meanJobs.map { decimal($0, 1) } ?? "none")
                })
        held.add(name, results.first.map { "\(decimal($0.held * 100, 1)) %" } ?? "")
    }
    rolledBack.show()
    say("")
    held.show()
    return 0
}

private func percent(_ share: Double) -> String { "\(decimal(share * 100, 0)) %" }
