// SPDX-License-Identifier: Apache-2.0

/// A point on the host's monotonic clock (CLOCK_MONOTONIC), comparable over restarts of hostd within one epoch.
public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock's origin.
    public var nanoseconds: Int64

    /// The point `nanoseconds` after the clock's origin.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The clock's origin.
    public static let zero = Instant(nanoseconds: 0)

    /// Earlier than.
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// So much later; stays at the end of the clock rather than overflow.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds.addingClamped(duration.nanoseconds))
    }

    /// So much earlier; stays at the beginning of the clock rather than overflow.
    public static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds.subtractingClamped(duration.nanoseconds))
    }

    /// The time from `start` to `end`, negative when it is the other way round.
    public static func - (end: Instant, start: Instant) -> Duration {
        .nanoseconds(end.nanoseconds.subtractingClamped(start.nanoseconds))
    }
}

extension Duration {
    /// The whole duration in nanoseconds, clamped to what Int64 holds (292 years).
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        return scaled.addingClamped(attoseconds / 1_000_000_000)
    }

    /// The duration in seconds, for people and JSON.
    public var seconds: Double { Double(nanoseconds) / 1e9 }

    /// The duration as people write it: "250 ms", "8 s", "2 min", "1.5 h".
    public var text: String {
        let nanoseconds = nanoseconds
        if nanoseconds < 0 { return "-" + Duration.nanoseconds(-max(nanoseconds, -.max)).text }
        let milliseconds = nanoseconds / 1_000_000
        switch milliseconds {
        case 0: return nanoseconds == 0 ? "0 s" : "\(nanoseconds / 1000) µs"
        case ..<1000: return "\(milliseconds) ms"
        case ..<10_000: return decimal(milliseconds, unit: 1000) + " s"
        case ..<120_000: return "\(milliseconds / 1000) s"
        case ..<7_200_000: return "\(milliseconds / 60_000) min"
        default: return decimal(milliseconds, unit: 3_600_000) + " h"
        }
    }

    private func decimal(_ value: Int64, unit: Int64) -> String {
        let tenths = value / unit * 10 + value % unit * 10 / unit
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

extension Int64 {
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard overflow else { return sum }
        return other < 0 ? .min : .max
    }

    fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        guard overflow else { return difference }
        return other < 0 ? .max : .min
    }
}
