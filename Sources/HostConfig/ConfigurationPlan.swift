// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// What it takes to get from one configuration to another: which services come, go or change, and by which keys.
public struct ConfigurationPlan: Equatable, Sendable {
    /// What is done about a service.
    public enum Action: String, Sendable {
        /// It is new.
        case start
        /// It is no longer there.
        case stop
        /// What runs of it knows the old values: it is restarted.
        case restart
        /// hostd alone goes by what changed: nothing that runs is touched.
        case apply
    }

    /// One service that is not as before.
    public struct Change: Equatable, Sendable {
        /// The service, or one of its instances.
        public let service: ServiceName
        /// What is done about it.
        public let action: Action
        /// The keys whose values changed, below the service's own table, those that take a restart first:
        /// `command`, `env.FOO`, `live.interval`. None for a service that comes or goes.
        public let keys: [String]
        /// Why, for people. It names keys, never values.
        public let reason: String
    }

    /// The changes, sorted by the names of the services.
    public let changes: [Change]
    /// The keys of the other tables whose values changed: `host.stop_with_hostd`.
    public let hostKeys: [String]
    /// Those of `hostKeys` that only a restart of hostd brings about.
    public let hostKeysForRestart: [String]

    /// Nothing is different.
    public var isEmpty: Bool { changes.isEmpty && hostKeys.isEmpty }

    /// What it takes to get from `old` to `new`.
    public init(from old: HostConfiguration, to new: HostConfiguration) {
        let before = Dictionary(old.services.map { ($0.name, $0) }) { first, _ in first }
        let after = Dictionary(new.services.map { ($0.name, $0) }) { first, _ in first }
        changes = Set(before.keys).union(after.keys).sorted().compactMap { name in
            guard let now = after[name] else {
                return Change(service: name, action: .stop, keys: [], reason: "no longer in the configuration")
            }
            guard let then = before[name] else {
                let reason = now.autostart ? "new" : "new; not started, because autostart is false"
                return Change(service: name, action: now.autostart ? .start : .apply, keys: [], reason: reason)
            }
            guard then != now else { return nil }
            return Self.change(of: name, from: old.drafts[name], to: new.drafts[name])
        }
        let differences = KeyDifference.all(old.hostDescriptions, new.hostDescriptions)
        hostKeys = differences.map(\.path)
        hostKeysForRestart = differences.filter { $0.change == .restart }.map(\.path)
    }

    private static func change(of name: ServiceName, from old: ServiceDraft?, to new: ServiceDraft?) -> Change {
        guard let old, let new else {
            return Change(service: name, action: .restart, keys: [], reason: "changed")
        }
        let section = ServiceSection.section
        let differences = KeyDifference.all(section.describe("", old), section.describe("", new))
        let restarting = differences.filter { $0.change == .restart }.map(\.path)
        let others = differences.filter { $0.change == .inPlace }.map(\.path)
        let shown = restarting.isEmpty ? others : restarting
        return Change(
            service: name, action: restarting.isEmpty ? .apply : .restart, keys: restarting + others,
            reason: shown.isEmpty ? "changed" : shown.joined(separator: ", ") + " changed")
    }
}

/// A key that has another value than before.
private struct KeyDifference {
    let path: String
    let change: ChangeEffect

    /// The differences between two descriptions of the same section, in the order of its keys.
    static func all(_ old: [KeyDescription], _ new: [KeyDescription]) -> [KeyDifference] {
        let before = Dictionary(old.map { ($0.path, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.path, $0) }) { first, _ in first }
        let paths = new.map(\.path) + old.map(\.path).filter { after[$0] == nil }
        return paths.compactMap { path in
            guard before[path]?.identity != after[path]?.identity, let key = after[path] ?? before[path] else {
                return nil
            }
            return KeyDifference(path: path, change: key.change)
        }
    }
}

extension HostConfiguration {
    /// All keys but those of the services.
    var hostDescriptions: [KeyDescription] {
        var draft = ConfigurationDraft()
        draft.host = host
        draft.control = control
        draft.node = node
        draft.disk = disk
        draft.network = network
        draft.models = models
        draft.alerts = alertDrafts
        let own = RootSection.section.describe("", draft).filter {
            !$0.path.hasPrefix("log.") && !$0.path.hasPrefix("kind.")
        }
        return own
            + kindDrafts.sorted { $0.key < $1.key }.flatMap { name, draft in
                KindSection.section.describe("kind.\(name).", draft)
            }
            + foreignDrafts.sorted { $0.key < $1.key }.flatMap { name, draft in
                ForeignLogSection.section.describe("log.\(name).", draft)
            }
    }
}
