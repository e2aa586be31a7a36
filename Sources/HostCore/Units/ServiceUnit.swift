// SPDX-License-Identifier: Apache-2.0

/// The transient unit of one launch, as data: everything but ExecStart and the descriptor that the keeper reads its
/// specification from (docs/units.md).
public struct ServiceUnit: Sendable {
    /// What the unit is about.
    public enum Subject: Hashable, Sendable {
        /// An instance of a service.
        case service
        /// An attempt of a job of this kind; nil where the job has none.
        case job(kind: String?)
    }

    /// Where its keeper has to get at, whatever the sandbox closes.
    public struct Folders: Hashable, Sendable {
        /// What the keeper and the program write to: the runtime folder, the records of jobs, the working folder.
        public var written: [String]
        /// What they read: the pinned Node, the file of the models.
        public var read: [String]

        /// These folders, as absolute paths.
        public init(written: [String], read: [String] = []) {
            self.written = written
            self.read = read
        }
    }

    /// The manager that the unit is started by.
    public struct Manager: Hashable, Sendable {
        /// Whether it is a user's own, without rights over the host.
        public var isUser: Bool
        /// The unit that hostd itself is, which stops this one at shutdown; nil where it is none.
        public var ownUnit: String?
        /// Who hostd is, where that is not who the manager starts programs as.
        public var user: UInt32?

        /// The system's manager, or a user's.
        public init(isUser: Bool, ownUnit: String?, user: UInt32? = nil) {
            self.isUser = isUser
            self.ownUnit = ownUnit
            self.user = user
        }
    }

    private let instance: InstanceID
    private let service: ServiceSpecification
    private let subject: Subject
    private let folders: Folders
    private let manager: Manager

    /// The unit of `instance`. `service` is the specification that it is launched by, of a job too.
    public init(
        _ instance: InstanceID, _ service: ServiceSpecification, _ subject: Subject, folders: Folders, manager: Manager
    ) {
        self.instance = instance
        self.service = service
        self.subject = subject
        self.folders = folders
        self.manager = manager
    }

    /// The properties in the order in which systemd is told of them: of several for one thing the last counts.
    public var properties: [UnitProperty] {
        let settings = service.launch.unit
        // Lists would be added to: what is given takes the place of what stands here.
        let given = Set(settings.map(\.name) + settings.flatMap(\.properties).map(\.name))
        let ours = nature + ending + service.limits.unitProperties + own + sandbox
        return ours.filter { !given.contains($0.name) } + service.launch.unitProperties + open + order
    }

    /// `gateway, kept by hostd`; `job 42, attempt 1 (review), kept by hostd`.
    public var description: String {
        let what =
            switch subject {
            case .service: "\(instance.service)"
            case .job(let kind):
                "job \(JobID(name: instance.service)?.description ?? instance.service.text), attempt \(instance.launch)"
                    + (kind.map { " (\($0))" } ?? "")
            }
        return what + ", kept by hostd"
    }

    private var nature: [UnitProperty] {
        [
            UnitProperty("Description", .string(description)),
            UnitProperty("Documentation", .strings(["man:hostd(8)"])),
            UnitProperty("Slice", .string(UnitName.slice(of: instance))),
            // Started when the keeper is: the start is known to have worked, or why not.
            UnitProperty("Type", .string("exec")),
            // Never a failed unit that somebody has to reset: what became of it hostd knows.
            UnitProperty("CollectMode", .string("inactive-or-failed")),
            UnitProperty("OOMPolicy", .string("continue")),
        ]
    }

    /// Stopping goes the other way round: hostd first, which stops its services in order.
    private var order: [UnitProperty] {
        manager.ownUnit.map { [UnitProperty("Before", .strings([$0]))] } ?? []
    }

    /// The keeper does by itself all that `stop` says; systemd only ends what does not obey.
    private var ending: [UnitProperty] {
        let patience = service.stop.grace + service.stop.leftovers + Self.margin
        return [
            UnitProperty("KillMode", .string("mixed")),
            UnitProperty("SendSIGKILL", .bool(true)),
            UnitProperty("TimeoutStopUSec", .uint64(UInt64(max(0, patience.nanoseconds / 1000)))),
        ]
    }

    /// For records, pipes and tails after the last SIGKILL.
    private static let margin: Duration = .seconds(15)

    /// What concerns the keeper itself; its child gets limits and oom_score_adj of its own.
    private var own: [UnitProperty] {
        // The keeper keeps hostd's own uid; only its child becomes somebody else.
        var result = manager.user.map { [UnitProperty("User", .string("\($0)"))] } ?? []
        result += [
            UnitProperty("LimitNOFILE", .uint64(Self.openFiles)),
            UnitProperty("LimitNOFILESoft", .uint64(Self.openFiles)),
        ]
        // A user's manager may not: the keeper tries by itself.
        if !manager.isUser { result.append(UnitProperty("OOMScoreAdjust", .int32(-900))) }
        return result
    }

    /// As hostd's own unit has it, so that programs find the same with both launchers.
    private static let openFiles: UInt64 = 1_048_576

    private var sandbox: [UnitProperty] { service.launch.sandbox.properties(isUserManager: manager.isUser) }

    /// Folders that stay open whatever is closed around them. They mean a mount namespace, so only where there is one.
    private var open: [UnitProperty] {
        guard !manager.isUser, service.launch.sandbox == .strict || service.launch.closesFolders else { return [] }
        let written = folders.written.uniqued
        let read = folders.read.uniqued.filter { !written.contains($0) }
        return [UnitProperty("BindPaths", .binds(written))]
            + (read.isEmpty ? [] : [UnitProperty("BindReadOnlyPaths", .binds(read))])
    }
}

extension LaunchSpecification {
    /// Properties that hide folders, or make them read-only.
    private static let closing: Set = [
        "ProtectSystem", "ProtectHome", "ReadOnlyPaths", "InaccessiblePaths", "TemporaryFileSystem", "PrivateTmp",
    ]

    /// Whether something that the configuration says of its unit closes folders.
    fileprivate var closesFolders: Bool { unit.contains { Self.closing.contains($0.name) } }
}

extension LimitsSpecification {
    /// No limit, or the weight that all have.
    private static let unset = UInt64.max

    /// The limits as systemd keeps them. `memory_restart` is hostd's own. Without a word on tasks the manager would
    /// have a limit of its own, made for small programs.
    public var unitProperties: [UnitProperty] {
        everyUnitProperty.filter { $0.value != .uint64(Self.unset) || $0.name == "TasksMax" }
    }

    /// The same for a unit that runs: those that are not limited any more too.
    var everyUnitProperty: [UnitProperty] {
        [
            ("TasksMax", tasks.map { UInt64(max(0, $0)) }), ("MemoryMax", memoryBytes),
            // What is swapped out is memory too.
            ("MemorySwapMax", memoryBytes.map { _ in 0 }), ("MemoryHigh", memoryHighBytes),
            ("CPUQuotaPerSecUSec", cpuPercent.map { UInt64(max(0, $0)) * 10_000 }),
            ("CPUWeight", cpuWeight.map { UInt64(max(0, $0)) }), ("IOWeight", ioWeight.map { UInt64(max(0, $0)) }),
        ].map { name, value in UnitProperty(name, .uint64(value ?? Self.unset)) }
    }
}

extension ServiceSpecification {
    /// What a unit that runs is told when the limits have changed; not what `unit` says of the same.
    public var limitsOfUnit: [UnitProperty] {
        let given = Set(launch.unit.map(\.name) + launch.unit.flatMap(\.properties).map(\.name))
        return limits.everyUnitProperty.filter { !given.contains($0.name) }
    }
}

extension [String] {
    /// Each text once, in order.
    fileprivate var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
