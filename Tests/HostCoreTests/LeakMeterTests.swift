// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct LeakMeterTests {
    private static let mebibyte = 1_048_576.0

    /// The pace after so many minutes, in MiB an hour.
    private func pace(minutes: Int, _ mebibytes: (_ minute: Int) -> Double) -> Double? {
        var meter = LeakMeter()
        for minute in 0..<minutes {
            meter.note(UInt64(mebibytes(minute) * Self.mebibyte), at: .zero + .seconds(minute * 60))
        }
        return meter.bytesPerHour(at: .zero + .seconds((minutes - 1) * 60)).map { $0 / Self.mebibyte }
    }

    @Test func aLeakHasItsPaceThroughTheNoiseOfAGarbageCollector() throws {
        var noise = SplitMix64(seed: 3)
        let found = try #require(pace(minutes: 180) { 300 + Double($0) * 220 / 60 + 40 * noise.unit() })
        #expect(abs(found - 220) < 25, "\(found)")
    }

    @Test func aCacheThatIsEmptiedAgainAndAgainHasNone() throws {
        let found = try #require(pace(minutes: 240) { 300 + 200 * Double($0 % 40) / 40 })
        #expect(abs(found) < 25, "\(found)")
    }

    @Test func theFirstMinutesSayNothing() {
        #expect(pace(minutes: 14) { 100 + Double($0) * 10 } == nil)
    }

    @Test func whatIsGoneWithinAMinuteShowsInTheLastReadings() throws {
        var meter = LeakMeter()
        for second in stride(from: 0, to: 20, by: 2) {
            meter.note(UInt64((100 + 10 * Double(second)) * Self.mebibyte), at: .zero + .seconds(second))
        }
        #expect(meter.bytesPerHour(at: .zero + .seconds(20)) == nil)
        let found = try #require(meter.recentBytesPerHour(at: .zero + .seconds(20)))
        #expect(abs(found / Self.mebibyte - 36_000) < 1)
    }
}
