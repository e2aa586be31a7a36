// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostFetch
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostNode
internal import HostStore
internal import HostWire

/// Carries out what the machines decide: kernel events become their events, their effects become system calls.
///
/// The order is the one that the simulation checks: the snapshot of every service that an event touched is written
/// before the first of its effects, and what an effect brings about at once waits until all of them are done.
final class Supervisor {
    let loop: EventLoop
    let folders: Folders
    let launcher: Launcher
    /// The service manager, where it starts the keepers.
    var units: UnitStarter?
    let logger: LoggerLink
    let store: Store
    let files: Worker
    let prober: Prober
    let nodes: NodeWatch
    let neighbours: NeighbourWatch
    let disks: DiskWatch
    let network: NetworkWatch
    let networkFile: NetworkFile
    let serviceFolders: ServiceFolders
    let sockets = SocketWatch()
    /// Where hostd listens for services.
    let heldSockets = HeldSockets()
    let limits = LimitWatch()
    let crashes: CrashBox
    let alerts: AlertCenter
    let power: PowerLink
    let series: SeriesKeeper
    /// Says when the wall clock is set.
    var clockWatch: ClockWatch?
    /// Knows when the host was away.
    var sleep = SleepMachine(PowerLink.clocks)
    let history: History
    let streams: EventStreams
    let refusals: RefusalLog
    let snapshots: SnapshotFolder
    let manager: ManagerLink
    let memory: MemoryWatch
    /// Services that are told of another model.
    let modelTells = ModelTells()
    /// Long jobs.
    let jobs: JobDesk
    /// The policy of the models.
    let policy: PolicyCenter
    /// Where the models go besides launches.
    let modelTargets: ModelTargets
    /// Where the policy comes from when it is not edited on this host.
    let policySource: PolicySource
    /// Golden jobs, which a candidate has to pass.
    let golden = GoldenDesk()
    let startedAt: Instant
    var machine: HostMachine { didSet { machineChanges &+= 1 } }
    /// How often it may have changed.
    private(set) var machineChanges: UInt64 = 0
    /// What the files said when they were last accepted.
    var configuration: HostConfiguration
    /// Reloads that were asked for; the first one is under way.
    var reloadsAsked: [(why: String, then: (ReloadAnswer) -> Void)] = []
    /// Lets the control socket go by other settings; says which group of them does not exist.
    var useControl: ((ControlSettings) -> String?)?
    var conditions: [Condition] = []
    /// What is wrong with the configuration; nil: nothing.
    var configTrouble: (ConditionLevel, String)?
    /// Who each service runs as, once looked up.
    var identities: [ServiceName: ChildIdentity] = [:]
    /// The instances that have a folder.
    var traces: [InstanceID: InstanceTrace] = [:]
    /// Services that may not start before what an unknown launch of theirs left is gone.
    var blockedStarts: Set<ServiceName> = []
    /// Services without a snapshot: what the store remembers of them is waited for.
    var unremembered: Set<ServiceName> = []
    /// Services that were started without a word from the store.
    var cameLate: Set<ServiceName> = []
    /// Launches of this turn of the loop.
    var launchesInTurn = 0
    /// Launches for which this turn had no room, in their order.
    var waitingLaunches: [(InstanceID, Hook?)] = []
    /// Launches that wait until their Node has been looked at.
    var waitingForNode: [ServiceName: (instance: InstanceID, hook: Hook?)] = [:]
    /// Log pipes of all services; counted anew when there are more or fewer services.
    var pipeCount: (services: Int, pipes: Int) = (0, 1)
    /// Requests that wait for a service to get somewhere.
    var actions: [PendingAction] = []
    /// Looks at the requests again when an instance has run long enough.
    var actionTimer: TimerSource?
    /// Called when everything is down after `shutDown`.
    var onAllStopped: (() -> Void)?
    /// Called when the folder of an instance is gone.
    var onFolderRemoved: (() -> Void)?
    /// Ends the wait for output while hostd stops.
    var drainTimer: TimerSource?
    /// Gives memory back some time after the start.
    var trimTimer: TimerSource?
    /// What is to be said of the configuration in force.
    var advice: [String] = []
    /// SIGTERM has come, and the manager is asked what it means.
    var isAskingManager = false
    /// Wall time as it was shown last.
    var shownClock: WallClock?
    /// The JSON of services as it was sent last.
    var statusCache = StatusCache()
    /// The control socket: holds visitors, and says how many requests are open.
    var holdVisitors: ((Bool) -> Void)?
    var openRequests: (() -> Int)?
    /// How to be replaced by the next hostd.
    var reexecPlace: ReexecPlace?
    /// The self-test of the next hostd, while it runs.
    var selfTest: SelfTestRun?
    /// Looks whether nobody waits for an answer any more before the next hostd takes over.
    var reexecTimer: TimerSource?
    /// Children that the hostd before this one in the same process had.
    var inherited: [Int32: ProcessWatch] = [:]
    /// hostd stops everything: jobs first, then services.
    var isStopping = false
    /// Nothing is left but to write history down.
    var isLeaving = false
    private var inbox: [HostMachine.Event] = []
    private var isTakingInbox = false
    var timers: [ServiceName: (timer: TimerSource, at: Instant?)] = [:]

    /// A supervisor of these services, none of them looked at yet. `programs` are the paths of keeper and logger.
    init(
        loop: EventLoop, folders: Folders, configuration: HostConfiguration, programs: Programs, epoch: String
    ) throws(SystemError) {
        self.loop = loop
        self.folders = folders
        self.configuration = configuration
        startedAt = loop.now
        launcher = try Launcher(
            loop: loop, run: folders.run, jobRecords: folders.jobs, keeper: programs.keeper, epoch: epoch,
            cgroup: DelegatedCgroup.take())
        logger = try LoggerLink(loop: loop, folders: folders, program: programs.logger)
        store = try Store(loop: loop, path: folders.state + "/hostd.db")
        files = try Worker(loop: loop, lane: "files", limit: 4096)
        prober = Prober(loop: loop, files: files, keeper: programs.keeper)
        serviceFolders = ServiceFolders(loop: loop, files: files, keeper: programs.keeper)
        crashes = CrashBox(loop: loop, files: files, path: folders.state + "/crashes")
        network = NetworkWatch(loop: loop, files: files, lookups: prober.lookups)
        networkFile = NetworkFile(loop: loop, path: folders.run + "/net.json")
        alerts = AlertCenter(loop: loop, files: files, store: store, fetcher: prober.fetcher, keeper: programs.keeper)
        power = PowerLink(loop: loop, files: files)
        nodes = NodeWatch(
            loop: loop, files: files, lockPath: NodeLock.path(beside: folders.configuration))
        neighbours = NeighbourWatch(loop: loop, files: files)
        disks = try DiskWatch(loop: loop, folders: folders)
        series = SeriesKeeper(loop: loop, store: store)
        history = History(store: store)
        streams = EventStreams(loop: loop, store: store)
        refusals = RefusalLog(loop: loop, history: history)
        snapshots = SnapshotFolder(path: folders.run + "/services", epoch: epoch)
        manager = try ManagerLink(loop: loop)
        memory = MemoryWatch(loop: loop)
        jobs = JobDesk(concurrency: configuration.host.concurrency, keeper: programs.keeper)
        policy = PolicyCenter(loop: loop, files: files, store: store, folders: folders, epoch: epoch)
        modelTargets = ModelTargets(
            loop: loop, files: files, fetcher: prober.fetcher, keeper: programs.keeper,
            modelsFile: policy.modelsFile.path)
        var generator = SystemRandomNumberGenerator()
        policySource = PolicySource(
            loop: loop, files: files, fetcher: prober.fetcher, folder: folders.state + "/models",
            seed: generator.next())
        machine = HostMachine([])
        hearParts()
        hearPolicy()
        // Any job may need any service: a restart that can wait does.
        limits.isBusy = { [weak self] _ in self?.jobs.board.hasPlacesTaken ?? false }
        wantLogs(of: configuration.services)
        restoreMachines(configuration.services)
        hearAlerts()
        hearPower()
        for kind in ["config", "store"] { setCondition(kind, .ok, "") }
        hearNodes()
        wantNodes(of: configuration)
        watchNeighbours()
        watchMemory()
        hearDisks()
        wantNetwork(of: configuration)
        keepSeries()
    }

    var settings: HostSettings { configuration.host }

    private func hearParts() {
        launcher.news = { [weak self] in self?.heard($0, $1) }
        launcher.keeperIsGone = { [weak self] in self?.keeperIsGone($0) }
        logger.drained = { [weak self] in self?.drained($0) }
        logger.reopen = { [weak self] in self?.reopen(foreignLog: $0) }
        logger.lost = { [weak self] in self?.outputLost($0, $1) }
        prober.onFirstFetch = { [weak self] in self?.trimMemorySoon() }
        store.healthChanged = { [weak self] in self?.storeHealthChanged($0) }
        store.stored = { [weak self] in self?.streams.stored($0) }
        manager.summary = { [weak self] in self?.summary ?? "" }
    }

    /// Gives the machines an event; what its effects bring about at once follows in order.
    func feed(_ event: HostMachine.Event) {
        inbox.append(event)
        guard !isTakingInbox else { return }
        isTakingInbox = true
        var next = 0
        while next < inbox.count {
            let event = inbox[next]
            next += 1
            carryOut(machine.handle(event, at: loop.now), of: event.names)
        }
        inbox.removeAll(keepingCapacity: inbox.capacity < 1024)
        isTakingInbox = false
        manager.changed()
        settleActions()
    }

    /// Gives one service an event.
    func feed(_ name: ServiceName, _ event: ServiceEvent) {
        feed(.service(name, event))
    }

    /// Carries out effects that came of an event about `names`.
    func carryOut(_ effects: [HostMachine.Effect], of names: [ServiceName]) {
        var touched = names
        for case .service(let name, _) in effects where !touched.contains(name) { touched.append(name) }
        for case .changed(let name) in effects where !touched.contains(name) { touched.append(name) }
        for name in touched { remember(name) }
        for effect in effects {
            switch effect {
            case .service(let name, let effect): carryOut(effect, of: name)
            case .removed(let name): removed(name)
            case .changed: break
            case .allStopped: onAllStopped?()
            }
        }
        keepAwake()
        for name in touched {
            armTimer(of: name)
            if let service = machine.services[name] {
                watchLimits(of: service)
                if [.stopped, .held].contains(service.phase) { heldSockets.release(name) }
            }
        }
    }

    /// Writes down where a service is.
    func remember(_ name: ServiceName) {
        guard let service = machine.services[name], !isLeaving else { return }
        snapshots.write(service)
    }

    private func armTimer(of name: ServiceName) {
        let deadline = machine.services[name]?.deadline
        if timers[name] == nil {
            guard deadline != nil, let timer = try? loop.timer({ [weak self] in self?.timerFired(name) }) else {
                return
            }
            timers[name] = (timer, nil)
        }
        guard timers[name]?.at != deadline else { return }
        timers[name]?.at = deadline
        if let deadline { timers[name]?.timer.arm(at: deadline) } else { timers[name]?.timer.disarm() }
    }

    /// A host that slept wakes to timers first: what was waited for may stand in the records already.
    private func readBeforeWaking(_ name: ServiceName) {
        guard let state = machine.services[name]?.state, let instance = state.instance else { return }
        if case .up = state { return }
        for item in launcher.records(of: instance) { heard(instance, item) }
    }

    private func timerFired(_ name: ServiceName) {
        timers[name]?.at = nil
        readBeforeWaking(name)
        feed(name, .wake)
        armTimer(of: name)
    }
}

nonisolated extension HostMachine.Event {
    /// The services that the event is about.
    fileprivate var names: [ServiceName] {
        switch self {
        case .service(let name, _): [name]
        case .stop(let names, _), .restart(let names, _): Array(names)
        case .configure(let services, _): services.map(\.name)
        case .away, .conditions: []
        case .shutDown: []
        }
    }
}
