// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostWire

/// What alerts are told, and the answer to a test of them.
extension Supervisor {
    /// Connects the alerts with what they tell of.
    func hearAlerts() {
        alerts.hostName = { [weak self] in self?.settings.name ?? HostName.current }
        alerts.healthChanged = { [weak self] in self?.alertHealthChanged($0) }
        alerts.whatHolds = { [weak self] in self?.whatHolds ?? [] }
        history.told = { [weak self] kind, priority, service, line in
            self?.alerts.happened(kind, Self.severity(priority), service, line)
        }
        alerts.want(configuration.alerts)
    }

    /// Tells the alerts what the configuration says.
    func wantAlerts(of configuration: HostConfiguration) { alerts.want(configuration.alerts) }

    private static func severity(_ priority: Journal.Priority) -> AlertSeverity {
        switch priority {
        case .error: .error
        case .warning: .warning
        default: .notice
        }
    }

    private func alertHealthChanged(_ failing: [String]) {
        if configuration.alerts.isEmpty { return removeCondition("alert") }
        setCondition("alert", failing.isEmpty ? .ok : .warn, failing.joined(separator: "; "))
    }

    /// What happened while hostd was away, or before the store had said what was told already: conditions, and the
    /// troubles that services are in, as if they began now.
    private var whatHolds: [AlertMachine.Event] {
        let ofHost = conditions.map { condition -> AlertMachine.Event in
            .condition(condition.level, AlertCenter.occasion(condition.kind, condition.level, condition.reason))
        }
        let ofServices = machine.services.values.compactMap { service -> AlertMachine.Event? in
            let name = service.specification.name.text
            let kind = "service.\(service.phase.rawValue)"
            guard let priority = EventKind.named(kind)?.priority else { return nil }
            return .holds(
                AlertOccasion(
                    name: kind, subject: name, severity: Self.severity(priority),
                    text: "\(name): \(service.phase.rawValue): \(service.reason)",
                    wallMilliseconds: Clock.wallMilliseconds))
        }
        return ofHost + ofServices
    }

    /// `POST /v1/alerts/test`
    func answerAlertTest(_ call: ControlCall) {
        var chosen = configuration.alerts
        if let word = call.request.query["name"] {
            let isNumber = chosen.enumerated().filter { "\($0.offset + 1)" == word }.map(\.element)
            let named = chosen.filter { $0.name == word }
            chosen = named.isEmpty ? isNumber : named
            guard !chosen.isEmpty else {
                let known = configuration.alerts.map(\.name).joined(separator: ", ")
                let hint = known.isEmpty ? "no [[alert]] is configured" : "there are \(known)"
                let answer = ErrorAnswer("there is no alert \"\(word)\"", hint: hint)
                return call.responder.finish(status: 404, json: answer.json)
            }
        }
        guard !chosen.isEmpty else { return call.finish(AlertTest(alerts: []).json) }
        alerts.test(chosen) { outcomes in
            let results = zip(chosen, outcomes).map { alert, outcome in
                var result = AlertTest.Result(
                    name: alert.name, place: alert.place, ok: outcome.0 == .delivered,
                    durationMilliseconds: Double(outcome.1.nanoseconds) / 1e6)
                if case .failed(let why, _) = outcome.0 { result.reason = why }
                return result
            }
            call.finish(AlertTest(alerts: results).json)
        }
    }
}
