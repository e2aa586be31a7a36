// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// How the level of a condition follows what is read.
@Suite struct ConditionMachineTests {
    private static let patience = ConditionMachine.Patience(
        warn: .seconds(30), critical: .seconds(10), clear: .seconds(60))

    private var machine = ConditionMachine(patience: patience, at: .zero)

    /// Feeds readings each five seconds; the level after each.
    private mutating func levels(
        _ readings: [ConditionMachine.Reading], from seconds: Int = 0
    ) -> [ConditionLevel] {
        readings.enumerated().map { index, reading in
            _ = machine.handle(reading, at: .zero + .seconds(seconds + 5 * index))
            return machine.level
        }
    }

    @Test mutating func itRisesOnlyWhenAReadingLasts() {
        #expect(levels(Array(repeating: .init(.warn), count: 7)) == Array(repeating: .ok, count: 6) + [.warn])
    }

    @Test mutating func criticalHasAPatienceOfItsOwn() {
        #expect(levels(Array(repeating: .init(.critical), count: 3)) == [.ok, .ok, .critical])
    }

    @Test mutating func oneGoodReadingBeginsThePatienceAnew() {
        let readings: [ConditionMachine.Reading] =
            [.init(.critical), .init(.critical), .init(.ok), .init(.critical), .init(.critical)]
        #expect(levels(readings).allSatisfy { $0 == .ok })
    }

    @Test mutating func itFallsSlowlyAndToTheWorstOfWhatWasReadMeanwhile() {
        _ = levels(Array(repeating: .init(.critical), count: 3))
        let readings: [ConditionMachine.Reading] = [.init(.ok), .init(.warn)] + Array(repeating: .init(.ok), count: 11)
        let seen = levels(readings, from: 15)
        #expect(seen.dropLast().allSatisfy { $0 == .critical } && seen.last == .warn)
        #expect(levels(Array(repeating: .init(.ok), count: 13), from: 80).last == .ok)
    }

    @Test mutating func betweenTheThresholdsItStays() {
        _ = levels(Array(repeating: .init(.critical), count: 3))
        let held = Array(repeating: ConditionMachine.Reading(.ok, heldAt: .critical), count: 100)
        #expect(levels(held, from: 15).allSatisfy { $0 == .critical })
    }

    @Test mutating func whileItFlapsItDoesNotFall() {
        _ = levels(Array(repeating: .init(.critical), count: 3))
        for round in 0..<40 {
            _ = machine.handle(.init(round.isMultiple(of: 2) ? .ok : .critical), at: .zero + .seconds(15 + round * 70))
            #expect(machine.level == .critical)
        }
        #expect(machine.isFlapping)
        let calm = levels(Array(repeating: .init(.ok), count: 40), from: 15 + 40 * 70)
        #expect(calm.last == .ok && !machine.isFlapping)
    }

    @Test mutating func itSaysSinceWhenTheLevelIsWhatItIs() {
        _ = levels(Array(repeating: .init(.critical), count: 9))
        #expect(machine.since == .zero + .seconds(10))
    }

    @Test func whateverIsReadALevelChangesNoFasterThanItsPatienceAllows() {
        for seed in UInt64(1)...200 {
            var random = SplitMix64(seed: seed)
            var machine = ConditionMachine(patience: Self.patience, at: .zero)
            var lastFall = Instant.zero
            var now = Instant.zero
            for _ in 0..<500 {
                now = now + .milliseconds(Int64(random.next() % 9000))
                let level = ConditionLevel.allCases[Int(random.next() % 3)]
                let held = ConditionLevel.allCases[Int(random.next() % 3)]
                let before = machine.level
                let changed = machine.handle(.init(level, heldAt: held), at: now)
                #expect(changed == (machine.level != before))
                if machine.level < before {
                    #expect(now - lastFall >= Self.patience.clear, "seed \(seed)")
                    lastFall = now
                }
            }
        }
    }
}
