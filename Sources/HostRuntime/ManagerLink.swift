// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop

/// What hostd tells the service manager that started it (sd_notify(3)): ready, how things are, that it lives. Where no
/// manager asked for it every call does nothing. Nothing here waits: a manager that does not read is told later.
final class ManagerLink {
    /// The status is told at most so often.
    private static let statusPause: Duration = .milliseconds(200)
    private static let retryPause: Duration = .milliseconds(200)
    /// While hostd stops it asks for so much more time, well before the last such time is over: so the manager ends
    /// one that hangs, and no other.
    private static let stopExtension: Duration = .seconds(15)
    private static let stopPause: Duration = .seconds(5)

    private let loop: EventLoop
    private var sender: Sender?
    private var unsent: [Message] = []
    private var retry: TimerSource?
    private var statusTimer: TimerSource?
    private var isStatusDue = false
    private var statusAt: Instant?
    private var told = ""
    private var keepAlive: TimerSource?
    private var keepAlivePause: Duration = .zero
    private var extend: TimerSource?

    /// The status in one line; asked when it is to be told.
    var summary: (() -> String)?

    /// What waits to be told. What was told later takes the place of what waits to be told of the same.
    private struct Message {
        let subject: String
        let text: String
        /// Goes with it; open as long as it waits.
        var descriptor: Int32?
    }

    /// A class around the socket, so that it can be missing.
    private final class Sender {
        let socket: DatagramSender
        init(_ socket: consuming DatagramSender) { self.socket = socket }
    }

    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. They stay in the environment: a hostd that replaces this
    /// one by exec needs them, and children get an environment of their own.
    init(loop: EventLoop) throws(SystemError) {
        self.loop = loop
        guard let name = Self.variable("NOTIFY_SOCKET") else { return }
        do throws(SystemError) {
            sender = Sender(try DatagramSender(to: name))
        } catch {
            Journal.say(.warning, "NOTIFY_SOCKET: \(error)")
            return
        }
        retry = try loop.timer { [weak self] in self?.sendUnsent() }
        statusTimer = try loop.timer { [weak self] in self?.tellStatus() }
        extend = try loop.timer { [weak self] in self?.askForTime() }
        if let microseconds = Self.variable("WATCHDOG_USEC").flatMap({ Int64($0) }), microseconds > 0,
            Self.variable("WATCHDOG_PID").map({ $0 == "\(getpid())" }) ?? true
        {
            keepAlivePause = .microseconds(microseconds / 3)
            keepAlive = try loop.timer { [weak self] in self?.tellAlive() }
            tellAlive()
        }
    }

    /// Whether a manager started this hostd and listens.
    var isThere: Bool { sender != nil }

    /// The control socket is served and what ran before is adopted; or a reload is done.
    func ready() {
        guard sender != nil else { return }
        told = summary?() ?? ""
        tell("READY=1\nSTATUS=\(told)")
    }

    /// The configuration is being read anew; `ready` says that it has been.
    func reloading() {
        tell("RELOADING=1\nMONOTONIC_USEC=\(loop.now.nanoseconds / 1000)")
    }

    /// hostd is about to end, which may take as long as its services take.
    func stopping() {
        guard sender != nil else { return }
        told = summary?() ?? ""
        tell("STOPPING=1\nSTATUS=\(told)")
        askForTime()
    }

    /// Lets the manager keep a copy of an open socket, which the next hostd gets under this name however this one ends.
    /// It must stay open until `release`. FDPOLL=0: also where a program has shut it down.
    func keep(_ raw: Int32, named name: String) {
        tell(Message(subject: name, text: "FDSTORE=1\nFDNAME=\(name)\nFDPOLL=0", descriptor: raw))
    }

    /// Lets the manager close its copy.
    func release(_ name: String) {
        tell(Message(subject: name, text: "FDSTOREREMOVE=1\nFDNAME=\(name)"))
    }

    /// Something that the status tells may have changed.
    func changed() {
        guard sender != nil, !isStatusDue else { return }
        isStatusDue = true
        statusTimer?.arm(at: statusAt.map { $0 + Self.statusPause } ?? loop.now)
    }

    private func tellStatus() {
        isStatusDue = false
        statusAt = loop.now
        guard let text = summary?(), text != told else { return }
        told = text
        tell("STATUS=\(text)")
    }

    /// The proof that the loop turns. A store that hangs does not count: what it costs is history, which is condition
    /// `store`, and being killed for it would help nobody.
    private func tellAlive() {
        // Not kept for later: one that comes late proves nothing.
        _ = sender?.socket.send(Array("WATCHDOG=1".utf8))
        keepAlive?.arm(at: loop.now + keepAlivePause)
    }

    private func askForTime() {
        tell("EXTEND_TIMEOUT_USEC=\(Self.stopExtension.nanoseconds / 1000)")
        extend?.arm(at: loop.now + Self.stopPause)
    }

    private func tell(_ text: String) {
        tell(Message(subject: String(text.prefix { $0 != "=" }), text: text))
    }

    private func tell(_ message: Message) {
        guard sender != nil else { return }
        unsent.removeAll { $0.subject == message.subject }
        unsent.append(message)
        sendUnsent()
    }

    private func sendUnsent() {
        while let message = unsent.first {
            guard send(message) != .full else {
                retry?.arm(at: loop.now + Self.retryPause)
                return
            }
            unsent.removeFirst()
        }
    }

    private func send(_ message: Message) -> DatagramSender.Outcome? {
        let bytes = Array(message.text.utf8)
        guard let raw = message.descriptor else { return sender?.socket.send(bytes) }
        return sender?.socket.send(bytes, with: raw)
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
