// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// What the configuration files say together, checked.
public struct HostConfiguration: Equatable, Sendable {
    /// `[host]`.
    public var host: HostSettings
    /// `[control]`.
    public var control: ControlSettings
    /// `[node]`.
    public var node: NodeSettings
    /// `[disk]`.
    public var disk: DiskSpecification
    /// `[network]`.
    public var network: NetworkSettings
    /// `[models]`.
    public var models: ModelSourceSettings
    /// `[service.NAME]`, sorted by name.
    public var services: [ServiceSpecification]
    /// `[kind.NAME]`, sorted by name.
    public var kinds: [KindSpecification]
    /// `[log.NAME]`, sorted by name.
    public var foreignLogs: [ForeignLogSpecification]
    /// `[[alert]]`, in the order of the files.
    public var alerts: [AlertSpecification]
    /// What the files say of each service key by key, where they were read from files.
    let drafts: [ServiceName: ServiceDraft]
    /// The same of each kind.
    let kindDrafts: [ServiceName: KindDraft]
    /// The same of each foreign log.
    let foreignDrafts: [ServiceName: ForeignLogDraft]
    /// The same of each alert.
    let alertDrafts: [AlertDraft]

    /// A configuration of the given parts; without arguments, what empty files say.
    public init(
        host: HostSettings = HostSettings(), control: ControlSettings = ControlSettings(),
        node: NodeSettings = NodeSettings(), disk: DiskSpecification = DiskSpecification(),
        network: NetworkSettings = NetworkSettings(), models: ModelSourceSettings = ModelSourceSettings(),
        services: [ServiceSpecification] = [], kinds: [KindSpecification] = [],
        foreignLogs: [ForeignLogSpecification] = [], alerts: [AlertSpecification] = []
    ) {
        self.host = host
        self.control = control
        self.node = node
        self.disk = disk
        self.network = network
        self.models = models
        self.services = services
        self.kinds = kinds
        self.foreignLogs = foreignLogs
        self.alerts = alerts
        drafts = [:]
        kindDrafts = [:]
        foreignDrafts = [:]
        alertDrafts = []
    }

    init(
        _ draft: ConfigurationDraft, _ services: [ServiceDraft],
        _ kinds: [(draft: KindDraft, kind: KindSpecification)],
        _ foreign: [(draft: ForeignLogDraft, log: ForeignLogSpecification)]
    ) {
        host = draft.host
        control = draft.control
        node = draft.node
        disk = draft.disk
        network = draft.network
        models = draft.models
        self.services = services.map(\.specification)
        self.kinds = kinds.map(\.kind)
        foreignLogs = foreign.map(\.log)
        alerts = AlertRules.specifications(draft.alerts)
        alertDrafts = draft.alerts
        kindDrafts = Dictionary(kinds.map { ($0.draft.name, $0.draft) }) { first, _ in first }
        foreignDrafts = Dictionary(foreign.map { ($0.log.name, $0.draft) }) { first, _ in first }
        drafts = Dictionary(services.map { ($0.specification.name, $0) }) { first, _ in first }
    }

    /// Whether both say the same, however it was written.
    public static func == (left: HostConfiguration, right: HostConfiguration) -> Bool {
        left.host == right.host && left.control == right.control && left.node == right.node
            && left.disk == right.disk
            && left.network == right.network && left.models == right.models
            && left.services == right.services && left.kinds == right.kinds
            && left.foreignLogs == right.foreignLogs && left.alerts == right.alerts
    }
}

/// `[host]`: what concerns hostd as a whole.
public struct HostSettings: Equatable, Sendable {
    /// Who starts the keepers.
    public enum Launcher: String, Sendable, CaseIterable {
        /// systemd where hostd itself runs as a unit and the bus answers, else direct.
        case auto
        /// hostd clones them.
        case direct
        /// One transient unit each.
        case systemd
    }

    /// The host's name in status and alerts; nil is the host name.
    public var name: String?
    /// Who starts the keepers.
    public var launcher: Launcher
    /// SIGTERM to hostd stops the services; false leaves them to be adopted.
    public var stopWithHostd: Bool
    /// The logs of all services together take no more; nil: no limit.
    public var logsTotalBytes: UInt64?

    /// So many jobs run at the same time, of all kinds together.
    public var concurrency: Int

    /// The settings; the defaults are those of the configuration.
    public init(
        name: String? = nil, launcher: Launcher = .auto, stopWithHostd: Bool = true, logsTotalBytes: UInt64? = nil,
        concurrency: Int = 16
    ) {
        self.concurrency = concurrency
        self.name = name
        self.launcher = launcher
        self.stopWithHostd = stopWithHostd
        self.logsTotalBytes = logsTotalBytes
    }
}

/// `[control]`: who may talk to hostd.
public struct ControlSettings: Equatable, Sendable {
    /// Members of this group may change things, which equals being root; nil is root and hostd's own user only.
    public var adminGroup: String?
    /// Members of this group may look; nil is nobody further.
    public var readGroup: String?
    /// Where to answer over TCP too; nil is nowhere.
    public var listen: ListenAddress?
    /// The file with the token for TCP; nil is `token` in the state folder.
    public var tokenFile: String?

    /// The settings; the defaults are those of the configuration.
    public init(
        adminGroup: String? = nil, readGroup: String? = nil, listen: ListenAddress? = nil, tokenFile: String? = nil
    ) {
        self.adminGroup = adminGroup
        self.readGroup = readGroup
        self.listen = listen
        self.tokenFile = tokenFile
    }
}
