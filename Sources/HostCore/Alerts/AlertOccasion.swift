// SPDX-License-Identifier: Apache-2.0

/// How bad it is what an alert tells of.
public enum AlertSeverity: String, Hashable, Sendable, Comparable, CaseIterable {
    /// Good to know.
    case notice
    /// Something is not as it should be.
    case warning
    /// Somebody should look now.
    case error

    /// Whether it is less bad.
    public static func < (left: AlertSeverity, right: AlertSeverity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .notice: 0
        case .warning: 1
        case .error: 2
        }
    }
}

/// Something that happened and that an alert may tell of.
public struct AlertOccasion: Hashable, Sendable {
    /// What happened: `service.looping`, `disk.critical`.
    public var name: String
    /// To what: a service, or the kind of a condition; empty for the host.
    public var subject: String
    /// How bad it is.
    public var severity: AlertSeverity
    /// All of it in one line for people.
    public var text: String
    /// When, milliseconds since 1970.
    public var wallMilliseconds: Int64

    /// Something that happened.
    public init(name: String, subject: String, severity: AlertSeverity, text: String, wallMilliseconds: Int64) {
        self.name = name
        self.subject = subject
        self.severity = severity
        self.text = text
        self.wallMilliseconds = wallMilliseconds
    }

    /// What is one cause: all troubles of a service or levels of a condition, that end; else each kind for itself.
    var cause: String {
        AlertEnds.hasEnd(name) ? "\(name.prefix { $0 != "." }) \(subject)" : "\(name) \(subject)"
    }
}

/// Which troubles end, and by what.
enum AlertEnds {
    /// A service that can take work again, or is down as wanted, has none of its troubles any more.
    private static let byEvent: [String: Set<String>] = {
        let troubles: Set = [
            "service.unhealthy", "service.backoff", "service.looping", "service.held", "service.launch_failed",
            "service.waiting", "service.roll_halted",
        ]
        return [
            "service.ready": troubles, "service.stopped": troubles, "service.starting": ["service.waiting"],
            "host.reloaded": ["host.reload_refused"], "policy.source_ok": ["policy.source_failed"],
            "policy.accepted": ["policy.refused", "policy.unwritten"], "policy.reached": ["policy.target_failed"],
        ]
    }()
    private static let ending = byEvent.values.reduce(into: Set<String>()) { $0.formUnion($1) }

    /// What is over when this happens to the same subject.
    static func ended(by name: String) -> Set<String> { byEvent[name] ?? [] }

    /// Whether something says later that it is over.
    static func hasEnd(_ name: String) -> Bool { ending.contains(name) || AlertNames.isCondition(name) }
}
