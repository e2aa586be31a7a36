// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop

/// hostd's own messages: entries of the journal when hostd is a unit, else lines on stderr. Nothing here waits: what is
/// not taken is kept for a while, then dropped and counted.
enum Journal {
    /// syslog priorities.
    nonisolated enum Priority: Int, Sendable {
        case error = 3, warning = 4, notice = 5, info = 6
    }

    private static let queue = JournalQueue.ofThisProcess()
    private static var lostLines = 0

    /// Says one thing that is no event of the history.
    static func say(_ priority: Priority, _ text: String) {
        write(priority, text)
    }

    /// Says an event of the history. `text` is the message for people.
    static func say(
        _ kind: String, _ priority: Priority, _ text: String, service: ServiceName?, instance: InstanceID?,
        reason: String
    ) {
        write(priority, text) { entry in
            if let id = EventKind.named(kind)?.messageID { entry.add("MESSAGE_ID", id) }
            entry.add("HOSTD_EVENT", kind)
            if let job = service.flatMap({ JobID(name: $0) }) {
                entry.add("HOSTD_JOB", "\(job)")
            } else if let service {
                entry.add("HOSTD_SERVICE", service.text)
            }
            // What is said of one instance of a service is said of the service, too.
            if let family = service?.text.split(separator: "@").first, family.count < service?.text.count ?? 0 {
                entry.add("HOSTD_SERVICE", String(family))
            }
            if let instance { entry.add("HOSTD_INSTANCE", instance.description) }
            entry.add("HOSTD_REASON", reason)
        }
    }

    /// Lets entries that the journal did not take at once follow when it does.
    static func use(_ loop: EventLoop) {
        queue?.retry(on: loop)
    }

    private static func write(_ priority: Priority, _ text: String, _ fields: (inout JournalEntry) -> Void = { _ in }) {
        let line = text.split(separator: "\n").joined(separator: " | ")
        if let queue {
            var entry = JournalEntry()
            entry.add("MESSAGE", line)
            entry.add("PRIORITY", "\(priority.rawValue)")
            entry.add("SYSLOG_IDENTIFIER", "hostd")
            fields(&entry)
            if queue.add(entry) { return }
        }
        writeLine(queue == nil ? time() + " " + line : "<\(priority.rawValue)>" + line)
    }

    /// A terminal or pipe that takes nothing costs the line, never the loop's time.
    private static func writeLine(_ line: String) {
        guard Poll.writable(STDERR_FILENO, milliseconds: 0) else {
            lostLines += 1
            return
        }
        let lost = lostLines == 0 ? "" : time() + " \(lostLines) lines were not taken here and are lost\n"
        lostLines = 0
        let bytes = Array((lost + line + "\n").utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Local time of day, for a terminal.
    private static func time() -> String {
        var now = time_t(Clock.wallMilliseconds / 1000)
        var parts = tm()
        localtime_r(&now, &parts)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
