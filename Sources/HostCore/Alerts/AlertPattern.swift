// SPDX-License-Identifier: Apache-2.0

/// Of which occasions an alert tells: `service.looping`, `disk.critical`, `service.*`, `*.critical`, `condition.disk`.
public struct AlertPattern: Hashable, Sendable {
    /// As it was written.
    public let text: String
    private let family: String
    private let word: String

    /// Reads a pattern; nil for what names nothing that there is.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, AlertNames.isKnown(family: parts[0], word: parts[1]) else { return nil }
        self.text = text
        // condition.disk is disk.*
        (family, word) =
            parts[0] == "condition" ? (parts[1] == "*" ? "condition" : parts[1], "*") : (parts[0], parts[1])
    }

    /// Whether it names the occasion itself.
    func names(_ occasion: AlertOccasion) -> Bool { "\(family).\(word)" == occasion.name }

    /// Whether it means the occasion. What only a `*` stands for has to be at least a warning; and an alert that fails
    /// is told of by name alone, lest it tell of itself.
    func matches(_ occasion: AlertOccasion) -> Bool {
        if names(occasion) { return true }
        guard occasion.severity > .notice else { return false }
        let parts = occasion.name.split(separator: ".")
        guard parts.count == 2 else { return false }
        let isOfFamily: Bool
        switch family {
        case "condition": isOfFamily = AlertNames.isCondition(occasion.name) && parts[0] != "alert"
        case "*": isOfFamily = parts[0] != "alert"
        default: isOfFamily = family == parts[0]
        }
        return isOfFamily && (word == "*" || word == parts[1])
    }
}

/// The names that patterns may have in them.
public enum AlertNames {
    /// The conditions of the host, those that only hostd itself raises included.
    public static let conditions = ConditionKind.allCases.map(\.rawValue) + ["store", "alert"]
    /// The levels that tell of trouble.
    public static let levels = [ConditionLevel.warn.rawValue, ConditionLevel.critical.rawValue]
    /// What happens to services.
    public static let serviceEvents =
        ServiceReport.Kind.allCases.map(\.rawValue) + ["last_line", "engines", "output_lost", "reloaded", "signalled"]
    /// What happens to the host.
    public static let hostEvents = [
        "reloaded", "reload_refused", "reexec", "reexec_refused", "removed", "started", "stopping", "detaching",
        "stopped", "condition", "oom_kill", "disk", "stray", "refused", "awake",
        "schedule_skipped",
    ]
    /// What happens to jobs.
    public static let jobEvents = JobReport.Kind.allCases.map(\.rawValue) + ["hook_failed"]
    /// What happens to the policy of the models.
    public static let policyEvents = [
        "accepted", "refused", "reached", "target_failed", "unwritten", "rolled_back", "held", "inconclusive",
        "board", "source_failed", "source_ok",
    ]

    /// Whether `name` is a condition with a level.
    public static func isCondition(_ name: String) -> Bool {
        let parts = name.split(separator: ".")
        return parts.count == 2 && conditions.contains(String(parts[0])) && levels.contains(String(parts[1]))
    }

    /// All patterns without a `*`, for those who look for the right spelling.
    public static let all: [String] =
        serviceEvents.map { "service.\($0)" } + jobEvents.map { "job.\($0)" } + hostEvents.map { "host.\($0)" }
        + policyEvents.map { "policy.\($0)" }
        + conditions.flatMap { kind in levels.map { "\(kind).\($0)" } + ["condition.\(kind)"] }

    static func isKnown(family: String, word: String) -> Bool {
        switch family {
        case "*": levels.contains(word)
        case "service": word == "*" || serviceEvents.contains(word)
        case "job": word == "*" || jobEvents.contains(word)
        case "host": word == "*" || hostEvents.contains(word)
        case "condition": word == "*" || conditions.contains(word)
        case "policy": word == "*" || policyEvents.contains(word)
        default: conditions.contains(family) && (word == "*" || levels.contains(word))
        }
    }
}
