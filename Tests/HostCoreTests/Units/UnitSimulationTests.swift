// SPDX-License-Identifier: Apache-2.0

import HostSimulation
import Testing

/// Launches through a service manager that fails in all its ways. CI runs many more seeds: `hostd-bench simulate
/// --part units`.
struct UnitSimulationTests {
    @Test(arguments: [1...15, 16...30, 31...45, 46...60] as [ClosedRange<UInt64>])
    func eachLaunchComesToOneEndAndToNoneForNothing(_ seeds: ClosedRange<UInt64>) throws {
        var total = SimulationSummary()
        for seed in seeds { total.add(try UnitSimulation.run(seed: seed)) }
        #expect(total.hostdKills > 500 && total.launches > 3000, "there were faults: \(total)")
    }

    @Test func theSameSeedDoesTheSame() throws {
        #expect(try UnitSimulation.run(seed: 7, faultySeconds: 300) == UnitSimulation.run(seed: 7, faultySeconds: 300))
        #expect(try UnitSimulation.run(seed: 8, faultySeconds: 300) != UnitSimulation.run(seed: 7, faultySeconds: 300))
    }
}
