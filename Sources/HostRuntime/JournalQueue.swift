// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop

/// Entries on their way to journald. One that hangs or restarts lets them wait here; what does not fit is dropped from
/// the front and counted.
final class JournalQueue {
    private static let entryLimit = 2000
    private static let retryPause: Duration = .milliseconds(250)

    private let sender: DatagramSender
    private var waiting: [JournalEntry] = []
    private var lost = 0
    private var loop: EventLoop?
    private var timer: TimerSource?

    private init(_ sender: consuming DatagramSender) {
        self.sender = sender
    }

    /// Nil unless stderr is the journal, which JOURNAL_STREAM says for the file that it names and no other.
    static func ofThisProcess() -> JournalQueue? {
        var info = stat()
        guard let stream = getenv("JOURNAL_STREAM").map({ String(cString: $0) }), fstat(STDERR_FILENO, &info) == 0,
            stream == "\(info.st_dev):\(info.st_ino)"
        else { return nil }
        // Named otherwise by tests alone.
        let path = getenv("HOSTD_JOURNAL_SOCKET").map { String(cString: $0) } ?? JournalEntry.socketPath
        guard let sender = try? DatagramSender(to: path) else { return nil }
        return JournalQueue(sender)
    }

    /// Tries again on this loop.
    func retry(on loop: EventLoop) {
        self.loop = loop
        timer = try? loop.timer { [weak self] in self?.send() }
        send()
    }

    /// Sends an entry after those that wait, now or later; false when there is no journal to send it to.
    func add(_ entry: JournalEntry) -> Bool {
        if waiting.isEmpty {
            switch sender.send(entry.bytes) {
            case .sent: return true
            case .failed: return false
            case .full: break
            }
        }
        waiting.append(entry)
        if waiting.count > Self.entryLimit {
            waiting.removeFirst(Self.entryLimit / 4)
            lost += Self.entryLimit / 4
        }
        if waiting.count == 1 { armTimer() }
        return true
    }

    private func send() {
        if lost > 0, sender.send(lossEntry.bytes) != .full { lost = 0 }
        let sent = waiting.prefix { sender.send($0.bytes) != .full }.count
        waiting.removeFirst(sent)
        if !waiting.isEmpty { armTimer() }
    }

    private var lossEntry: JournalEntry {
        var entry = JournalEntry()
        entry.add("MESSAGE", "\(lost) entries are lost here: the journal took none for too long")
        entry.add("PRIORITY", "\(Journal.Priority.warning.rawValue)")
        entry.add("SYSLOG_IDENTIFIER", "hostd")
        return entry
    }

    private func armTimer() {
        guard let loop else { return }
        timer?.arm(at: loop.now + Self.retryPause)
    }
}
