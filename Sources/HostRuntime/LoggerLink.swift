// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLogs
internal import HostLoop

/// hostd's end of the logger: keeps one running, tells it the wanted set, hears what is drained (docs/logger.md).
final class LoggerLink {
    /// A pipe that is wanted.
    struct Pipe: Hashable {
        let log: String
        let key: String
        let fifo: String
        let tail: String
    }

    private static let retryFirst: Duration = .milliseconds(5)
    private static let retryLimit: Duration = .seconds(2)
    /// A logger that takes nothing for this many bytes is started anew.
    private static let outputLimitBytes = 16 << 20
    /// A logger that is a unit of its own is started anew by the manager; after so long hostd starts one itself.
    private static let unitPatience: Duration = .seconds(5)
    private static let isUnit = getenv("HOSTD_LOGGER").map { String(cString: $0) } == "unit"

    private let loop: EventLoop
    private let folders: Folders
    private let program: String

    /// Told when every byte of a pipe is in its file.
    var drained: ((_ key: String) -> Void)?
    /// Told when the program of a foreign log has to make new files.
    var reopen: ((_ log: String) -> Void)?
    /// Told when lines of a log are lost.
    var lost: ((_ log: String, _ loss: Loss) -> Void)?

    private var logs: [String: LogSpecification] = [:]
    /// What concerns no single log of ours: the limit of all, and files that other programs write.
    private var hostTotalBytes: UInt64?
    private var foreign: [ForeignLogSpecification] = []
    /// By key, with a number for the order in which they were named.
    private var pipes: [String: (number: Int, pipe: Pipe)] = [:]
    private var pipesNamed = 0
    private var connection: Descriptor?
    private var source: IOSource?
    private var process: ProcessWatch?
    private var retry: TimerSource?
    private var retryDelay = retryFirst
    /// Since when there is no logger.
    private var goneSince: Instant?
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var isQuitting = false
    private var quitDone: (() -> Void)?

    init(loop: EventLoop, folders: Folders, program: String) throws(SystemError) {
        self.loop = loop
        self.folders = folders
        self.program = program
        retry = try loop.timer { [weak self] in self?.connect() }
    }

    /// The process id of the logger that we started or found.
    private(set) var pid: Int32?

    /// Connects to the logger that runs, or starts one.
    func begin() {
        connect()
    }

    /// A log is wanted with these settings.
    func want(log name: String, _ settings: LogSpecification) {
        guard logs[name] != settings else { return }
        logs[name] = settings
        send(LoggerMessage.log(name: name, settings).line)
    }

    /// Nothing more will be written to a log: whoever starts the logger anew need not name it.
    func forget(log name: String) { logs[name] = nil }

    /// All logs together take no more than so many bytes (nil: no limit); these of other programs are kept in check.
    func want(hostTotalBytes: UInt64?, foreign: [ForeignLogSpecification]) {
        guard self.hostTotalBytes != hostTotalBytes || self.foreign != foreign else { return }
        self.hostTotalBytes = hostTotalBytes
        self.foreign = foreign
        // What is no more can only be told by what is left.
        if connection != nil { sendAll() }
    }

    /// The bytes of a pipe are wanted.
    func want(_ pipe: Pipe) {
        guard pipes[pipe.key] == nil else { return }
        pipesNamed += 1
        pipes[pipe.key] = (pipesNamed, pipe)
        send(Self.line(pipe))
    }

    /// A pipe's folder goes.
    func drop(_ key: String) {
        guard pipes.removeValue(forKey: key) != nil else { return }
        send(LoggerMessage.drop(instance: key).line)
    }

    /// Lets the logger drain everything and end; `done` is called then, or when it is gone anyway.
    func quit(done: @escaping () -> Void) {
        isQuitting = true
        quitDone = done
        guard connection != nil else { return finishQuit() }
        send(LoggerMessage.quit.line)
    }

    private func finishQuit() {
        let done = quitDone
        quitDone = nil
        done?()
    }

    private static func line(_ pipe: Pipe) -> String {
        LoggerMessage.pipe(log: pipe.log, instance: pipe.key, fifo: pipe.fifo, tail: pipe.tail).line
    }

    private func connect() {
        guard connection == nil else { return }
        if isQuitting { return finishQuit() }
        do throws(SystemError) {
            let socket = try Sockets.connect(to: folders.run + "/logger.sock")
            pid = Sockets.peerPid(socket)
            let raw = socket.raw
            connection = consume socket
            source = try loop.watch(raw, .readable) { [weak self] in self?.ready($0) }
            retryDelay = Self.retryFirst
            goneSince = nil
            output = []
            sendAll()
        } catch {
            connection = nil
            startIfGone()
            retry?.arm(at: loop.now + retryDelay)
            retryDelay = min(retryDelay * 2, Self.retryLimit)
        }
    }

    private func startIfGone() {
        guard process == nil else { return }
        let since = goneSince ?? loop.now
        goneSince = since
        if Self.isUnit {
            guard loop.now - since >= Self.unitPatience else { return }
            Journal.say(.warning, "no hostd-logger answers for \(Self.unitPatience.text); hostd starts one of its own")
        }
        let child: Descriptor
        do throws(SystemError) {
            let arguments = ["--run", folders.run, "--log", folders.log]
            child = try Processes.spawn(program, arguments, output: STDERR_FILENO).takeDescriptor()
        } catch {
            return Journal.say(.error, "\(error); log pipes fill up until hostd-logger runs")
        }
        process = try? ProcessWatch(loop: loop, pidfd: child) { [weak self] _ in
            guard let self else { return }
            self.process = nil
            self.connectionLost()
        }
    }

    private func sendAll() {
        var text = LoggerMessage.begin.line
        if let hostTotalBytes { text += LoggerMessage.host(totalBytes: hostTotalBytes).line }
        for log in foreign { text += LoggerMessage.foreign(log).line }
        for (name, settings) in logs.sorted(by: { $0.key < $1.key }) {
            text += LoggerMessage.log(name: name, settings).line
        }
        for (_, pipe) in pipes.values.sorted(by: { $0.number < $1.number }) { text += Self.line(pipe) }
        send(text + LoggerMessage.commit.line)
    }

    private func send(_ text: String) {
        guard connection != nil else { return }
        output += text.utf8
        flush()
    }

    private func flush() {
        while !output.isEmpty {
            guard let count = output.withUnsafeBytes({ connection?.send($0) }) else { return }
            if count == Int(-EINTR) { continue }
            guard count > 0 else {
                if count != Int(-EAGAIN) || output.count > Self.outputLimitBytes { return connectionLost() }
                break
            }
            output.removeFirst(count)
        }
        source?.setEvents(output.isEmpty ? .readable : [.readable, .writable])
    }

    private func ready(_ events: IOEvents) {
        if events.contains(.writable) { flush() }
        guard !events.isDisjoint(with: [.readable, .hangup, .error]) else { return }
        do throws(SystemError) {
            guard let part = try connection?.read(upTo: 16384), !part.isEmpty else { return connectionLost() }
            input += part
        } catch {
            return error.code == EAGAIN ? () : connectionLost()
        }
        while let end = input.firstIndex(of: UInt8(ascii: "\n")) {
            hear(String(decoding: input[..<end], as: UTF8.self))
            input.removeSubrange(...end)
        }
    }

    private func hear(_ line: String) {
        switch LoggerReply(line: line) {
        case .drained(let key)?: drained?(key)
        case .error(let name, let text)?: Journal.say(.warning, "Log \(name): \(text)")
        case .reopen(let name)?: reopen?(name)
        case .lost(let name, let loss)?: lost?(name, loss)
        case .ok?, nil: break
        }
    }

    private func connectionLost() {
        source = nil
        connection = nil
        input = []
        retry?.arm(at: loop.now)
    }
}
