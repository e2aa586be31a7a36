// SPDX-License-Identifier: Apache-2.0

import HostSimulation
import Testing

@testable import HostCore

/// What a schedule means, and when it is due.
struct ScheduleTests {
    /// The due times after a moment of 2026-12-01 (a Tuesday), as `12-07T09:00`.
    private func due(_ text: String, _ count: Int = 3, after: String = "2026-12-01 05:00") throws -> [String] {
        let schedule = try Schedule(parsing: text)
        var seconds = utc(after)
        var found: [String] = []
        for _ in 0..<count {
            guard let next = schedule.next(after: seconds, in: .utc) else { break }
            #expect(next.seconds == Int64(next.local.number) * 60)
            seconds = next.seconds
            found.append(String(next.local.description.dropFirst(5)))
        }
        return found
    }

    @Test(arguments: [
        ("Mon 09:00", ["12-07T09:00", "12-14T09:00", "12-21T09:00"]),
        ("monday 9:00", ["12-07T09:00", "12-14T09:00", "12-21T09:00"]),
        ("Mon,Thu 18:00", ["12-03T18:00", "12-07T18:00", "12-10T18:00"]),
        ("Mon..Fri 09:00", ["12-01T09:00", "12-02T09:00", "12-03T09:00"]),
        ("weekdays 09:00", ["12-01T09:00", "12-02T09:00", "12-03T09:00"]),
        ("Sat..Mon 00:00", ["12-05T00:00", "12-06T00:00", "12-07T00:00"]),
        ("Sun", ["12-06T00:00", "12-13T00:00", "12-20T00:00"]),
        ("daily 03:30", ["12-02T03:30", "12-03T03:30", "12-04T03:30"]),
        ("03:30", ["12-02T03:30", "12-03T03:30", "12-04T03:30"]),
        ("03:30:00", ["12-02T03:30", "12-03T03:30", "12-04T03:30"]),
        ("daily", ["12-02T00:00", "12-03T00:00", "12-04T00:00"]),
        ("hourly", ["12-01T06:00", "12-01T07:00", "12-01T08:00"]),
        ("*:15", ["12-01T05:15", "12-01T06:15", "12-01T07:15"]),
        ("*:0/20", ["12-01T05:20", "12-01T05:40", "12-01T06:00"]),
        ("9..17/4:30", ["12-01T09:30", "12-01T13:30", "12-01T17:30"]),
        ("minutely", ["12-01T05:01", "12-01T05:02", "12-01T05:03"]),
        ("weekly", ["12-07T00:00", "12-14T00:00", "12-21T00:00"]),
        ("monthly 09:00", ["12-01T09:00", "01-01T09:00", "02-01T09:00"]),
        ("*-*-1,15 09:00", ["12-01T09:00", "12-15T09:00", "01-01T09:00"]),
        ("*-*~1 18:00", ["12-31T18:00", "01-31T18:00", "02-28T18:00"]),
        ("Fri *-*~1..7 18:00", ["12-25T18:00", "01-29T18:00", "02-26T18:00"]),
        ("12-24", ["12-24T00:00", "12-24T00:00", "12-24T00:00"]),
        ("quarterly", ["01-01T00:00", "04-01T00:00", "07-01T00:00"]),
        ("yearly", ["01-01T00:00", "01-01T00:00", "01-01T00:00"]),
        ("*-02-29 12:00", ["02-29T12:00", "02-29T12:00", "02-29T12:00"]),
        ("2027-01-05", ["01-05T00:00"]),
        ("2020-01-05", []),
        ("2026/2-12-24", ["12-24T00:00", "12-24T00:00", "12-24T00:00"]),
    ])
    func itIsDueAsATimerOfSystemdWouldBe(text: String, expected: [String]) throws {
        #expect(try due(text) == expected)
    }

    @Test(arguments: [
        ("", "is empty (write one like \"Mon 09:00\", \"daily 03:30\" or \"*:15\")"),
        ("Mon 9", "\"9\" is no part of a schedule (for a day of the month write \"*-*-9\")"),
        ("Mon-Fri 09:00", "\"Mon-Fri\" names no days (write \"mon..fri\")"),
        ("Mo 09:00", "\"mo\" is no day of the week (Mon, Tue, Wed, Thu, Fri, Sat or Sun)"),
        ("Mon 25:00", "\"25\" in \"25:00\" is out of range (hour: 0 to 23)"),
        ("Mon 17..9:00", "\"17..9\" in \"17..9:00\" is out of range (hour: 0 to 23)"),
        ("Mon 09:00:30", "\"09:00:30\" is no time of day (write one like \"09:00\"; schedules go by minutes)"),
        ("09:xx", "\"xx\" in \"09:xx\" is no minute (0 to 59)"),
        ("*:0/0", "\"0/0\" in \"*:0/0\" is no minute (0 to 59)"),
        ("*-02-30", "\"*-02-30\" is a date that never comes"),
        ("*-13-01", "\"13\" in \"*-13-01\" is out of range (month: 1 to 12)"),
        ("1-2-3-4", "\"1-2-3-4\" is no date (write one like \"*-*-1\", \"12-24\" or \"*-*~1\")"),
        (
            "0 9 * * 1",
            "\"0 9 * * 1\" is written as for cron (write one like \"Mon 09:00\", \"daily 03:30\" or \"*:15\")"
        ),
        (
            "Mon 09:00 Europe/Berlin",
            "\"Europe/Berlin\" has no place in a schedule (write timezone = \"Europe/Berlin\")"
        ),
        (
            "Mon 09:00 10:00",
            "\"10:00\" is no part of a schedule (write one like \"Mon 09:00\", \"daily 03:30\" or \"*:15\")"
        ),
    ])
    func whatIsNoScheduleIsSaid(text: String, message: String) {
        #expect(throws: ScheduleError.self) { try Schedule(parsing: text) }
        do throws(ScheduleError) { _ = try Schedule(parsing: text) } catch { #expect(error.description == message) }
    }

    @Test func aTimeThatIsLeftOutInSpringIsTheFirstMomentAfterIt() throws {
        let schedule = try Schedule(parsing: "daily 02:30")
        let berlin = try #require(schedule.next(after: utc("2026-03-28 12:00"), in: Zones.berlin))
        #expect(berlin.local.description == "2026-03-29T02:30")
        #expect(berlin.seconds == utc("2026-03-29 01:00"))
        let newYork = try #require(schedule.next(after: utc("2026-03-07 12:00"), in: Zones.newYork))
        #expect(newYork.local.description == "2026-03-08T02:30")
        #expect(newYork.seconds == utc("2026-03-08 07:00"))
        // All that is left out falls on one moment, and is due once.
        let often = try Schedule(parsing: "*:0/15")
        let first = try #require(often.next(after: utc("2026-03-29 00:45"), in: Zones.berlin))
        #expect(first.local.description == "2026-03-29T02:00")
        let second = try #require(often.next(after: first.seconds, in: Zones.berlin))
        #expect(second.local.description == "2026-03-29T03:15")
        #expect(often.latest(through: first.seconds, in: Zones.berlin) == first)
    }

    @Test func aTimeThatComesTwiceInAutumnIsTheFirst() throws {
        let schedule = try Schedule(parsing: "daily 02:30")
        let first = try #require(schedule.next(after: utc("2026-10-24 12:00"), in: Zones.berlin))
        #expect(first.seconds == utc("2026-10-25 00:30"))
        let next = try #require(schedule.next(after: first.seconds, in: Zones.berlin))
        #expect(next.seconds == utc("2026-10-26 01:30"))
        let newYork = try Schedule(parsing: "daily 01:30")
        let there = try #require(newYork.next(after: utc("2026-10-31 12:00"), in: Zones.newYork))
        #expect(there.seconds == utc("2026-11-01 05:30"))
        #expect(try #require(newYork.next(after: there.seconds, in: Zones.newYork)).seconds == utc("2026-11-02 06:30"))
    }

    private static let start = utc("2024-01-01 00:00")

    /// What the clocks show for ten years, each quarter of an hour.
    private static func shown(_ zone: TimeZoneRules) -> [Int] {
        stride(from: start - 900, to: utc("2034-01-01 00:00"), by: 900).map { zone.local(at: $0).number }
    }

    /// When it is due, from nothing but what the clocks show: a time that they pass for the first time has come.
    private static func slowModel(_ schedule: Schedule, _ shown: [Int]) -> [Int64] {
        var newest = shown[0]
        var found: [Int64] = []
        for (index, now) in shown.enumerated() where now > newest {
            let isDue = stride(from: newest + 15, through: now, by: 15).contains { number in
                guard schedule.minutesOfDay.contains(number % 1440) else { return false }
                let date = LocalMinute(number: number).date
                return schedule.weekdays.contains(date.weekday) && schedule.days.contains(date.day)
            }
            if isDue { found.append(start + Int64(index - 1) * 900) }
            newest = now
        }
        return found
    }

    @Test func overTenYearsItIsDueAsASlowModelSays() throws {
        for zone in [Zones.berlin, Zones.newYork, Zones.lordHowe] {
            let shown = Self.shown(zone)
            for text in ["daily 02:30", "*:0/30", "Sun 01..03:45", "Mon..Fri 09:00", "*-*-8,29 2:00", "23:30"] {
                let schedule = try Schedule(parsing: text)
                let expected = Self.slowModel(schedule, shown)
                var found: [Int64] = []
                var seconds = Self.start - 1
                while found.count < expected.count, let due = schedule.next(after: seconds, in: zone) {
                    found.append(due.seconds)
                    seconds = due.seconds
                }
                #expect(found == expected, "\(text)")
                let right = expected.prefix(2000).allSatisfy { moment in
                    schedule.latest(through: moment, in: zone)?.seconds == moment
                        && schedule.latest(through: moment + 840, in: zone)?.seconds == moment
                }
                #expect(right, "\(text)")
            }
        }
    }

    @Test func theCalendarIsRightForEightHundredYears() {
        var date = CalendarDate(year: 1600, month: 1, day: 1)
        for days in date.daysSince1970..<date.daysSince1970 + 292_194 {
            guard CalendarDate(daysSince1970: days) == date, date.daysSince1970 == days else {
                Issue.record("\(date) is not day \(days)")
                return
            }
            if date.day < date.daysInMonth {
                date.day += 1
            } else {
                date = CalendarDate(
                    year: date.month == 12 ? date.year + 1 : date.year, month: date.month % 12 + 1, day: 1)
            }
        }
        #expect(date == CalendarDate(year: 2400, month: 1, day: 1))
        #expect(CalendarDate(year: 2026, month: 12, day: 7).weekday == 0)
    }
}
