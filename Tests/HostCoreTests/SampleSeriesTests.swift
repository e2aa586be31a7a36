// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct SampleSeriesTests {
    private func minute(_ minute: Int, _ second: Int = 0) -> Instant { .zero + .seconds(minute * 60 + second) }

    @Test func aMinuteIsTheMedianOfItsSamplesSoThatASpikeLeavesNoMark() {
        var series = SampleSeries()
        for (second, value) in [(0, 10.0), (10, 11), (20, 900), (30, 10), (40, 12)] {
            series.note(value, at: minute(5, second))
        }
        series.note(20, at: minute(6))
        #expect(series.points == [.init(at: minute(5), value: 11), .init(at: minute(6), value: 20)])
    }

    @Test func itNeverHoldsMoreThanItsCapacityAndTheOldestGo() {
        var series = SampleSeries(capacity: 10)
        for number in 0..<1000 { series.note(Double(number), at: minute(number)) }
        #expect(series.points.map(\.value) == (990..<1000).map(Double.init))
    }

    @Test func aMinuteWithoutSamplesHasNoPoint() {
        var series = SampleSeries()
        series.note(1, at: minute(0))
        series.note(2, at: minute(9))
        #expect(series.points.map(\.at) == [minute(0), minute(9)])
    }

    @Test func whatIsLateOrNoNumberIsLeftOut() {
        var series = SampleSeries()
        series.note(1, at: minute(5))
        series.note(7, at: minute(4))
        series.note(.nan, at: minute(5))
        series.note(.infinity, at: minute(6))
        #expect(series.points.map(\.value) == [1])
    }

    @Test func itGoesOnFromWhatWasKept() {
        var series = SampleSeries(capacity: 3)
        for number in 0..<3 { series.note(Double(number), at: minute(number)) }
        var next = SampleSeries(capacity: 3)
        next.goOn(from: series.points)
        #expect(next.points == series.points)
        next.note(3, at: minute(5))
        #expect(next.points.map(\.value) == [1, 2, 3])
        var early = SampleSeries()
        early.note(7, at: minute(1))
        early.goOn(from: series.points)
        #expect(early.points.map(\.value) == [0, 7])
    }

    @Test func onlyTheLastPartIsAskedFor() {
        var series = SampleSeries()
        for number in 0..<60 { series.note(Double(number), at: minute(number)) }
        #expect(series.points(within: .seconds(300), of: minute(60)).map(\.value) == [55, 56, 57, 58, 59])
    }

    @Test func aColumnOfAPictureShowsTheWorstOfItsPartAndNothingWhereNothingWasSeen() {
        var series = SampleSeries()
        for number in 0..<10 { series.note(Double(number), at: minute(number)) }
        for number in 30..<40 { series.note(Double(number), at: minute(number)) }
        #expect(series.columns(4, within: .seconds(2400), of: minute(40)) == [9, nil, nil, 39])
        #expect(series.columns(4, within: .seconds(2400), of: minute(40), worse: min) == [0, nil, nil, 30])
    }
}
