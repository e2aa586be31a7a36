// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A point of time in the time zone of this process (TZ, else /etc/localtime).
public struct LocalTime: Hashable, Sendable {
    /// The year, as people count.
    public var year: Int
    /// 1 to 12.
    public var month: Int
    /// 1 to 31.
    public var day: Int
    /// 0 to 23.
    public var hour: Int
    /// 0 to 59.
    public var minute: Int
    /// 0 to 60.
    public var second: Int

    /// A point in its parts.
    public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The point `wallMilliseconds` after 1970, cut to seconds.
    public init(wallMilliseconds: Int64) {
        var seconds = time_t(wallMilliseconds >= 0 ? wallMilliseconds / 1000 : (wallMilliseconds - 999) / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        self.init(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
            hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec))
    }

    /// How far this time zone is ahead of UTC at a time in seconds since 1970.
    public static func offsetSeconds(atWallSeconds seconds: Int64) -> Int64 {
        var time = time_t(seconds)
        var parts = tm()
        localtime_r(&time, &parts)
        return Int64(parts.tm_gmtoff)
    }

    /// Milliseconds since 1970; nil for a day or an hour that does not exist. Of an hour that stands twice (the end of
    /// summer time) one of both.
    public var wallMilliseconds: Int64? {
        var parts = tm()
        parts.tm_year = Int32(clamping: year - 1900)
        parts.tm_mon = Int32(clamping: month - 1)
        parts.tm_mday = Int32(clamping: day)
        parts.tm_hour = Int32(clamping: hour)
        parts.tm_min = Int32(clamping: minute)
        parts.tm_sec = Int32(clamping: second)
        parts.tm_isdst = -1
        let seconds = Int64(mktime(&parts))
        // mktime makes 31 April the first of May.
        return LocalTime(wallMilliseconds: seconds * 1000) == self ? seconds * 1000 : nil
    }
}
