// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostNode

/// What there is to know of a service before its Node can be looked at. Reading it may block: for the Worker.
typealias NodeContext = @Sendable () -> (program: NodeInspector.Program?, process: ProcessIdentity?)

/// Watches node.lock and what it pins, and carries out what the machine of the pins decides.
final class NodeWatch {
    /// A launch may go on, on this Node.
    var allowed: ((InstanceID, NodePinned) -> Void)?
    /// A launch may not be: why.
    var refused: ((InstanceID, String) -> Void)?
    /// What a service waited for is right.
    var goesOn: ((ServiceName) -> Void)?
    /// The program of a launch asks for another version.
    var warned: ((InstanceID, String) -> Void)?
    /// What there is to say has changed.
    var changed: (() -> Void)?
    /// What a service would start and runs.
    var context: ((ServiceName) -> NodeContext)?

    private(set) var machine = NodePinMachine()
    /// node.lock as it was read last; nil when it cannot be read.
    private(set) var lock: NodeLock?

    /// Everything is looked at so often; so much more often while a service waits.
    private static let period: Duration = .seconds(30)
    private static let periodOfWaiting: Duration = .seconds(5)
    /// What moves is looked at when it has been quiet for so long.
    private static let quiet: Duration = .milliseconds(200)
    private static let readDeadline: Duration = .seconds(10)
    private static let inspectDeadline: Duration = .seconds(30)

    private let loop: EventLoop
    private let files: Worker
    private let path: String
    private let inspector = NodeInspector()
    private var folders: FolderWatch?
    private var source: IOSource?
    private var timer: TimerSource?
    private var settling: TimerSource?
    /// Callers of `lookNow` that wait for the lock to be read.
    private var waiting: [() -> Void] = []

    /// Watches the lock at `path`, which is read at once: the loop does not run yet.
    init(loop: EventLoop, files: Worker, lockPath: String) {
        self.loop = loop
        self.files = files
        path = lockPath
        take(Self.read(path))
    }

    /// Takes over what the configuration says.
    func configure(standard: String?, services: [ServiceName: NodeWish]) {
        feed(.configured(standard: standard, services: services))
        watchFolders()
    }

    /// Gives the machine an event.
    func feed(_ event: NodePinMachine.Event) {
        for effect in machine.handle(event) { carryOut(effect) }
        arm()
    }

    /// Reads the lock and looks at everything it pins; `then` is called when the lock was read.
    func lookNow(then: @escaping () -> Void = {}) {
        waiting.append(then)
        let path = path
        files.submit(deadline: Self.readDeadline) {
            Self.read(path)
        } then: { [weak self] (outcome: WorkOutcome<Result<NodeLock, NodeError>>) in
            guard let self else { return }
            if case .done(let result) = outcome { self.take(result) }
            self.feed(.look)
            self.watchFolders()
            let callers = self.waiting
            self.waiting = []
            for call in callers { call() }
        }
    }

    private nonisolated static func read(_ path: String) -> Result<NodeLock, NodeError> {
        Result { () throws(NodeError) in try NodeLock.read(path) }
    }

    private func take(_ result: Result<NodeLock, NodeError>) {
        switch result {
        case .success(let new):
            guard new != lock else { return }
            lock = new
            inspector.learn(new)
            let others = new.others.map(NodePinned.init)
            feed(.locked(.pins(standard: new.standard.map(NodePinned.init), others: others)))
        case .failure(let error):
            lock = nil
            feed(.locked(.unreadable("\(error)")))
        }
    }

    private func carryOut(_ effect: NodePinMachine.Effect) {
        switch effect {
        case .inspect(let name, let pinned): inspect(name, pinned)
        case .allow(let instance, let pinned): allowed?(instance, pinned)
        case .refuse(let instance, let why): refused?(instance, why)
        case .warn(let instance, let what): warned?(instance, what)
        case .goOn(let name): goesOn?(name)
        case .changed: changed?()
        }
    }

    private func inspect(_ name: ServiceName, _ pinned: NodePinned) {
        guard let context = context?(name) else { return feed(.uninspected(name)) }
        let inspector = inspector
        files.submit(deadline: Self.inspectDeadline) { () -> NodeInspection in
            let (program, process) = context()
            return inspector.inspect(pinned, program, process)
        } then: { [weak self] (outcome: WorkOutcome<NodeInspection>) in
            if case .done(let inspection) = outcome {
                self?.feed(.inspected(name, inspection))
            } else {
                self?.feed(.uninspected(name))
            }
        }
    }

    // MARK: - When to look

    private func arm() {
        guard machine.isInUse else { return timer = nil }
        if timer == nil { timer = try? loop.timer { [weak self] in self?.isDue() } }
        let period = machine.isWaitedFor ? Self.periodOfWaiting : Self.period
        timer?.arm(at: loop.now + period)
    }

    private func isDue() {
        lookNow()
        arm()
    }

    /// The folders of the lock and of the binaries, while somebody wants a Node.
    private func watchFolders() {
        guard machine.isInUse else {
            source = nil
            return folders = nil
        }
        if folders == nil {
            folders = try? FolderWatch()
            source = folders.flatMap { watch in
                try? loop.watch(watch.raw, .readable) { [weak self] _ in self?.hasMoved() }
            }
        }
        let paths = [path] + (lock?.pins.map(\.facts.path) ?? [])
        folders?.watch(Set(paths.compactMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } }))
    }

    private func hasMoved() {
        folders?.drain()
        if settling == nil { settling = try? loop.timer { [weak self] in self?.lookNow() } }
        settling?.arm(at: loop.now + Self.quiet)
    }
}

nonisolated extension NodePinned {
    /// As far as decisions go by a pin.
    init(_ pin: NodePin) {
        self.init(
            specification: pin.specification, version: pin.facts.version, path: pin.facts.path,
            sha256: pin.facts.sha256)
    }
}
