// SPDX-License-Identifier: Apache-2.0

import HostSimulation
import Testing

/// Policies that change under seeded faults. CI runs many more seeds: `hostd-bench simulate --part policy`.
struct PolicySimulationTests {
    @Test(arguments: [1...15, 16...30, 31...45, 46...60] as [ClosedRange<UInt64>])
    func everyPromiseOfThePolicyIsKeptUnderFaults(_ seeds: ClosedRange<UInt64>) throws {
        var total = SimulationSummary()
        for seed in seeds { total.add(try PolicySimulation.run(seed: seed)) }
        #expect(total.hostdKills > 500 && total.launches > 3000, "there were faults: \(total)")
    }

    @Test func theSameSeedDoesTheSame() throws {
        #expect(try PolicySimulation.run(seed: 7, faultyDays: 3) == PolicySimulation.run(seed: 7, faultyDays: 3))
        #expect(try PolicySimulation.run(seed: 8, faultyDays: 3) != PolicySimulation.run(seed: 7, faultyDays: 3))
    }
}
