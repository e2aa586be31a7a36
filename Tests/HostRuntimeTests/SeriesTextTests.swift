// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

@testable import HostRuntime

struct SeriesTextTests {
    private static let now = Instant.zero + .seconds(200_000)
    private static let clock = WallClock(now: now, last: nil)
    private static let points = [0, 1, 2, 5, 6].map {
        SampleSeries.Point(at: now - .seconds(3600) + .seconds($0 * 60), value: 61.5 + Double($0) * 1_000_000)
    }

    @Test func whatIsWrittenIsReadAgainWithItsGaps() throws {
        let series = ["/var/lib/a b": Self.points, "none": []]
        let text = SeriesText.text(series, Self.clock)
        #expect(text.hasSuffix("61.5 1000061.5 2000061.5 . . 5000061.5 6000061.5\n"))
        let read = try #require(SeriesText.series(text, Self.clock, at: Self.now)["/var/lib/a b"])
        #expect(read.map(\.value) == Self.points.map(\.value))
        #expect(zip(read, Self.points).allSatisfy { abs(($0.at - $1.at).seconds) <= 30 })
        // What was read is written as it was.
        #expect(SeriesText.text(["/var/lib/a b": read], Self.clock) == text)
    }

    @Test func afterABootTheSameWallTimeIsAnotherInstant() throws {
        let text = SeriesText.text(["/": Self.points], Self.clock)
        // The host was booted ten minutes ago.
        let now = Instant.zero + .seconds(600)
        let read = SeriesText.series(text, WallClock(now: now, last: nil), at: now)
        let first = try #require(read["/"]?.first)
        #expect(abs((now - first.at).seconds - 3600) < 35)
        #expect(read["/"]?.count == 5)
    }

    @Test func noMoreThanADayIsKeptAndNothingThatLiesAhead() {
        let days = (0..<5000).map { SampleSeries.Point(at: Self.now - .seconds((4999 - $0) * 60), value: 1) }
        let text = SeriesText.text(["/": days], Self.clock)
        #expect(SeriesText.series(text, Self.clock, at: Self.now)["/"]?.count ?? 0 >= 1439)
        let earlier = Self.now - .seconds(6000)
        #expect(SeriesText.series(text, Self.clock, at: earlier)["/"]?.count ?? 0 <= 1341)
    }

    @Test(arguments: ["", "x", "x\n", "x\ny 1 2", "\n\n\n", "x\n1 nan inf", "x\n99999999999999999999 1"])
    func whatIsNoSeriesIsNone(text: String) {
        let series = SeriesText.series(text, Self.clock, at: Self.now)
        #expect(series.values.flatMap(\.self).isEmpty)
    }
}
