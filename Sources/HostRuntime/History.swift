// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostStore

/// Tells what happens: one line for people now, one entry in the store for later.
final class History {
    private let store: Store
    /// Called with each event of a known kind: its kind, its priority, its service, and the line for people.
    var told: ((_ kind: String, _ priority: Journal.Priority, _ service: String?, _ line: String) -> Void)?

    init(store: Store) {
        self.store = store
    }

    /// A service machine's report.
    func add(_ report: ServiceReport, of name: ServiceName) {
        add("service.\(report.kind.rawValue)", service: name, report.instance, report.reason)
    }

    /// A job machine's report.
    func add(_ report: JobReport, of id: JobID) {
        add("job.\(report.kind.rawValue)", service: id.name, report.instance, report.reason)
    }

    /// The last line that an ended instance wrote: the evidence for the entry of its end.
    func addLastLine(_ line: String, of instance: InstanceID) {
        add("service.last_line", service: instance.service, instance, line)
    }

    /// Lines that a service wrote are lost.
    func addLoss(_ text: String, of service: ServiceName) {
        add("service.output_lost", service: service, nil, text)
    }

    /// Something about an instance that no machine reports.
    func add(_ kind: String, _ instance: InstanceID, _ reason: String) {
        add(kind, service: instance.service, instance, reason)
    }

    /// Something about the host itself; as urgent as its kind is, unless `priority` says otherwise.
    func add(host kind: String, _ reason: String, _ priority: Journal.Priority? = nil) {
        let kind = "host.\(kind)"
        let priority = priority ?? Self.priority(of: kind)
        Journal.say(kind, priority, reason, service: nil, instance: nil, reason: reason)
        append(kind, service: nil, instance: nil, reason)
        told?(kind, priority, nil, reason)
    }

    /// Something about the policy of the models.
    func add(policy kind: String, _ reason: String) {
        let kind = "policy.\(kind)"
        let priority = Self.priority(of: kind)
        Journal.say(kind, priority, reason, service: nil, instance: nil, reason: reason)
        append(kind, service: nil, instance: nil, reason)
        told?(kind, priority, nil, reason)
    }

    private func add(_ kind: String, service: ServiceName, _ instance: InstanceID?, _ reason: String) {
        let priority = Self.priority(of: kind)
        let line = "\(service): \(Self.words(kind)): \(reason)"
        Journal.say(kind, priority, line, service: service, instance: instance, reason: reason)
        append(kind, service: service.text, instance: instance?.description, reason)
        told?(kind, priority, service.text, line)
    }

    private static func priority(of kind: String) -> Journal.Priority { EventKind.named(kind)?.priority ?? .notice }

    /// "keeper lost" for `service.keeper_lost`.
    nonisolated static func words(_ kind: String) -> String {
        let word = kind.utf8.drop { $0 != UInt8(ascii: ".") }.dropFirst()
        return String(decoding: word.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }

    private func append(_ kind: String, service: String?, instance: String?, _ reason: String) {
        store.append(
            StoredEvent(
                wallMilliseconds: Clock.wallMilliseconds, service: service, kind: kind, instance: instance,
                reason: reason))
    }
}

nonisolated extension ServiceReport.Kind {
    fileprivate var priority: Journal.Priority {
        switch self {
        case .looping, .held, .launchFailed, .rollHalted: .error
        case .unhealthy, .backoff, .killing, .keeperLost, .swept, .waiting: .warning
        case .ready, .stopped, .adopted, .reset: .notice
        case .starting, .started, .hook, .running, .exited, .stopping, .cleared, .progress: .info
        }
    }
}
