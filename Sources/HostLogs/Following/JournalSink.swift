// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// `journal = true`: each line is an entry of the journal. At least once: what was sent after the place was recorded
/// last, and before a kill, is sent again.
final class JournalSink: FollowerSink {
    /// One part is so many lines at most.
    private static let lineLimit = 256

    let title = "journal"
    private unowned let log: Log
    private unowned let followers: LogFollowers
    private let service: String
    private let path: String
    private var recorded: FollowerPlace?
    private var passedOver: Int64 = 0

    init(_ log: Log, followers: LogFollowers) {
        self.log = log
        self.followers = followers
        service = String(log.name.prefix { $0 != "/" })
        path = FollowerRecords.journal(log.folder)
    }

    var settleAt: Instant? { (try? link)?.rate(of: service) { $0.tellAt } }

    func restore(in files: FollowedFiles) throws(SystemError) -> FollowerPlace? {
        do throws(SystemError) {
            return FollowerPlace(try Files.readText(path, limit: 256).dropLast())
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }

    func take(_ part: FollowedPart) throws(SystemError) -> Int {
        var taken = 0
        for _ in 0..<Self.lineLimit where taken < part.bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: part.bytes[taken...])
            let feed = rest.firstIndex(of: UInt8(ascii: "\n"))
            guard feed != nil || part.isLast || (part.isFull && taken == 0) else { break }
            do throws(SystemError) {
                try settle()
                let line = UnsafeRawBufferPointer(rebasing: rest[..<(feed ?? rest.count)])
                try forward(line, at: part.place(after: taken))
            } catch {
                if taken == 0 { throw error }
                break
            }
            taken += feed.map { $0 + 1 } ?? rest.count
        }
        return taken
    }

    func record(_ place: FollowerPlace, isBoundary: Bool) throws(SystemError) {
        guard place != recorded else { return }
        try Files.replace(path, with: "\(place)\n".utf8, mode: 0o640)
        recorded = place
    }

    /// Tells how many lines were held back, and how much was removed before it could be sent.
    func settle() throws(SystemError) {
        let link = try link
        if let count = link.rate(of: service, { $0.held(at: log.tools.now) }) {
            let rate = link.rate(of: service) { ($0.burst, $0.interval) }
            try link.send(
                note(
                    "\(count) lines of \(service) were not forwarded: more than \(rate.0) came within "
                        + "\(rate.1.components.seconds) s; the log has them"))
            link.rate(of: service) { $0.told() }
        }
        if passedOver > 0 {
            try link.send(
                note("\(passedOver) bytes of \(log.name) were not forwarded: they were removed from the log before"))
            passedOver = 0
        }
    }

    func passOver(_ byteCount: Int64) {
        passedOver += byteCount
    }

    func forget() {
        try? Files.remove(path)
    }

    private var link: JournalLink {
        get throws(SystemError) { try log.tools.followerSpace().journal }
    }

    private func forward(_ line: UnsafeRawBufferPointer, at place: FollowerPlace) throws(SystemError) {
        let said = LinePriority(line: line)
        let text = UnsafeRawBufferPointer(rebasing: line[said.prefixBytes...])
        // journald drops empty lines of a service's output as well.
        guard !text.isEmpty else { return }
        let link = try link
        guard link.rate(of: service, { $0.admits(at: log.tools.now) }) else { return }
        var entry = JournalEntry()
        entry.add("MESSAGE", bytes: text)
        addFields(to: &entry, priority: said.priority)
        if let instance = followers.author(of: place) { entry.add("HOSTD_INSTANCE", instance) }
        do throws(SystemError) {
            try link.send(entry)
        } catch {
            link.rate(of: service) { $0.takeBack() }
            throw error
        }
    }

    private func note(_ text: String) -> JournalEntry {
        var entry = JournalEntry()
        entry.add("MESSAGE", text)
        addFields(to: &entry, priority: 4)
        return entry
    }

    private func addFields(to entry: inout JournalEntry, priority: Int) {
        entry.add("PRIORITY", "\(priority)")
        entry.add("SYSLOG_IDENTIFIER", service)
        entry.add("HOSTD_SERVICE", service)
        // What one instance of a service says is said by the service, too.
        let family = service.prefix { $0 != "@" }
        if family.count < service.count { entry.add("HOSTD_SERVICE", String(family)) }
        entry.add("HOSTD_STREAM", stream)
    }

    private var stream: String {
        if log.name.hasSuffix("/stderr") { return "stderr" }
        return log.settings.streams == .separate ? "stdout" : "merged"
    }
}
