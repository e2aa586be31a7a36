// SPDX-License-Identifier: Apache-2.0

import HostSimulation
import Testing

/// Whole hosts under seeded faults. CI runs many more seeds: `hostd-bench simulate --seconds 60`.
struct SimulationTests {
    @Test(arguments: [1...12, 13...24, 25...36, 37...48] as [ClosedRange<UInt64>])
    func everyPromiseIsKeptUnderFaults(_ seeds: ClosedRange<UInt64>) throws {
        var total = SimulationSummary()
        for seed in seeds { total.add(try Simulation.run(seed: seed)) }
        #expect(total.hostdKills > 50 && total.reboots > 5 && total.launches > 200, "there were faults: \(total)")
    }

    @Test func theSameSeedDoesTheSame() throws {
        let first = try Simulation.run(seed: 7, faultySeconds: 1000)
        let second = try Simulation.run(seed: 7, faultySeconds: 1000)
        #expect(first == second)
        #expect(try Simulation.run(seed: 8, faultySeconds: 1000) != first)
    }

    @Test func withoutFaultsAHostComesUpAndStops() throws {
        let summaries = try (1...8).map { try Simulation.run(seed: $0, faultySeconds: 0) }
        #expect(summaries.allSatisfy { $0.reboots == 0 })
        #expect(
            summaries.contains { $0.hostdKills == 0 }, "some hosts are told to stop twice, and hostd killed between")
    }

    @Test func disksAndMemoryKeepTheirPromisesOverFillsLeaksAndFlapping() throws {
        for seed in UInt64(1)...20 {
            try DiskSimulation.run(seed: seed)
            try MemorySimulation.run(seed: seed)
        }
    }
}
