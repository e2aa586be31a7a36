// SPDX-License-Identifier: Apache-2.0

/// Everything the configuration says of one service.
public struct ServiceSpecification: Hashable, Sendable {
    /// The service's name; with its number where it is one of several instances.
    public var name: ServiceName
    /// Words under which people choose services: `hostctl restart tag:edge`.
    public var tags: [String]
    /// Started with hostd, unless a person stopped it.
    public var autostart: Bool
    /// Services that must have been ready once before this one starts; they are stopped after it.
    public var after: [ServiceName]
    /// Start anyway when `after` has lasted so long; nil waits for ever.
    public var afterTimeout: Duration?
    /// Services whose restart is followed by one of this service, as soon as they are ready again.
    public var restartWith: [ServiceName]
    /// Conditions that must not be critical before each start.
    public var needs: [ConditionKind]
    /// Commands that run one after the other before each start; one that fails is a failed start.
    public var beforeStart: [[String]]
    /// Commands that run one after the other when an instance has ended; what they say changes nothing.
    public var afterStop: [[String]]
    /// So long each of these commands may take.
    public var hookTimeout: Duration
    /// TCP ports that must be free before each start.
    public var ports: [UInt16]
    /// The startup probe, if any.
    public var startup: ProbeSpecification?
    /// The live probe, if any.
    public var live: ProbeSpecification?
    /// The ready probe, if any; without one, an instance is ready when its startup is over.
    public var ready: ProbeSpecification?
    /// When and how fast it is restarted.
    public var restart: RestartSpecification
    /// How it is stopped.
    public var stop: StopSpecification
    /// How it is told to read its own configuration again; nil when it cannot be told.
    public var reload: ReloadSpecification?
    /// What is done when the policy gives it another model.
    public var modelChange: ModelChange
    /// What its processes may use together.
    public var limits: LimitsSpecification
    /// What is started.
    public var launch: LaunchSpecification
    /// How its output is kept.
    public var log: LogSpecification
    /// The host does not go to sleep while it runs.
    public var keepAwake: Bool
    /// Patterns for the names of systemd's units that run the same program; nil: what is known of its ports.
    public var nativeUnits: [String]?

    /// A service with everything but its command at the default.
    public init(
        name: ServiceName, launch: LaunchSpecification, tags: [String] = [], autostart: Bool = true,
        after: [ServiceName] = [], afterTimeout: Duration? = nil, restartWith: [ServiceName] = [],
        needs: [ConditionKind] = [], beforeStart: [[String]] = [], afterStop: [[String]] = [],
        hookTimeout: Duration = .seconds(60), ports: [UInt16] = [], startup: ProbeSpecification? = nil,
        live: ProbeSpecification? = nil, ready: ProbeSpecification? = nil,
        restart: RestartSpecification = RestartSpecification(), stop: StopSpecification = StopSpecification(),
        reload: ReloadSpecification? = nil, modelChange: ModelChange = .none,
        limits: LimitsSpecification = LimitsSpecification(),
        log: LogSpecification = LogSpecification(), keepAwake: Bool = false, nativeUnits: [String]? = nil
    ) {
        self.name = name
        self.tags = tags
        self.autostart = autostart
        self.after = after
        self.afterTimeout = afterTimeout
        self.restartWith = restartWith
        self.needs = needs
        self.beforeStart = beforeStart
        self.afterStop = afterStop
        self.hookTimeout = hookTimeout
        self.ports = ports
        self.startup = startup
        self.live = live
        self.ready = ready
        self.restart = restart
        self.stop = stop
        self.reload = reload
        self.modelChange = modelChange
        self.limits = limits
        self.launch = launch
        self.log = log
        self.keepAwake = keepAwake
        self.nativeUnits = nativeUnits
    }

    /// The plain name, which all instances of a service share.
    public var family: ServiceName { name.family }

    /// Which instance it is, from 1; nil when there is one only.
    public var instanceNumber: Int? { name.instanceNumber }
    /// How often the instance has to say that it lives; nil when it need not.
    public var heartbeat: Duration? {
        guard let live, case .heartbeat = live.target else { return nil }
        return live.interval
    }

    /// Whether a probe listens to what the instance says of itself.
    public var isHeard: Bool { ProbeKind.allCases.contains { probe($0)?.target.isHeard == true } }

    /// The probe for one of the three questions.
    public func probe(_ kind: ProbeKind) -> ProbeSpecification? {
        switch kind {
        case .startup: startup
        case .live: live
        case .ready: ready
        }
    }
}
