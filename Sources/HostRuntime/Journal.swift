// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// hostd's own messages: one line each to stderr, with the priority prefix of sd-daemon(3) where that is the journal.
public nonisolated enum Journal {
    /// syslog priorities.
    public enum Priority: Int, Sendable {
        case error = 3, warning = 4, notice = 5, info = 6
    }

    private static let isJournal = getenv("JOURNAL_STREAM") != nil

    /// Says one thing.
    public static func say(_ priority: Priority, _ text: String) {
        let prefix = isJournal ? "<\(priority.rawValue)>" : Self.time() + " "
        let line = Array((prefix + text.split(separator: "\n").joined(separator: " | ") + "\n").utf8)
        _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }

    /// Local time of day, for a terminal.
    private static func time() -> String {
        var now = time_t(Clock.wallMilliseconds / 1000)
        var parts = tm()
        localtime_r(&now, &parts)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
