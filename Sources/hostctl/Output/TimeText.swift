// SPDX-License-Identifier: Apache-2.0

internal import HostLinux
internal import HostWire

/// Times as people read them.
enum TimeText {
    /// "12s", "3m 12s", "2h 5m", "3d 4h", "120d".
    static func span(milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds / 1000)
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return pair(seconds, 60, "m", "s")
        case ..<86_400: return pair(seconds / 60, 60, "h", "m")
        case ..<(100 * 86_400): return pair(seconds / 3600, 24, "d", "h")
        default: return "\(seconds / 86_400)d"
        }
    }

    /// "3m 12s ago", "in 8s".
    static func relative(_ time: WallTime, to now: WallTime) -> String {
        let past = now.milliseconds - time.milliseconds
        // A clock that was set back a little makes nothing happen in the future.
        return past > -1000 ? span(milliseconds: past) + " ago" : "in " + span(milliseconds: -past)
    }

    /// "0.4 s", "12 s", "3m 12s": how long something took.
    static func took(milliseconds: Double) -> String {
        let whole = Int64(min(max(milliseconds, 0), 1e15))
        switch whole {
        case ..<1: return "0 ms"
        case ..<100: return "\(whole) ms"
        case ..<60_000: return "\(whole / 1000).\(whole % 1000 / 100) s"
        default: return span(milliseconds: whole)
        }
    }

    /// `2026-05-18 09:30:00`, in local time.
    static func local(_ time: WallTime) -> String {
        let at = LocalTime(wallMilliseconds: time.milliseconds)
        return digits(at.year, 4) + "-" + digits(at.month) + "-" + digits(at.day) + " " + digits(at.hour) + ":"
            + digits(at.minute) + ":" + digits(at.second)
    }

    /// `2026-05-18 09:30:00.125`, in local time.
    static func precise(_ time: WallTime) -> String {
        local(time) + "." + digits(Int((time.milliseconds % 1000 + 1000) % 1000), 3)
    }

    private static func pair(_ value: Int64, _ size: Int64, _ large: String, _ small: String) -> String {
        let rest = value % size
        return rest == 0 ? "\(value / size)\(large)" : "\(value / size)\(large) \(rest)\(small)"
    }

    private static func digits(_ value: Int, _ width: Int = 2) -> String {
        let text = "\(value)"
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
