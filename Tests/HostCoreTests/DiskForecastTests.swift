// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostSimulation
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

    @Test func aNaiveForecastIsWrongWhereThisOneIsSilent() {
        let naiveAlarms = DiskTrace.harmless.count { trace in
            stride(from: 60, to: 24 * 60, by: 7).contains {
                trace.naiveHoursUntilFull(minute: $0).map { $0 < 24 } == true
            }
        }
        // The first hours of a sawtooth are a fill, as far as anybody can know.
        let alarms = DiskTrace.harmless.count { trace in
            var series = SampleSeries()
            var isWrong = false
            for minute in 0..<24 * 60 {
                let now = Instant.zero + .seconds(minute * 60)
                let bytes = trace.reading(minute: Double(minute)).availableBytes
                series.note(Double(bytes), at: now)
                guard minute > 480, minute % 7 == 0 else { continue }
                let time = DiskForecast(series, at: now).timeUntilFull(availableBytes: bytes)
                isWrong = isWrong || (time ?? .seconds(1_000_000)) < .seconds(86400)
            }
            return isWrong
        }
        let all = DiskTrace.harmless.count
        #expect(naiveAlarms == all && alarms == 0, "\(naiveAlarms) and \(alarms)")
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
