// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLoop
internal import HostWire

/// A person's request that waits for a service to get somewhere.
struct PendingAction {
    /// What was asked for.
    enum Kind: String {
        case start, stop, restart
    }

    let kind: Kind
    let name: ServiceName
    let began: Instant
    let responder: ControlResponder

    /// A service that nobody can ask must have run so long before it counts as started: many fail at once.
    private static let proof: Duration = .milliseconds(500)

    /// When an instance that cannot be asked will have run long enough; nil for one that can be, or that does not run.
    static func proofTime(of service: ServiceMachine) -> Instant? {
        let specification = service.specification
        guard specification.startup == nil, specification.ready == nil, case .up(let life) = service.state else {
            return nil
        }
        return life.startedAt + proof
    }

    /// Whether `service` has got there (true), cannot any more (false), or is on its way (nil).
    func verdict(on service: ServiceMachine, at now: Instant) -> Bool? {
        switch (kind, service.phase) {
        case (.stop, .stopped), (.stop, .held): true
        case (.stop, _): nil
        case (_, .ready): Self.proofTime(of: service).map { now >= $0 } ?? true ? true : nil
        case (_, .held), (_, .stopped), (_, .backoff), (_, .looping): false
        case (_, .waiting), (_, .starting), (_, .running), (_, .unhealthy), (_, .stopping): nil
        }
    }
}

extension Supervisor {
    /// Does what a person asks, and answers when it is done or cannot be.
    func act(_ kind: PendingAction.Kind, on name: ServiceName, wait: Bool, _ responder: ControlResponder) {
        let began = loop.now
        switch kind {
        case .start: feed(name, .start(by: .person))
        case .stop: feed(.stop([name], by: .person))
        case .restart: feed(name, .restart)
        }
        let action = PendingAction(kind: kind, name: name, began: began, responder: responder)
        guard wait else { return answer(action, ok: true) }
        actions.append(action)
        settleActions()
    }

    /// Answers the requests whose services have got somewhere.
    func settleActions() {
        guard !actions.isEmpty else { return }
        actions.removeAll { action in
            guard action.responder.isOpen, let service = machine.services[action.name] else { return true }
            guard let ok = action.verdict(on: service, at: loop.now) else { return false }
            answer(action, ok: ok)
            return true
        }
        let proofs = actions.compactMap { machine.services[$0.name].flatMap(PendingAction.proofTime) }
        guard let next = proofs.filter({ $0 > loop.now }).min() else { return actionTimer = nil }
        actionTimer = try? loop.timer { [weak self] in self?.settleActions() }
        actionTimer?.arm(at: next)
    }

    private func answer(_ action: PendingAction, ok: Bool) {
        guard let service = machine.services[action.name] else { return }
        let took = loop.now - action.began
        let outcome = ActionOutcome(
            service: action.name.text, action: action.kind.rawValue, ok: ok, state: service.phase.rawValue,
            reason: service.reason, pid: service.state.process?.pid,
            durationMilliseconds: Double(took.nanoseconds) / 1e6)
        action.responder.finish(status: 200, json: outcome.json)
    }
}
