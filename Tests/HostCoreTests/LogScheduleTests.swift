// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// When a log file gives way to a new one, by age and by the local calendar day.
@Suite struct LogScheduleTests {
    /// A zone that changes its offset, in hours, at these times.
    private func zone(_ first: Int64, _ changes: (at: Int64, hours: Int64)...) -> (Int64) -> Int64 {
        { time in (changes.last { time >= $0.at }?.hours ?? first) * 3600 }
    }

    private func due(_ began: Int64, every: Duration = .zero, daily: Bool = true, _ offset: (Int64) -> Int64) -> Int64?
    {
        LogSchedule(every: every, isDaily: daily).due(beganMicroseconds: began * 1_000_000, offsetSeconds: offset)
            .map { $0 / 1_000_000 }
    }

    private let day: Int64 = 86400
    private let hour: Int64 = 3600

    @Test func withoutEitherAFileIsNeverTooOld() {
        #expect(due(0, daily: false, zone(0)) == nil)
    }

    @Test func aFileIsRotatedSoLongAfterItsFirstByte() {
        #expect(due(1000, every: .seconds(6 * 3600), daily: false, zone(5)) == 1000 + 6 * hour)
    }

    @Test func aDayEndsAtLocalMidnight() {
        #expect(due(10 * day + hour, zone(0)) == 11 * day)
        #expect(due(10 * day, zone(0)) == 11 * day)
        #expect(due(11 * day - 1, zone(0)) == 11 * day)
        // Two hours east: 23:00 in UTC is 01:00 of the next day.
        #expect(due(10 * day + 23 * hour, zone(2)) == 12 * day - 2 * hour)
        #expect(due(10 * day + 21 * hour, zone(2)) == 11 * day - 2 * hour)
        #expect(due(10 * day + 3 * hour, zone(-8)) == 10 * day + 8 * hour)
    }

    @Test func theEarlierOfBothCounts() {
        #expect(due(10 * day + hour, every: .seconds(60), zone(0)) == 10 * day + hour + 60)
        #expect(due(10 * day + hour, every: .seconds(7 * 86400), zone(0)) == 11 * day)
    }

    @Test func timesBefore1970AreFine() {
        #expect(due(-1, zone(0)) == 0)
        #expect(due(-day, zone(0)) == 0)
        #expect(due(-day - 1, zone(0)) == -day)
    }

    @Test func theDayOnWhichSummerTimeBeginsHas23Hours() {
        // Berlin: at 01:00 UTC the clocks go from 02:00 to 03:00.
        let berlin = zone(1, (10 * day + hour, 2))
        #expect(due(10 * day - hour, berlin) == 11 * day - 2 * hour, "from 00:00 to 24:00 of that day")
        #expect(due(11 * day - 2 * hour, berlin) == 12 * day - 2 * hour)
        #expect(due(10 * day - hour - 1, berlin) == 10 * day - hour)
    }

    @Test func theDayOnWhichSummerTimeEndsHas25Hours() {
        let berlin = zone(2, (10 * day + hour, 1))
        #expect(due(10 * day - 2 * hour, berlin) == 11 * day - hour)
        #expect(due(10 * day + 30 * 60, berlin) == 11 * day - hour, "in the first of both hours from 02:00 to 03:00")
    }

    @Test func whereMidnightIsSkippedTheDayBeginsAtOne() {
        // Beirut: at 22:00 UTC the clocks go from 00:00 to 01:00.
        let beirut = zone(2, (10 * day + 22 * hour, 3))
        #expect(due(10 * day, beirut) == 10 * day + 22 * hour)
        #expect(due(10 * day + 22 * hour, beirut) == 11 * day + 21 * hour)
    }

    @Test func whereTheClocksAreSetBackAtMidnightTheDayEndsAnHourLater() {
        // At 21:00 UTC the clocks go from 00:00 back to 23:00.
        let beirut = zone(3, (10 * day + 21 * hour, 2))
        #expect(due(10 * day, beirut) == 10 * day + 22 * hour)
        #expect(due(10 * day + 21 * hour + 60, beirut) == 10 * day + 22 * hour, "in the second 23:00")
        #expect(due(10 * day + 22 * hour, beirut) == 11 * day + 22 * hour)
    }
}
