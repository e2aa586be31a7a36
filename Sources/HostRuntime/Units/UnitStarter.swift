// SPDX-License-Identifier: Apache-2.0

internal import HostBus
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// Has the service manager start keepers in transient units: carries out what the board decides (docs/units.md).
final class UnitStarter: UnitStarting {
    /// What a launch is started with, until its keeper is heard.
    final class Wanted {
        let instance: InstanceID
        let service: ServiceSpecification
        /// Where its program works.
        let directory: String
        let keeper: String
        /// Its specification and its lock lie in the queue of this socket. As long as they do the launch is not over.
        let input: Descriptor

        fileprivate init(
            _ command: KeeperCommand, _ service: ServiceSpecification, _ keeper: String, _ input: consuming Descriptor
        ) {
            instance = command.folder.instance
            self.service = service
            directory = command.launch.directory ?? command.identity.directory
            self.keeper = keeper
            self.input = input
        }
    }

    let place: UnitPlace
    let controllers = DelegatedCgroup.managerControllers()
    private let loop: EventLoop
    private let launcher: Launcher
    private let manager: UnitManager
    private var board: UnitBoard
    private var wanted: [InstanceID: Wanted] = [:]
    /// Limits that the manager has not been told yet.
    private var limits: [InstanceID: [UnitProperty]] = [:]
    private var timer: TimerSource?
    private var lostFor: String?
    private var isSwept = false
    /// Makes the unit of a launch.
    private let unit: (Wanted) -> [UnitProperty]

    init(
        loop: EventLoop, launcher: Launcher, place: UnitPlace,
        unit: @escaping (Wanted) -> [UnitProperty]
    ) throws(SystemError) {
        self.loop = loop
        self.launcher = launcher
        self.place = place
        board = UnitBoard(owner: place.owner)
        self.unit = unit
        manager = UnitManager(loop: loop, route: place.route)
        timer = try loop.timer { [weak self] in self?.handle(.wake) }
        manager.news = { [weak self] in self?.heard($0) }
    }

    /// Reaches the manager. What ran before is known by now.
    func begin() { handle(.begin) }

    /// Why the manager cannot be reached; nil where it can.
    var problem: String? { board.linkProblem }

    // MARK: - Launches

    func start(
        _ command: KeeperCommand, _ service: ServiceSpecification, keeper: String, input: consuming Descriptor
    ) {
        let instance = command.folder.instance
        wanted[instance] = Wanted(command, service, keeper, input)
        // The launcher is in the middle of it; it may be cancelled before.
        loop.later { [weak self] in
            if self?.wanted[instance] != nil { self?.handle(.launch(instance)) }
        }
    }

    func ran(_ instance: InstanceID) { handle(.ran(instance)) }

    func cancel(_ instance: InstanceID) {
        guard !board.pending.contains(instance) else { return handle(.cancel(instance)) }
        carryOut(.takeBack(instance))
        // The manager has it, and its keeper says nothing: it hangs before its first record.
        carryOut(.kill(unit: name(of: instance)))
    }

    func withdraw(_ instance: InstanceID) -> Bool {
        handle(.withdraw(instance))
        return !board.pending.contains(instance) && wanted[instance] == nil && !launcher.hasRecords(instance)
    }

    func apply(_ service: ServiceSpecification, to instance: InstanceID) {
        limits[instance] = service.limitsOfUnit
        if board.isLinked { sendLimits() }
    }

    func name(of instance: InstanceID) -> String { board.name(of: instance) }

    /// What could not be said is said when the manager can be reached.
    private func sendLimits() {
        for (instance, properties) in limits {
            manager.set(name(of: instance), properties) { problem in
                guard let problem else { return }
                Journal.say(.warning, "the limits of \(instance) could not be set: \(problem)")
            }
        }
        limits = [:]
    }

    // MARK: - The manager

    private func heard(_ news: UnitNews) {
        switch news {
        case .up:
            if lostFor != nil { Journal.say(.notice, "the service manager can be reached again") }
            lostFor = nil
            handle(.linkUp)
            endStrays()
            sendLimits()
        case .lost(let why):
            if lostFor == nil { Journal.say(.warning, "the service manager cannot be reached: \(why); trying again") }
            lostFor = why
            handle(.linkLost(why))
        case .jobOver(let unit, "done"): handle(.jobDone(unit: unit))
        case .jobOver(let unit, let result): handle(.jobFailed(unit: unit, why: UnitWords.job(unit, result)))
        case .ended(let unit, let result, let status):
            handle(.unitFailed(unit: unit, why: UnitWords.end(unit, result, status)))
        case .gone(let unit): handle(.unitGone(unit: unit))
        }
    }

    /// Units of hostd's that no folder knows of: their keepers cannot be heard, and their names are taken.
    private func endStrays() {
        guard !isSwept else { return }
        manager.list(UnitName.patterns(owner: place.owner)) { [weak self] units in
            guard let self, let units else { return }
            isSwept = true
            let known = Set((launcher.instances + board.pending).map(name(of:)))
            for unit in units where !known.contains(unit.name) && ["active", "activating"].contains(unit.activeState) {
                Journal.say(.warning, "\(unit.name) belongs to no launch that hostd knows; ending it")
                manager.stop(unit.name)
            }
        }
    }

    private func handle(_ event: UnitBoard.Event) {
        let before = board.pending
        let effects = board.handle(event, at: loop.now)
        for effect in effects { carryOut(effect) }
        for instance in before.subtracting(board.pending) { wanted[instance] = nil }
        if let deadline = board.deadline { timer?.arm(at: deadline) } else { timer?.disarm() }
    }

    private func carryOut(_ effect: UnitBoard.Effect) {
        switch effect {
        case .ask(let instance): ask(instance)
        case .failed(let instance, let why):
            wanted[instance] = nil
            launcher.launchFailed(instance, why)
        case .takeBack(let instance):
            // What is not in the queue any more a keeper has taken: its records will say so.
            if let input = wanted[instance]?.input.raw { Sockets.discardOne(input) }
            wanted[instance] = nil
        case .look(let unit): look(unit)
        case .stop(let unit): manager.stop(unit)
        case .kill(let unit): manager.kill(unit)
        case .connect: manager.connect()
        }
    }

    private func ask(_ instance: InstanceID) {
        guard let launch = wanted[instance] else { return }
        guard !launcher.hasRecords(instance) else { return handle(.ran(instance)) }
        manager.start(
            name(of: instance), unit(launch), program: launch.keeper, arguments: ["--spare", "0"],
            input: launch.input.raw
        ) { [weak self] refusal in
            self?.handle(refusal.map { .refused(instance, $0) } ?? .accepted(instance))
        }
    }

    private func look(_ unit: String) {
        manager.look(unit) { [weak self] isThere in
            guard let self, let isThere else { return }
            if let instance = board.pending.first(where: { name(of: $0) == unit }), launcher.hasRecords(instance) {
                return handle(.ran(instance))
            }
            handle(isThere ? .unitFound(unit: unit) : .unitGone(unit: unit))
        }
    }
}
