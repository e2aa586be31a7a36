// SPDX-License-Identifier: Apache-2.0

import HostSimulation
import Testing

/// How often the rule for rolling back is wrong, and how soon it is right. `hostd-bench rules` shows more.
struct RuleTests {
    private static let trial = RuleTrial(trials: 200)

    private static func run(_ rule: RuleTrial.Rule, _ candidate: Double, _ stable: Double) -> RuleTrial.Result {
        trial.run(rule, candidate: candidate, stable: stable, seed: 4711)
    }

    @Test(arguments: [0.02, 0.05, 0.10]) func aCandidateThatIsAsGoodIsSeldomRolledBack(rate: Double) {
        let hostd = Self.run(.hostd, rate, rate)
        #expect(hostd.rolledBack <= 0.10, "\(hostd)")
        #expect(
            Self.run(.eager, rate, rate).rolledBack > hostd.rolledBack + 0.05, "looking often needs a stricter rule")
    }

    @Test func aCandidateThatIsWorseIsRolledBackSoon() {
        let worse = Self.run(.hostd, 0.20, 0.05)
        #expect(worse.rolledBack >= 0.93 && worse.meanJobs.map { $0 < 35 } ?? false, "\(worse)")
        let bad = Self.run(.hostd, 0.40, 0.05)
        #expect(bad.rolledBack >= 0.99 && bad.meanJobs.map { $0 < 14 } ?? false, "\(bad)")
        #expect(Self.run(.lastTen, 0.20, 0.05).rolledBack < 0.7, "half of ten is much")
    }

    @Test func onlyACandidateThatIsAboutAsGoodHolds() {
        #expect(Self.run(.hostd, 0.01, 0.05).held > 0.9)
        #expect(Self.run(.hostd, 0.20, 0.05).held < 0.03)
    }
}
