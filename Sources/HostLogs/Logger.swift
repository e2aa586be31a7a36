// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
public import HostLinux

/// The log mover (docs/logger.md): one thread around epoll.
public final class Logger {
    private enum Token {
        static let listener = UInt64.max
        static let signals = UInt64.max - 1
        static let connection = UInt64.max - 2
    }

    private static let batchLimit = 32768
    private static let untoldLimit = 1000

    private let lock: Descriptor
    private let listener: UnixListener
    private let signals: SignalDescriptor
    private let tools: Tools
    private let wanted: WantedSet
    private let tending: Tending
    private var connection: Connection?
    private var spare = Logger.openSpare()
    /// What was told since `begin`; nil outside.
    private var batch: [LoggerMessage]?
    /// Every line since `begin` was understood and taken.
    private var isBatchWhole = true
    private var isQuitting = false
    /// Foreign logs whose programs nobody could be told of yet.
    private var mustReopen: Set<String> = []
    /// Losses that nobody could be told of yet.
    private var untold: [LoggerReply] = []
    /// When memory that only the start needed is given back.
    private var trimAt: Instant? = Clock.now + .seconds(5)

    /// Takes the runtime folder `run` and moves bytes into folders below `log`. Nil when another logger has it already.
    /// SIGTERM and SIGINT must be blocked.
    public init?(run: String, log: String) throws(SystemError) {
        try Files.makeFolder(run, mode: 0o700)
        try Files.makeFolder(log, mode: 0o750)
        let held = try Descriptor(opening: run + "/logger.lock", O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        guard try held.tryLock() else { return nil }
        lock = held
        signals = try SignalDescriptor([SIGTERM, SIGINT])
        listener = try UnixListener(path: run + "/logger.sock")
        tools = try Tools()
        wanted = WantedSet(folder: log, tools: tools)
        tending = Tending(run: run, log: log, tools: tools)
        tending.plan = { [unowned wanted] in wanted.tendingPlan }
        tools.reply = { [unowned self] in reply($0) }
        try tools.epoll.add(listener.raw, .readable, token: Token.listener)
        try tools.epoll.add(signals.raw, .readable, token: Token.signals)
    }

    /// Waits until no other logger has the runtime folder `run`; what went wrong. Another one may still be faster then.
    static func waitForTurn(run: String) -> SystemError? {
        do throws(SystemError) {
            try Files.makeFolder(run, mode: 0o700)
            let file = try Descriptor(opening: run + "/logger.lock", O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
            try file.lock()
            return nil
        } catch {
            return error
        }
    }

    /// Moves bytes until SIGTERM or `quit`, then drains what the pipes hold.
    public func run() {
        while !isQuitting {
            if let trimAt { tools.tick(at: trimAt) }
            let count = tools.epoll.wait(milliseconds: tools.waitMilliseconds)
            tools.now = Clock.now
            for index in 0..<count { handle(tools.epoll.event(index)) }
            if let trimAt, trimAt <= tools.now {
                MemoryTrim.run()
                self.trimAt = nil
            }
            if tools.takeDueTick() {
                wanted.tick()
                tending.tick()
            }
            tools.serveReady()
            tools.flushDue()
            tools.serveFollowers()
            settle()
        }
        wanted.drainAll()
        connection?.flush()
    }

    private func handle(_ event: (token: UInt64, events: EpollEvents)) {
        switch event.token {
        case Token.listener:
            accept()
        case Token.signals:
            isQuitting = true
        case Token.connection:
            if !event.events.isDisjoint(with: [.readable, .hangup, .error]) {
                connection?.receive { [unowned self] line in take(line) }
            }
        case Tending.Token.end, Tending.Token.reports: tending.ready(event.token)
        default:
            wanted.ready(slot: Int(event.token), event.events)
        }
    }

    private func settle() {
        if let connection {
            connection.flush()
            if connection.isClosed {
                self.connection = nil
                batch = nil
                spare = Self.openSpare()
            }
        }
        wanted.sweep()
    }

    private func accept() {
        // hostd must get through also when descriptors are short: with the spare one, or with the old connection's.
        spare = nil
        if takeConnection() { return }
        connection = nil
        _ = takeConnection()
    }

    private func takeConnection() -> Bool {
        guard let socket = try? listener.accept() else { return false }
        batch = nil
        connection = nil
        connection = try? Connection(socket, tools: tools, token: Token.connection)
        spare = Self.openSpare()
        return true
    }

    private static func openSpare() -> Descriptor? {
        try? Descriptor(opening: "/dev/null", O_RDONLY)
    }

    private func reply(_ message: LoggerReply) {
        if case .error(let name, let text) = message { StandardDescriptors.sayError("hostd-logger: \(name): \(text)") }
        if case .reopen(let name) = message, connection == nil { mustReopen.insert(name) }
        if case .lost = message, connection == nil {
            if untold.count < Self.untoldLimit { untold.append(message) }
        }
        connection?.send(message.line)
    }

    private func take(_ line: String?) {
        guard let message = line.flatMap({ LoggerMessage(line: $0) }) else {
            let shown =
                line.map { "\"\($0.prefix(80))\"" } ?? "a line of more than \(LoggerMessage.lineLimitBytes) bytes"
            isBatchWhole = false
            return reply(.error(name: "-", text: "\(shown) is no message to a logger"))
        }
        switch message {
        case .begin:
            batch = []
            isBatchWhole = true
        case .commit: commit()
        case .quit: isQuitting = true
        case .log, .host, .foreign, .pipe, .drop:
            guard batch != nil else {
                apply(message)
                return tending.considerPlan(changes: wanted.planChanges)
            }
            guard (batch?.count ?? 0) < Self.batchLimit else {
                isBatchWhole = false
                return reply(.error(name: "-", text: "more than \(Self.batchLimit) lines before commit"))
            }
            batch?.append(message)
        }
    }

    private func commit() {
        guard let told = batch else { return reply(.error(name: "-", text: "commit without begin")) }
        batch = nil
        var logs: Set<String> = []
        var pipes: Set<String> = []
        for message in told {
            switch message {
            case .log(let name, _): logs.insert(name)
            case .pipe(let log, let instance, _, _):
                logs.insert(log)
                pipes.insert(instance)
            case .drop(let instance): pipes.remove(instance)
            case .host, .foreign, .begin, .commit, .quit: break
            }
        }
        // What was not understood may have named something that must not go.
        if isBatchWhole { wanted.keepOnly(logs: logs, pipes: pipes) }
        for message in told { apply(message) }
        tending.considerPlan(changes: wanted.planChanges)
        reply(.ok)
        for name in mustReopen.sorted() { reply(.reopen(name: name)) }
        mustReopen = []
        for message in untold { reply(message) }
        untold = []
    }

    private func apply(_ message: LoggerMessage) {
        switch message {
        case .log(let name, let settings): wanted.want(log: name, settings)
        case .host(let total): wanted.hostTotalBytes = total
        case .foreign(let log): wanted.foreign[log.name] = log
        case .pipe(let log, let instance, let fifo, let tail):
            wanted.want(pipe: instance, log: log, fifo: fifo, tail: tail)
        case .drop(let instance): wanted.drop(instance)
        case .begin, .commit, .quit: break
        }
    }
}
