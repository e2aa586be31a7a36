// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What the files have said so far, before the rules that concern several keys.
struct ConfigurationDraft: Sendable {
    var host = HostSettings()
    var control = ControlSettings()
    var node = NodeSettings()
    var disk = DiskSpecification()
    var network = NetworkSettings()
    var models = ModelSourceSettings()
    /// The tables of each service, in the order of the files.
    var services: [ServiceName: [TomlNode]] = [:]
    /// The tables of each kind.
    var kinds: [ServiceName: [TomlNode]] = [:]
    /// The tables of each foreign log.
    var foreignLogs: [ServiceName: [TomlNode]] = [:]
    /// The alerts, in the order of the files.
    var alerts: [AlertDraft] = []
}

/// The top of a file.
enum RootSection {
    static let section = Section(
        "", empty: ConfigurationDraft(),
        keys: [
            Key("host", HostSection.section, \.host),
            Key("control", ControlSection.section, \.control),
            Key("node", NodeSection.section, \.node),
            Key("disk", DiskSection.section, \.disk, also: ["disks"]),
            Key("network", NetworkSection.section, \.network, also: ["net"]),
            Key("models", ModelsSection.section, \.models, also: ["policy"]),
            Key("service", named: ServiceSection.section, \.services, also: ["services", "unit"]),
            Key("kind", named: KindSection.section, \.kinds, also: ["kinds", "job", "jobs"]),
            Key("log", named: ForeignLogSection.section, \.foreignLogs, also: ["logs", "logrotate"]),
            Key(
                "alert", each: AlertSection.section, atMost: AlertSection.limit, \.alerts, also: ["alerts", "notify"],
                check: AlertRules.check),
        ])
}
