// SPDX-License-Identifier: Apache-2.0

@testable import HostCore

/// Zones by their rules of today, without any file.
enum Zones {
    static let berlin = rules("CET-1CEST,M3.5.0,M10.5.0/3")
    static let newYork = rules("EST5EDT,M3.2.0,M11.1.0")
    /// Half an hour, and summer is at the turn of the year.
    static let lordHowe = rules("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")

    static func rules(_ text: String) -> TimeZoneRules {
        guard let zone = try? PosixTimeZone(parsing: text) else { preconditionFailure("\(text) is no rule") }
        return TimeZoneRules(first: zone.standard, changes: zone.changes(through: 2060))
    }
}

/// Seconds since 1970 of a time in UTC: `2026-03-29 01:30`.
func utc(_ text: String) -> Int64 {
    let numbers = text.split { "- :T".contains($0) }.compactMap { Int($0) }
    guard numbers.count == 5 else { preconditionFailure("\(text) is no time") }
    let date = CalendarDate(year: numbers[0], month: numbers[1], day: numbers[2])
    return Int64(LocalMinute(date, hour: numbers[3], minute: numbers[4]).number) * 60
}
