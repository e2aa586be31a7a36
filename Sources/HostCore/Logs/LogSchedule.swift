// SPDX-License-Identifier: Apache-2.0

/// When a log file has to give way to a new one for its age.
public struct LogSchedule: Hashable, Sendable {
    private static let daySeconds: Int64 = 86400

    /// A file that began so long ago is rotated; zero: none is for its age.
    public var every: Duration
    /// A file begins at each local calendar day.
    public var isDaily: Bool

    /// A schedule of these parts.
    public init(every: Duration, isDaily: Bool) {
        self.every = every
        self.isDaily = isDaily
    }

    /// When a file is to be rotated whose first byte came at `began`, in microseconds since 1970; nil: never for its
    /// age. `offsetSeconds` says how far local time is ahead of UTC at a time in seconds since 1970.
    public func due(beganMicroseconds began: Int64, offsetSeconds: (Int64) -> Int64) -> Int64? {
        var due: Int64?
        if every > .zero { due = began.addingClamped(every.nanoseconds / 1000) }
        if isDaily {
            let day = Self.nextDay(after: Self.floor(began, 1_000_000), offsetSeconds)
            due = min(due ?? .max, Duration.seconds(day).nanoseconds / 1000)
        }
        return due
    }

    /// When the local day after that of `seconds` begins. Where clocks are changed at midnight that is not 24 hours
    /// after the last one, and it may be 01:00 or the second 00:00.
    static func nextDay(after seconds: Int64, _ offsetSeconds: (Int64) -> Int64) -> Int64 {
        let offset = offsetSeconds(seconds)
        let day = floor(seconds + offset, daySeconds) + 1
        let first = day * daySeconds - offset
        let second = day * daySeconds - offsetSeconds(first)
        let isRight = { (time: Int64) in
            time > seconds && floor(time + offsetSeconds(time), daySeconds) >= day
        }
        return [first, second].filter(isRight).min() ?? max(first, second)
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }
}
