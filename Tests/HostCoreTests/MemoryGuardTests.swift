// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// When memory is short.
@Suite struct MemoryGuardTests {
    private var memory = MemoryGuard(at: .zero)

    private static func sample(
        available: UInt64, of total: UInt64 = 8 << 30, full: Double = 0, oomKills: UInt64 = 0
    ) -> MemorySample {
        MemorySample(totalBytes: total, availableBytes: available, fullPercent: full, oomKills: oomKills)
    }

    /// The same sample each second; what was said, and when.
    private mutating func hold(
        _ sample: MemorySample, from start: Int = 0, seconds: Int
    ) -> [(second: Int, effect: MemoryGuard.Effect)] {
        (start..<start + seconds).flatMap { second in
            memory.handle(sample, at: .zero + .seconds(second)).map { (second, $0) }
        }
    }

    @Test mutating func littleThatIsAvailableIsCriticalAfterTenSeconds() {
        let said = hold(Self.sample(available: 100 << 20), seconds: 20)
        #expect(said.map(\.second) == [0, 10])
        #expect(said.last?.effect == .say(.critical, reason: "100 MiB of 8 GiB are available"))
    }

    @Test mutating func aHostThatStandsStillIsCriticalWithMemoryLeft() {
        let said = hold(Self.sample(available: 2 << 30, full: 55), seconds: 20)
        #expect(
            said.last?.effect
                == .say(.critical, reason: "2 GiB of 8 GiB are available; for 55 % of the time nothing went on"))
    }

    @Test mutating func aLargeHostIsWellWithAShareThatWouldBeLittleOnASmallOne() {
        #expect(hold(Self.sample(available: 4 << 30, of: 256 << 30), seconds: 100).count == 1)
        #expect(memory.condition.level == .ok && !memory.isAlert)
    }

    @Test mutating func itIsOkOnlyWhenThereIsClearlyMoreThanWasTooLittle() {
        _ = hold(Self.sample(available: 100 << 20), seconds: 20)
        #expect(hold(Self.sample(available: 250 << 20), from: 20, seconds: 200).isEmpty)
        let said = hold(Self.sample(available: 4 << 30), from: 220, seconds: 100)
        #expect(said.map(\.second) == [280] && said.last?.effect == .say(.ok, reason: ""))
    }

    @Test mutating func anEndBySigkillIsPutDownToTheKernelOnlyWhenItEndedSomethingJustThen() {
        _ = hold(Self.sample(available: 4 << 30, oomKills: 3), seconds: 1)
        let later = Instant.zero + .seconds(7)
        #expect(memory.suspicion(oomKills: 3, at: later) == nil)
        #expect(memory.suspicion(oomKills: nil, at: later) == nil)
        #expect(
            memory.suspicion(oomKills: 4, at: later)
                == "the kernel has ended a process for want of memory in the last 7 s")
    }

    @Test mutating func whatTheKernelEndedIsTold() {
        _ = hold(Self.sample(available: 4 << 30, oomKills: 3), seconds: 1)
        let said = hold(Self.sample(available: 4 << 30, oomKills: 5), from: 1, seconds: 2)
        #expect(said.map(\.effect) == [.oomKilled(2)])
    }
}
