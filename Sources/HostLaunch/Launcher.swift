// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc
public import HostCore
public import HostLinux
public import HostLoop

/// Starts keepers, by itself or in units of the service manager, finds them again after a restart, and tells what their
/// records say.
///
/// Records are the truth; doorbells and pidfds only say when to look.
public final class Launcher {
    /// An instance with a folder.
    private final class Held {
        let folder: InstanceFolder
        let token: String?
        var keeper: ProcessWatch?
        var keeperPid: Int32?
        /// When its records are looked at although no doorbell has rung; nil once one has.
        var unheardAt: Instant?
        /// The doorbell brought the last record: nothing of its tree is left, and its files hold no more news.
        var isOver = false
        /// It is known that its keeper is gone, and has been told.
        var isReported = false
        /// Its keeper is started by the service manager: who it is comes with its first word.
        var isInUnit = false
        /// The cgroup of its unit, once its keeper is known.
        var unitCgroup: InstanceCgroup?
        /// Signals that it is to get as soon as its keeper is known.
        var unsent: [(number: Int32, value: Int32)] = []

        init(folder: InstanceFolder, token: String?) {
            self.folder = folder
            self.token = token
        }
    }

    /// While an instance's keeper is not known (hostd was killed between clone and record) its lock is looked at so
    /// often.
    private static let recheckInterval: Duration = .milliseconds(200)
    /// A doorbell whose queue stays full is given up by the keepers after a second.
    private static let unheardPatience: Duration = .seconds(1)
    /// More signals than anybody sends before a program has started.
    private static let unsentLimit = 16

    private let loop: EventLoop
    private let run: String
    private let jobRecords: String?
    private let epoch: String
    private let doorbellPath: String
    private let keeper: String
    private let starter: KeeperStarter
    private var doorbell: Doorbell?
    private var held: [InstanceID: Held] = [:]
    private var recheck: TimerSource?
    /// Where instances get cgroups of their own; nil where none can be had.
    public let cgroup: DelegatedCgroup?
    private var isRecheckDue = false
    /// How often a keeper was found or went.
    public private(set) var keeperChanges: UInt64 = 0

    /// Starts keepers in units of the service manager; nil: hostd starts them itself.
    public weak var units: (any UnitStarting)? {
        didSet { starter.keepsSpare = units == nil }
    }

    /// Gets what the records say, whenever they say something new.
    public var news: ((InstanceID, KeeperNews) -> Void)?
    /// Called when a keeper is gone: nothing will be written to its pipes or folder any more.
    public var keeperIsGone: ((InstanceID) -> Void)?

    /// Takes over the runtime folder `run`. `keeper` is the path of hostd-keeper; the records of jobs stand in folders
    /// under `jobRecords`.
    public init(
        loop: EventLoop, run: String, jobRecords: String? = nil, keeper: String, epoch: String,
        cgroup: DelegatedCgroup? = nil
    ) throws(SystemError) {
        self.loop = loop
        self.jobRecords = jobRecords
        self.cgroup = cgroup
        self.run = run
        self.epoch = epoch
        self.keeper = keeper
        doorbellPath = run + "/doorbell"
        starter = try KeeperStarter(loop: loop, path: keeper)
        doorbell = try Doorbell(loop: loop, path: doorbellPath) { [weak self] in self?.take($0) }
        recheck = try loop.timer { [weak self] in self?.recheckUnknown() }
    }

    /// Starts an instance, prepared for it and for no other. It gets `sockets`, which listen at its addresses. A hook
    /// never has a unit: the manager starts none while hostd's own is being stopped, and hooks run then too.
    public func launch(
        _ instance: InstanceID, _ service: ServiceSpecification, _ prepared: PreparedLaunch, hook: Hook? = nil,
        pipeSizeBytes: Int, sockets: [Int32] = []
    ) throws(LaunchError) {
        let folder = folder(of: instance)
        let units = hook == nil ? units : nil
        let group = units == nil ? cgroup.map { InstanceCgroup(instance, in: $0) } : nil
        let command = KeeperCommand(
            folder: folder, token: prepared.token, epoch: epoch, doorbell: doorbellPath, launch: service.launch,
            identity: prepared.identity, stop: service.stop, streams: service.log.streams,
            pipeSizeBytes: pipeSizeBytes, needsNotify: service.isHeard, socketCount: sockets.count, cgroup: group?.path)
        let environment =
            prepared.environment + folder.notifyVariables(heartbeat: service.heartbeat)
            + (sockets.isEmpty ? [] : HeldSockets.variables(service.launch.listen))
        do throws(SystemError) {
            try group?.make(service.limits)
            let lock = try folder.create(
                token: prepared.token, hook: hook, digest: hook == nil ? service.launchDigest : nil,
                node: prepared.node)
            let entry = Held(folder: folder, token: prepared.token)
            // Another user has to get to its notify socket; what stands in the folder is closed to him.
            if prepared.identity.switches { try Files.setMode(run, 0o711) }
            if let units {
                let input = try queue(command, environment, lock: lock, sockets: sockets)
                entry.isInUnit = true
                held[instance] = entry
                units.start(command, service, keeper: keeper, input: input)
            } else {
                let started = try starter.start(command, environment: environment, lock: lock, sockets: sockets)
                entry.keeperPid = started.pid
                entry.unheardAt = loop.now + Self.unheardPatience
                held[instance] = entry
                try watch(entry, started.takeDescriptor())
            }
            armRecheck(after: Self.unheardPatience)
        } catch {
            throw LaunchError("\(error)")
        }
    }

    /// The specification of a launch, with its lock, in the queue of a socket that its keeper will read.
    private func queue(
        _ command: KeeperCommand, _ environment: [String], lock: borrowing Descriptor, sockets: [Int32]
    ) throws(SystemError) -> Descriptor {
        let message = KeeperMessage(arguments: command.arguments, environment: environment)
        guard message.sizeBytes != nil else {
            throw SystemError(
                code: E2BIG, call: "launch",
                subject: "its command and environment, above \(KeeperMessage.limitBytes) bytes")
        }
        let pair = try Sockets.pair()
        let own = Descriptor(owning: pair.first)
        let input = Descriptor(owning: pair.second)
        guard message.send(on: own.raw, descriptors: [lock.raw] + sockets) else {
            throw SystemError(code: errno, call: "queue", subject: "the specification of \(command.folder.instance)")
        }
        return input
    }

    /// A launch in a unit came to nothing, unless its keeper has written something down.
    public func launchFailed(_ instance: InstanceID, _ why: String) {
        guard let entry = held[instance], entry.keeper == nil, entry.keeperPid == nil else { return }
        try? watchKeeper(of: entry)
        guard entry.keeper == nil else { return readAll(entry, keeperLives: true) }
        // Somebody has the specification and is not heard yet: what becomes of it is seen by its lock.
        guard !entry.folder.isLocked() else { return armRecheck(after: Self.recheckInterval) }
        entry.keeperPid = 0
        guard !hasRecords(instance) else { return readAll(entry, keeperLives: false) }
        entry.isOver = true
        entry.isReported = true
        let report = ExitReport(
            status: .failedToStart(why), ran: .zero, wallMilliseconds: Clock.wallMicroseconds / 1000)
        news?(instance, .exited(report, treeEmpty: true))
        keeperIsGone?(instance)
    }

    /// Whether the keeper of an instance has ever written a record.
    public func hasRecords(_ instance: InstanceID) -> Bool {
        let folder = folder(of: instance)
        return folder.record("start") != nil || folder.record("exit") != nil
    }

    /// The instances that the runtime folder knows, oldest first, and what each one's records say now. From here on
    /// they are watched, but `news` hears nothing of them before this has returned.
    public func findInstances() throws(SystemError) -> [(instance: InstanceID, news: [KeeperNews])] {
        var found: [(InstanceID, [KeeperNews])] = []
        for folder in try InstanceFolder.all(under: run, jobs: jobRecords) {
            let entry = Held(folder: folder, token: folder.token())
            held[folder.instance] = entry
            let isAlive = folder.isLocked()
            entry.isReported = !isAlive
            if isAlive { try? watchKeeper(of: entry) }
            found.append((folder.instance, KeeperNews.read(folder, keeperLives: isAlive)))
        }
        armRecheck(after: .zero)
        return found
    }

    /// Sends a signal to the main process or its group, through the keeper.
    public func signal(_ instance: InstanceID, _ number: Int32, to target: StopSpecification.Target) {
        let code: Int32 = target == .main ? 0 : 1
        tell(instance, 40, value: number + 256 * code)
    }

    /// Ends the whole tree: SIGTERM, and SIGKILL after `grace`; with zero, SIGKILL at once.
    public func endTree(_ instance: InstanceID, grace: Duration) {
        let milliseconds = Int32(clamping: grace.nanoseconds / 1_000_000)
        tell(instance, 41, value: milliseconds)
    }

    private func tell(_ instance: InstanceID, _ number: Int32, value: Int32) {
        guard let entry = held[instance] else { return }
        if let keeper = entry.keeper {
            keeper.signal(number, value: value)
        } else if entry.keeperPid == nil {
            if entry.unsent.count < Self.unsentLimit { entry.unsent.append((number, value)) }
            // Whoever says so is in the middle of it.
            if entry.isInUnit { loop.later { [weak self] in self?.withdraw(instance) } }
        }
    }

    /// A launch that is to end: where the manager does not have it yet it never begins.
    private func withdraw(_ instance: InstanceID) {
        guard let entry = held[instance], entry.keeperPid == nil, units?.withdraw(instance) == true else { return }
        entry.keeperPid = 0
        entry.isReported = true
        news?(instance, .neverRan)
        keeperIsGone?(instance)
    }

    /// Ends the keeper itself: it does not obey any more. Its main process goes with it (PDEATHSIG).
    public func killKeeper(_ instance: InstanceID) {
        held[instance]?.keeper?.signal(SIGKILL)
        // Of one that was found without a word of its keeper nobody knows where it is.
        if let entry = held[instance], entry.keeper == nil, entry.keeperPid == nil { units?.cancel(instance) }
    }

    /// The instances that have a folder.
    public var instances: [InstanceID] { Array(held.keys) }

    /// What the records of an instance say now, for when a doorbell may have been missed.
    public func records(of instance: InstanceID) -> [KeeperNews] {
        guard let entry = held[instance] else { return [] }
        return KeeperNews.read(entry.folder, keeperLives: entry.keeper != nil || entry.folder.isLocked())
    }

    /// What an instance has said of itself; empty when it has said nothing. Fails when hostd cannot know.
    public func notify(of instance: InstanceID) -> Result<NotifyRecord, LaunchError> {
        if let pid = keeperPid(instance), Processes.isStopped(pid) {
            return .failure(LaunchError("its keeper, pid \(pid), is stopped and listens to nobody"))
        }
        do throws(SystemError) {
            let text = try Files.readText(folder(of: instance).records + "/notify", limit: 65536)
            return .success(FieldText(parsing: text).map { NotifyRecord($0) } ?? NotifyRecord())
        } catch {
            return error.isMissing ? .success(NotifyRecord()) : .failure(LaunchError("hostd cannot ask: \(error)"))
        }
    }

    /// What a sweep for the left-overs of an instance has to look for; nil when its token is not known.
    public func token(of instance: InstanceID) -> String? {
        held[instance]?.token ?? held[instance]?.folder.record("start")?["token"]
    }

    /// The pid of the keeper, while it lives and is known.
    public func keeperPid(_ instance: InstanceID) -> Int32? {
        held[instance].flatMap { $0.keeper == nil ? nil : $0.keeperPid }
    }

    /// Whether the keeper still lives: it may still hold bytes of the log.
    public func keeperLives(_ instance: InstanceID) -> Bool {
        held[instance]?.keeper != nil
    }

    /// The cgroup of an instance; nil when it has none of its own.
    public func cgroup(of instance: InstanceID) -> InstanceCgroup? {
        if let unit = held[instance]?.unitCgroup { return unit }
        return cgroup.map { InstanceCgroup(instance, in: $0) }.flatMap { $0.exists ? $0 : nil }
    }

    /// Whether an instance has a unit of its own; without one: whether the next launch gets one.
    public func isInUnit(_ instance: InstanceID?) -> Bool {
        instance.flatMap { held[$0]?.isInUnit } ?? (units != nil)
    }

    /// The controllers that keep the limits of an instance, or of those that are launched now.
    public func controllers(of instance: InstanceID?) -> Set<String> {
        isInUnit(instance) ? units?.controllers ?? [] : cgroup?.controllers ?? []
    }

    /// Gives an instance that runs the limits of `service`. Throws what the kernel says; the manager says it later.
    public func apply(_ service: ServiceSpecification, to instance: InstanceID) throws(SystemError) {
        guard let entry = held[instance] else { return }
        if entry.isInUnit {
            units?.apply(service, to: instance)
        } else {
            try cgroup(of: instance)?.apply(service.limits)
        }
    }

    /// The folder of an instance.
    public func folder(of instance: InstanceID) -> InstanceFolder {
        InstanceFolder(run: run, instance: instance, jobs: jobRecords)
    }

    /// The instance is over and its log is drained: its folder goes.
    public func remove(_ instance: InstanceID) {
        guard let entry = held[instance], entry.keeper == nil else { return }
        let group = entry.isInUnit ? nil : cgroup(of: instance)
        held[instance] = nil
        try? entry.folder.remove()
        group?.remove()
    }

    private func take(_ ring: Doorbell.Ring) {
        guard let entry = held[ring.instance] else { return }
        if entry.keeper == nil { try? watchKeeper(of: entry) }
        guard entry.keeperPid == nil || entry.keeperPid == ring.pid else { return }
        entry.unheardAt = nil
        guard let record = ring.record else { return }
        let said: KeeperNews? =
            switch ring.event {
            case "started": .start(record)
            case "notify": .notified(NotifyRecord(record))
            default: .exit(record)
            }
        guard let said else { return }
        if case .exited(_, treeEmpty: true) = said { entry.isOver = true }
        news?(ring.instance, said)
    }

    /// The keeper of an instance that this hostd did not start: known from its start record.
    private func watchKeeper(of entry: Held) throws(SystemError) {
        guard let record = entry.folder.record("start") ?? entry.folder.record("exit"),
            let pid: Int32 = record.integer("keeper_pid"), let ticks: UInt64 = record.integer("keeper_start"),
            let process = Processes.open(ProcessIdentity(pid: pid, startTicks: ticks))
        else { return }
        entry.keeperPid = pid
        entry.unitCgroup = unitCgroup(of: entry.folder.instance, around: pid)
        if entry.unitCgroup != nil { entry.isInUnit = true }
        try watch(entry, process)
        for word in entry.unsent { entry.keeper?.signal(word.number, value: word.value) }
        entry.unsent = []
        if entry.isInUnit { units?.ran(entry.folder.instance) }
    }

    /// Also of one that was started by another launcher than the one in use now.
    private func unitCgroup(of instance: InstanceID, around pid: Int32) -> InstanceCgroup? {
        InstanceCgroup(ofUnit: units?.name(of: instance) ?? UnitName.of(instance), around: pid)
    }

    private func watch(_ entry: Held, _ pidfd: consuming Descriptor) throws(SystemError) {
        keeperChanges &+= 1
        entry.keeper = try ProcessWatch(loop: loop, pidfd: pidfd) { [weak self, weak entry] _ in
            guard let self, let entry else { return }
            entry.keeper = nil
            self.keeperChanges &+= 1
            entry.isOver ? self.keeperIsGone?(entry.folder.instance) : self.readAll(entry, keeperLives: false)
        }
    }

    private func readAll(_ entry: Held, keeperLives: Bool) {
        if !keeperLives { entry.isReported = true }
        for item in KeeperNews.read(entry.folder, keeperLives: keeperLives) { news?(entry.folder.instance, item) }
        if !keeperLives { keeperIsGone?(entry.folder.instance) }
    }

    private func armRecheck(after time: Duration) {
        guard !isRecheckDue else { return }
        isRecheckDue = true
        recheck?.arm(at: loop.now + time)
    }

    private func recheckUnknown() {
        isRecheckDue = false
        for entry in held.values where entry.keeper == nil && entry.keeperPid == nil {
            try? watchKeeper(of: entry)
            guard entry.keeper == nil else {
                readAll(entry, keeperLives: true)
                continue
            }
            if entry.folder.isLocked() {
                armRecheck(after: Self.recheckInterval)
            } else if Files.exists(entry.folder.path), !entry.isReported {
                entry.keeperPid = 0
                readAll(entry, keeperLives: false)
            }
        }
        recheckUnheard()
    }

    /// Rings can be lost where very many launches come at once: the queue of a datagram socket is short.
    private func recheckUnheard() {
        for entry in held.values where entry.keeper != nil {
            guard let due = entry.unheardAt else { continue }
            let news = due <= loop.now ? KeeperNews.read(entry.folder, keeperLives: true) : []
            guard !news.isEmpty else {
                armRecheck(after: Self.recheckInterval)
                continue
            }
            entry.unheardAt = nil
            for item in news { self.news?(entry.folder.instance, item) }
        }
    }
}
