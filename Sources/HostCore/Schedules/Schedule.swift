// SPDX-License-Identifier: Apache-2.0

/// When something is due, again and again, as systemd.time(7) writes calendar events, to the minute.
public struct Schedule: Hashable, Sendable {
    /// As it was written.
    public let text: String
    let weekdays: NumberSet
    let months: NumberSet
    /// Days of the month; with `countsFromEnd` 1 is the last one.
    let days: NumberSet
    let countsFromEnd: Bool
    /// Nil: each year.
    let years: ClosedRange<Int>?
    let yearStep: Int
    /// Minutes from midnight on, in order.
    let minutesOfDay: [Int]

    /// One time at which it is due.
    public struct Due: Hashable, Sendable {
        /// What the clock on the wall shows, or would show: it may be a time that is left out in spring.
        public let local: LocalMinute
        /// When that is, in seconds since 1970: of a time that comes twice in autumn the first; of one that is left out
        /// in spring the first moment after it.
        public let seconds: Int64

        /// A time with its moment.
        public init(local: LocalMinute, seconds: Int64) {
            self.local = local
            self.seconds = seconds
        }
    }

    /// No time further ahead is looked for: 29 February on a given day of the week comes each 28 years, or 40.
    private static let daysAhead = 41 * 366

    /// The first due time after a moment, seconds since 1970; nil when there is none in the next forty years.
    public func next(after seconds: Int64, in zone: TimeZoneRules) -> Due? {
        let today = zone.local(at: seconds).date.daysSince1970
        for day in today...today + Self.daysAhead where includes(CalendarDate(daysSince1970: day)) {
            let over = count(of: day, through: seconds, zone)
            guard over < minutesOfDay.count else { continue }
            let local = LocalMinute(number: day * 1440 + minutesOfDay[over])
            return Due(local: local, seconds: zone.moment(of: local))
        }
        return nil
    }

    /// The last due time up to and with a moment; nil when there is none in the forty years before. Of several times
    /// that fall on one moment, because they are left out in spring, it is the first, as with `next`.
    public func latest(through seconds: Int64, in zone: TimeZoneRules) -> Due? {
        let last = zone.local(at: seconds).date.daysSince1970 + 1
        for day in (last - Self.daysAhead...last).reversed() where includes(CalendarDate(daysSince1970: day)) {
            let over = count(of: day, through: seconds, zone)
            guard over > 0 else { continue }
            let moment = zone.moment(of: LocalMinute(number: day * 1440 + minutesOfDay[over - 1]))
            return next(after: moment - 1, in: zone)
        }
        return nil
    }

    /// How many of a day's times are not after a moment. The moment of a later time is never an earlier one.
    private func count(of day: Int, through seconds: Int64, _ zone: TimeZoneRules) -> Int {
        var low = 0
        var high = minutesOfDay.count
        while low < high {
            let middle = (low + high) / 2
            let isOver = zone.moment(of: LocalMinute(number: day * 1440 + minutesOfDay[middle])) <= seconds
            if isOver { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func includes(_ date: CalendarDate) -> Bool {
        guard months.contains(date.month), weekdays.contains(date.weekday) else { return false }
        if let years, !years.contains(date.year) || (date.year - years.lowerBound) % yearStep != 0 { return false }
        return days.contains(countsFromEnd ? date.daysInMonth - date.day + 1 : date.day)
    }
}

/// A set of numbers from 0 to 63.
struct NumberSet: Hashable, Sendable {
    private var bits: UInt64 = 0

    init() {}

    init(_ numbers: some Sequence<Int>) {
        for number in numbers { insert(number) }
    }

    mutating func insert(_ number: Int) { bits |= 1 << UInt64(number) }

    func contains(_ number: Int) -> Bool { (0..<64).contains(number) && bits >> UInt64(number) & 1 == 1 }

    var isEmpty: Bool { bits == 0 }

    /// In order.
    var numbers: [Int] { (0..<64).filter(contains) }
}
