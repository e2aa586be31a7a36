// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// The logger's end of the tending child: starts it when there is something to do, one at a time, and hears what it
/// could not do. The child is never waited for.
final class Tending {
    /// The numbers that its epoll events carry.
    enum Token {
        static let end = UInt64.max - 3
        static let reports = UInt64.max - 4
    }

    /// No more is read of one child.
    private static let reportLimitBytes = 1 << 20

    private let tools: Tools
    private let arguments: [String]
    private var machine = TendingMachine()
    private var child: Descriptor?
    private var reports: Descriptor?
    private var input: [UInt8] = []
    private var heardBytes = 0
    private var again: Duration?
    /// What the child before said, and what this one has: an error that lasts is passed on once.
    private var knownErrors: Set<LoggerReply> = []
    private var errors: Set<LoggerReply> = []
    /// What the last child was told.
    private var told: TendingPlan?
    /// The state of `planChanges` that was looked at last.
    private var considered: UInt64?
    /// Gives the plan as it is now.
    var plan: () -> TendingPlan = { TendingPlan() }

    init(run: String, log: String, tools: Tools) {
        self.tools = tools
        arguments = ["--tend", "--run", run, "--log", log]
        tools.needTending = { [unowned self] in need() }
    }

    /// There is something to do.
    func need() {
        machine.handle(.needed, at: tools.now)
        awaitStart()
    }

    /// What hostd wants is another thing than before if `changes` is another number.
    func considerPlan(changes: UInt64) {
        guard considered != changes else { return }
        considered = changes
        let plan = plan()
        if plan.isEmpty, child == nil {
            machine = TendingMachine()
            told = plan
        } else if told != plan {
            need()
        }
    }

    /// Starts a child when it is time.
    func tick() {
        if let time = machine.startAt, time <= tools.now { start() }
        awaitStart()
    }

    /// An event that carries one of our tokens.
    func ready(_ token: UInt64) {
        if token == Token.reports { hear() } else { end() }
    }

    private func awaitStart() {
        if let time = machine.startAt { tools.tick(at: time) }
    }

    private func start() {
        let plan = plan()
        do throws(SystemError) {
            let text = try Descriptor.inMemory("hostd-tending", holding: plan.text.utf8)
            let pipe = try PrivatePipe()
            let program = Files.linkTarget("/proc/self/exe").flatMap { Files.exists($0) ? $0 : nil }
            let started = try Processes.spawn(
                program ?? "/proc/self/exe", arguments, output: STDERR_FILENO, keeping: [text.raw, pipe.writing.raw])
            let pidfd = started.takeDescriptor()
            let reading = pipe.takeReading()
            try tools.epoll.add(pidfd.raw, .readable, token: Token.end)
            try tools.epoll.add(reading.raw, .readable, token: Token.reports)
            child = consume pidfd
            reports = consume reading
            machine.handle(.started, at: tools.now)
            told = plan
        } catch {
            machine.handle(.notStarted, at: tools.now)
            pass(on: .error(name: "-", text: "\(error); finished logs are neither synced nor compressed"))
            knownErrors = errors
        }
    }

    private func hear() {
        guard let part = try? reports?.read(upTo: 16384), !part.isEmpty else { return stopHearing() }
        heardBytes += part.count
        input += part
        while let end = input.firstIndex(of: UInt8(ascii: "\n")) {
            switch TenderReport(line: String(decoding: input[..<end], as: UTF8.self)) {
            case .error(let name, let text)?: pass(on: .error(name: name, text: text))
            case .reopen(let name)?: tools.reply(.reopen(name: name))
            case .again(let seconds)?: again = .seconds(seconds)
            case nil: break
            }
            input.removeSubrange(...end)
        }
        if heardBytes > Self.reportLimitBytes { stopHearing() }
    }

    private func stopHearing() {
        reports = nil
        input = []
    }

    private func pass(on error: LoggerReply) {
        errors.insert(error)
        if !knownErrors.contains(error) { tools.reply(error) }
    }

    private func end() {
        guard let state = child?.reapChild(), state != .running else { return }
        // What it said last is still in the pipe.
        while reports != nil { hear() }
        child = nil
        if state == .ended(0) {
            machine.handle(.ended(again: again), at: tools.now)
            knownErrors = errors
        } else {
            machine.handle(.failed, at: tools.now)
            knownErrors.formUnion(errors)
        }
        errors = []
        again = nil
        heardBytes = 0
        awaitStart()
    }
}
