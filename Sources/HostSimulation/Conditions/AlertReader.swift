// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Whoever reads the alerts of one condition: each message arrives at once, and each has to be news.
struct AlertReader {
    /// What was wrong with a message; nil while nothing was.
    private(set) var problem: String?
    /// How often it was told that something is wrong.
    private(set) var firings = 0
    private let kind: String
    private var machine = AlertMachine()
    private var told: ConditionLevel = .ok

    /// Of the condition `kind`, at any level; the same is not told again within `quiet`.
    init(_ kind: String, quiet: Duration) {
        self.kind = kind
        let target = AlertSpecification.Target.exec(["x"], user: nil)
        let on = AlertPattern("\(kind).*").map { [$0] } ?? []
        feed(.configure([AlertSpecification(name: "a", key: "a", target: target, on: on, quiet: quiet)]), at: .zero)
    }

    /// Whether the reader takes it for over.
    var believesOK: Bool { told == .ok }

    /// The condition has another level.
    mutating func changed(to level: ConditionLevel, at now: Instant) {
        let severity: AlertSeverity = level == .ok ? .notice : level == .warn ? .warning : .error
        let occasion = AlertOccasion(
            name: "\(kind).\(level.rawValue)", subject: kind, severity: severity, text: "x", wallMilliseconds: 0)
        feed(.condition(level, occasion), at: now)
    }

    /// Time passes.
    mutating func wake(at now: Instant) {
        if let deadline = machine.deadline, deadline <= now { feed(.wake, at: now) }
    }

    private mutating func feed(_ event: AlertMachine.Event, at now: Instant) {
        for effect in machine.handle(event, at: now) {
            guard case .deliver(let route, let message) = effect else { continue }
            read(message)
            feed(.delivered(route: route, id: message.id), at: now)
        }
    }

    private mutating func read(_ message: AlertMessage) {
        switch message.status {
        case .firing:
            firings += 1
            let level: ConditionLevel = message.occasion.severity == .error ? .critical : .warn
            if level == told { problem = problem ?? "\(message.occasion.name) was told twice" }
            told = level
        case .resolved:
            if told == .ok { problem = problem ?? "an end was told of what nobody had heard of" }
            told = .ok
        case .test: problem = problem ?? "a test that nobody asked for"
        }
    }
}

/// The level of a condition as people see it: it must not go up and down.
struct LevelRecord {
    private(set) var level: ConditionLevel = .ok
    private(set) var rises = 0
    private(set) var changes = 0
    private var risenAt = Instant.zero

    /// Takes the level of now; what is wrong with it, if anything is. It is to last for `least` after each rise.
    mutating func take(_ new: ConditionLevel, least: Duration, at now: Instant) -> String? {
        guard new != level else { return nil }
        defer { level = new }
        changes += 1
        if new > level {
            rises += 1
            risenAt = now
            return nil
        }
        guard now - risenAt < least else { return nil }
        return "it fell to \(new.rawValue) \((now - risenAt).text) after it had risen"
    }
}
