// SPDX-License-Identifier: Apache-2.0

/// The rule of a time zone as POSIX writes it in TZ, with the extensions of RFC 8536: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixTimeZone: Sendable {
    /// How far ahead of UTC the clocks are in winter, in seconds.
    let standard: Int64
    private let summer: Summer?

    private struct Summer {
        let offset: Int64
        let start: Rule
        let end: Rule
    }

    /// When the clocks are changed, within a year.
    private struct Rule {
        enum Day {
            /// Day 1 to 365 of a year in which 29 February does not count.
            case julian(Int)
            /// Day 0 to 365.
            case zeroBased(Int)
            /// A day of the week (0 is Sunday) in a week of a month; week 5 is the last.
            case week(month: Int, week: Int, weekday: Int)
        }

        let day: Day
        /// Seconds from midnight on, on the clock as it is before the change; it may be on another day.
        let time: Int64

        /// Seconds since 1970 as that clock counts them.
        func local(in year: Int) -> Int64 { Int64(daysSince1970(in: year)) * 86_400 + time }

        private func daysSince1970(in year: Int) -> Int {
            let newYear = CalendarDate(year: year, month: 1, day: 1).daysSince1970
            switch day {
            case .julian(let day):
                let isAfterFebruary = day >= 60 && CalendarDate.days(in: 2, of: year) == 29
                return newYear + day - (isAfterFebruary ? 0 : 1)
            case .zeroBased(let day): return newYear + day
            case .week(let month, let week, let weekday):
                let first = CalendarDate(year: year, month: month, day: 1)
                let firstWeekday = (first.weekday + 1) % 7
                var day = 1 + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
                while day > first.daysInMonth { day -= 7 }
                return first.daysSince1970 + day - 1
            }
        }
    }

    /// The changes of each year from 1970 on.
    func changes(through lastYear: Int) -> [TimeZoneRules.Change] {
        guard let summer else { return [TimeZoneRules.Change(seconds: 0, offset: standard)] }
        return (1970...lastYear).flatMap { year in
            [
                TimeZoneRules.Change(seconds: summer.start.local(in: year) - standard, offset: summer.offset),
                TimeZoneRules.Change(seconds: summer.end.local(in: year) - summer.offset, offset: standard),
            ]
        }.sorted { $0.seconds < $1.seconds }
    }

    init(parsing text: String) throws(TimeZoneError) {
        var reader = Reader(rest: Substring(text).utf8)
        guard reader.skipName(), let west = reader.time() else { throw Self.wrong(text) }
        standard = -west
        guard !reader.rest.isEmpty else {
            summer = nil
            return
        }
        guard reader.skipName() else { throw Self.wrong(text) }
        var offset = standard + 3600
        if reader.rest.first != UInt8(ascii: ","), let west = reader.time() { offset = -west }
        guard reader.skip(","), let start = reader.rule(), reader.skip(","), let end = reader.rule(),
            reader.rest.isEmpty
        else { throw Self.wrong(text) }
        summer = Summer(offset: offset, start: start, end: end)
    }

    private static func wrong(_ text: String) -> TimeZoneError {
        TimeZoneError("\"\(text)\" is no rule of a time zone")
    }

    private struct Reader {
        var rest: Substring.UTF8View

        mutating func skip(_ mark: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: mark) else { return false }
            rest.removeFirst()
            return true
        }

        /// `CET` or `<+03>`.
        mutating func skipName() -> Bool {
            if skip("<") {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
                rest = rest[end...].dropFirst()
                return true
            }
            let name = rest.prefix { (UInt8(ascii: "A")...UInt8(ascii: "z")).contains($0) }
            rest = rest[name.endIndex...]
            return name.count >= 3
        }

        mutating func number(_ range: ClosedRange<Int>) -> Int? {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard (1...4).contains(digits.count), let number = Int(Substring(digits)), range.contains(number) else {
                return nil
            }
            rest = rest[digits.endIndex...]
            return number
        }

        /// `[+-]hours[:minutes[:seconds]]` in seconds.
        mutating func time() -> Int64? {
            let isNegative = skip("-")
            if !isNegative { _ = skip("+") }
            guard let hours = number(0...167) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where skip(":") {
                guard let count = number(0...59) else { return nil }
                seconds += count * unit
            }
            return Int64(isNegative ? -seconds : seconds)
        }

        mutating func rule() -> Rule? {
            guard let day = day() else { return nil }
            guard skip("/") else { return Rule(day: day, time: 7200) }
            return time().map { Rule(day: day, time: $0) }
        }

        private mutating func day() -> Rule.Day? {
            if skip("J") { return number(1...365).map { .julian($0) } }
            guard skip("M") else { return number(0...365).map { .zeroBased($0) } }
            guard let month = number(1...12), skip("."), let week = number(1...5), skip("."),
                let weekday = number(0...6)
            else { return nil }
            return .week(month: month, week: week, weekday: weekday)
        }
    }
}
