// SPDX-License-Identifier: Apache-2.0

import HostSimulation
import Testing

/// Whole hosts with jobs under seeded faults. CI runs many more seeds: `hostd-bench simulate --part jobs`.
struct JobSimulationTests {
    @Test(arguments: [1...15, 16...30, 31...45, 46...60] as [ClosedRange<UInt64>])
    func everyJobGetsThereOnceWhateverHappens(_ seeds: ClosedRange<UInt64>) throws {
        var total = SimulationSummary()
        for seed in seeds { total.add(try JobSimulation.run(seed: seed)) }
        #expect(total.hostdKills > 100 && total.reboots > 5 && total.launches > 100, "there were faults: \(total)")
    }

    @Test func theSameSeedDoesTheSame() throws {
        let first = try JobSimulation.run(seed: 7, faultySeconds: 1000)
        let second = try JobSimulation.run(seed: 7, faultySeconds: 1000)
        #expect(first == second)
        #expect(try JobSimulation.run(seed: 8, faultySeconds: 1000) != first)
    }
}
