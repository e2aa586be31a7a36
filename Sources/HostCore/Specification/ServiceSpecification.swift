// SPDX-License-Identifier: Apache-2.0

/// Everything the configuration says of one service.
public struct ServiceSpecification: Hashable, Sendable {
    /// The service's name.
    public var name: ServiceName
    /// Started with hostd, unless a person stopped it.
    public var autostart: Bool
    /// Services that must have been ready once before this one starts; they are stopped after it.
    public var after: [ServiceName]
    /// Start anyway when `after` has lasted so long; nil waits for ever.
    public var afterTimeout: Duration?
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
    /// What is started.
    public var launch: LaunchSpecification
    /// How its output is kept.
    public var log: LogSpecification

    /// A service with everything but its command at the default.
    public init(
        name: ServiceName, launch: LaunchSpecification, autostart: Bool = true, after: [ServiceName] = [],
        afterTimeout: Duration? = nil, ports: [UInt16] = [], startup: ProbeSpecification? = nil,
        live: ProbeSpecification? = nil, ready: ProbeSpecification? = nil,
        restart: RestartSpecification = RestartSpecification(), stop: StopSpecification = StopSpecification(),
        log: LogSpecification = LogSpecification()
    ) {
        self.name = name
        self.autostart = autostart
        self.after = after
        self.afterTimeout = afterTimeout
        self.ports = ports
        self.startup = startup
        self.live = live
        self.ready = ready
        self.restart = restart
        self.stop = stop
        self.launch = launch
        self.log = log
    }

    /// The probe for one of the three questions.
    public func probe(_ kind: ProbeKind) -> ProbeSpecification? {
        switch kind {
        case .startup: startup
        case .live: live
        case .ready: ready
        }
    }
}
