// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// The forecast on traces as disks have them. A naive one (least squares over what was seen) is wrong on most of them.
struct DiskForecastTests {
    private static let gibibyte = 1_073_741_824.0

    /// The shortest forecast of all minutes of a trace, in hours; nil where there never was one.
    private func shortest(hours: Int, _ available: (_ minute: Int) -> Double) -> Double? {
        var series = SampleSeries()
        var shortest: Double?
        for minute in 0..<hours * 60 {
            let now = Instant.zero + .seconds(minute * 60)
            let bytes = available(minute) * Self.gibibyte
            series.note(bytes, at: now)
            // Odd, so that it falls into step with nothing.
            guard minute % 7 == 0 else { continue }
            guard let time = DiskForecast(series, at: now).timeUntilFull(availableBytes: UInt64(bytes)) else {
                continue
            }
            shortest = min(shortest ?? .infinity, time.seconds / 3600)
        }
        return shortest
    }

    /// What least squares over the last hour say at the worst minute of a trace, in hours: what a naive watch goes by.
    private func naive(hours: Int, _ available: (_ minute: Int) -> Double) -> Double {
        var shortest = Double.infinity
        for end in stride(from: 60, to: hours * 60, by: 7) {
            let values = (end - 60..<end).map(available)
            let mean = values.reduce(0, +) / 60
            var slope = 0.0
            for (index, value) in values.enumerated() { slope += (Double(index) - 29.5) * (value - mean) / 17995 }
            if slope < 0 { shortest = min(shortest, available(end) / -slope / 60) }
        }
        return shortest
    }

    /// Traces that fill nothing: an upgrade, a backup each night, logs that are rotated every quarter of an hour, hour
    /// and two hours.
    private static let harmless: [@Sendable (Int) -> Double] = [
        upgrade, nightly, { sawtooth($0, period: 15) }, { sawtooth($0, period: 60) }, { sawtooth($0, period: 120) },
    ]

    @Sendable private static func upgrade(_ minute: Int) -> Double { 20 - 0.4 * Double(min(max(minute - 300, 0), 10)) }

    @Sendable private static func nightly(_ minute: Int) -> Double {
        let after = Double((minute + 1260) % 1440)
        return after < 60 ? 20 - after / 10 : after < 120 ? 14 : 20
    }

    private static func sawtooth(_ minute: Int, period: Int) -> Double {
        10 - 4 * Double(minute % period) / Double(period)
    }

    @Test func aNaiveForecastIsWrongWhereThisOneIsSilent() {
        let naiveAlarms = Self.harmless.count { naive(hours: 24, $0) < 24 }
        // The first hours of a sawtooth are a fill, as far as anybody can know.
        let alarms = Self.harmless.count { trace in
            var series = SampleSeries()
            var isWrong = false
            for minute in 0..<24 * 60 {
                let now = Instant.zero + .seconds(minute * 60)
                series.note(trace(minute) * Self.gibibyte, at: now)
                guard minute > 480, minute % 7 == 0 else { continue }
                let time = DiskForecast(series, at: now).timeUntilFull(
                    availableBytes: UInt64(trace(minute) * Self.gibibyte))
                isWrong = isWrong || (time ?? .seconds(1_000_000)) < .seconds(86400)
            }
            return isWrong
        }
        #expect(naiveAlarms == Self.harmless.count && alarms == 0, "\(naiveAlarms) and \(alarms)")
    }

    @Test func aSteadyFillIsForetold() throws {
        // 2 GiB an hour of 20: after two hours 16 are left, for eight hours.
        var series = SampleSeries()
        for minute in 0..<120 {
            series.note((20 - Double(minute) / 30) * Self.gibibyte, at: .zero + .seconds(minute * 60))
        }
        let forecast = DiskForecast(series, at: .zero + .seconds(119 * 60))
        let time = try #require(forecast.timeUntilFull(availableBytes: UInt64(16 * Self.gibibyte)))
        #expect(abs(time.seconds / 3600 - 8) < 0.1)
    }

    @Test func noiseDoesNotHideASteadyFill() throws {
        var noise = SplitMix64(seed: 7)
        var series = SampleSeries()
        for minute in 0..<360 {
            let odd = Double(noise.next() % 1000) / 1000 - 0.5
            series.note((20 - Double(minute) / 30 + odd * 0.05) * Self.gibibyte, at: .zero + .seconds(minute * 60))
        }
        let forecast = DiskForecast(series, at: .zero + .seconds(359 * 60))
        let time = try #require(forecast.timeUntilFull(availableBytes: UInt64(8 * Self.gibibyte)))
        #expect(time.seconds / 3600 > 3.2 && time.seconds / 3600 < 4.8)
    }

    @Test func anUpgradeThatWritesMuchInAFewMinutesIsNoTrend() {
        // 4 of 20 GiB within ten minutes, once.
        let hours = shortest(hours: 12) { minute in 20 - 0.4 * Double(min(max(minute - 300, 0), 10)) }
        #expect(hours == nil || (hours ?? 0) > 24)
    }

    @Test func aBurstEveryNightIsNoTrend() {
        // 6 of 20 GiB within an hour, gone again an hour later, each day at three.
        let hours = shortest(hours: 72) { minute in
            let after = Double((minute + 1440 - 180) % 1440)
            return after < 60 ? 20 - after / 10 : after < 120 ? 14 : 20
        }
        #expect(hours == nil || (hours ?? 0) > 24)
    }

    @Test(arguments: [15, 60, 120])
    func aLogThatIsRotatedAgainAndAgainIsNoTrend(period: Int) {
        let hours = shortest(hours: 24) { minute in 10 - 4 * Double(minute % period) / Double(period) }
        // While it has seen no rotation nobody could know better.
        #expect(hours == nil || (hours ?? 0) > (period < 60 ? 24 : 1))
        // Afterwards it does.
        let later = shortest(hours: 24) { minute in
            minute < 480 ? 10 - 4 * Double(minute % period) / Double(period) : 10
        }
        #expect(later == nil || (later ?? 0) > (period < 60 ? 24 : 1))
    }

    @Test func roomThatComesBackIsNoTrend() {
        #expect(shortest(hours: 24) { 5 + Double($0) / 100 } == nil)
        #expect(shortest(hours: 24) { _ in 5 } == nil)
    }

    @Test func tooLittleSeenIsNoForecast() {
        #expect(shortest(hours: 1) { 20 - Double($0) / 10 } == nil)
    }

    @Test func aFillThatIsTooFastForTheLongWindowIsSeenByTheShortOne() {
        var series = SampleSeries()
        for minute in 0..<10 {
            series.note((10 - 0.5 * Double(minute)) * Self.gibibyte, at: .zero + .seconds(minute * 60))
        }
        let forecast = DiskForecast(series, at: .zero + .seconds(540))
        let left = UInt64(5.5 * Self.gibibyte)
        #expect(forecast.timeUntilFull(availableBytes: left) == nil)
        #expect(forecast.isFillingFast(availableBytes: left, to: Self.gibibyte))
        #expect(!forecast.isFillingFast(availableBytes: left * 4, to: Self.gibibyte))
    }
}
