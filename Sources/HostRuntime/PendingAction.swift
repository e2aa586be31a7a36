// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLoop
internal import HostWire

/// A person's request that waits for a service to get somewhere.
struct PendingAction {
    /// What was asked for.
    enum Kind: String {
        case start, stop, restart, reset
    }

    /// Where the service is to get.
    enum Goal {
        case up, down
        /// Nowhere: all is done.
        case here
    }

    let kind: Kind
    let goal: Goal
    let name: ServiceName
    let began: Instant
    let party: ActionParty

    /// Whether `service` has got there (true), cannot any more (false), or is on its way (nil).
    func verdict(on service: ServiceMachine, at now: Instant) -> Bool? {
        // A turn that did not come because another instance failed.
        if kind == .restart, service.roll == .none, case .up(let life) = service.state, life.startedAt < began {
            return false
        }
        if kind == .restart, service.roll.isQueued { return nil }
        return switch (goal, service.phase) {
        case (.here, _): true
        case (.down, .stopped), (.down, .held): true
        case (.down, _): nil
        case (.up, .ready): service.proofTime.map { now >= $0 } ?? true ? true : nil
        case (.up, .held), (.up, .stopped), (.up, .backoff), (.up, .looping): false
        case (.up, .waiting), (.up, .starting), (.up, .running), (.up, .unhealthy), (.up, .stopping): nil
        }
    }
}

/// The actions of one request, and who waits for their outcomes.
final class ActionParty {
    private let responder: ControlResponder?
    /// Who waits within hostd.
    private let then: ((ActionOutcome) -> Void)?
    /// In the order of the request; nil where one was asked for by its own path: then its outcome is the answer.
    private let names: [ServiceName]?
    private var missing: Int
    private var outcomes: [String: ActionOutcome] = [:]

    /// Waits for one outcome.
    init(_ responder: ControlResponder) {
        self.responder = responder
        then = nil
        names = nil
        missing = 1
    }

    /// hostd itself waits for one outcome.
    init(then: @escaping (ActionOutcome) -> Void) {
        responder = nil
        self.then = then
        names = nil
        missing = 1
    }

    /// Waits for the outcomes of several.
    init(_ responder: ControlResponder, of names: [ServiceName]) {
        self.responder = responder
        then = nil
        self.names = names
        missing = names.count
    }

    /// Whether an answer is still wanted.
    var isOpen: Bool { responder?.isOpen ?? (missing > 0) }

    /// The service of an action is no longer there: a visitor sees that by himself.
    func forget(_ action: PendingAction) {
        guard responder == nil else { return }
        take(
            ActionOutcome(
                service: action.name.text, action: action.kind.rawValue, ok: false, state: "stopped",
                reason: "no longer in the configuration", pid: nil, durationMilliseconds: 0))
    }

    /// Takes the outcome of one; the last one is followed by the answer.
    func take(_ outcome: ActionOutcome) {
        outcomes[outcome.service] = outcome
        missing -= 1
        guard missing == 0 else { return }
        guard let responder else { return then?(outcome) ?? () }
        guard let names else { return responder.finish(status: 200, json: outcome.json) }
        let list = ActionOutcomeList(outcomes: names.compactMap { outcomes[$0.text] })
        responder.finish(status: 200, json: list.json)
    }
}

extension Supervisor {
    /// Does what a person asks to all of `names`, and answers when it is done or cannot be: a stop in the reverse order
    /// of `after`, a restart in that order and from one instance to the next, all else at once, and those that wait for
    /// others wait.
    func act(_ kind: PendingAction.Kind, on names: [ServiceName], wait: Bool, _ party: ActionParty) {
        let began = loop.now
        let goals = names.map { goal(of: kind, $0) }
        switch kind {
        case .stop: feed(.stop(Set(names), by: .person))
        case .restart: feed(.restart(Set(names), .person))
        case .start, .reset: break
        }
        for name in names {
            switch kind {
            case .start: feed(name, .start(by: .person))
            case .stop, .restart: break
            case .reset: feed(name, .reset)
            }
        }
        for (name, goal) in zip(names, goals) {
            let action = PendingAction(kind: kind, goal: goal, name: name, began: began, party: party)
            if wait { actions.append(action) } else { answer(action, ok: true) }
        }
        settleActions()
    }

    private func goal(of kind: PendingAction.Kind, _ name: ServiceName) -> PendingAction.Goal {
        switch kind {
        case .start, .restart: return .up
        case .stop: return .down
        case .reset:
            // Only what waits for the sake of its failures is started.
            guard case .pausing? = machine.services[name]?.state else { return .here }
            return .up
        }
    }

    /// Answers the requests whose services have got somewhere.
    func settleActions() {
        guard !actions.isEmpty else { return }
        actions.removeAll { action in
            guard action.party.isOpen else { return true }
            guard let service = machine.services[action.name] else {
                action.party.forget(action)
                return true
            }
            guard let ok = action.verdict(on: service, at: loop.now) else { return false }
            answer(action, ok: ok)
            return true
        }
        let proofs = actions.compactMap { machine.services[$0.name]?.proofTime }
        guard let next = proofs.filter({ $0 > loop.now }).min() else { return actionTimer = nil }
        actionTimer = try? loop.timer { [weak self] in self?.settleActions() }
        actionTimer?.arm(at: next)
    }

    private func answer(_ action: PendingAction, ok: Bool) {
        guard let service = machine.services[action.name] else { return }
        let wasPassedOver = !ok && action.kind == .restart && service.phase == .ready
        let reason =
            wasPassedOver ? "not restarted: another instance, restarted before it, is not well" : service.reason
        action.party.take(
            outcome(action.kind.rawValue, of: service, ok: ok, reason: reason, began: action.began))
    }

    /// What became of an action, and where the service is now.
    func outcome(
        _ action: String, of service: ServiceMachine, ok: Bool, reason: String, began: Instant
    ) -> ActionOutcome {
        ActionOutcome(
            service: service.specification.name.text, action: action, ok: ok, state: service.phase.rawValue,
            reason: reason, pid: service.state.process?.pid,
            durationMilliseconds: Double((loop.now - began).nanoseconds) / 1e6)
    }
}
