// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Whoever was stopped or held stays down, over the ends of hostd and of the host; the others come up in order.
extension Checker {
    /// How a service is meant to be.
    enum Wish {
        /// Nobody has started it in this boot.
        case idle
        case up
        /// A person stopped it.
        case stopped
        /// It exited in a way that says "do not restart".
        case held
        /// Its policy did not restart it.
        case left
        /// Whoever knew has lost it.
        case unknown

        init(_ mark: ServiceMark?) {
            switch mark {
            case .stopped: self = .stopped
            case .held: self = .held
            case nil: self = .idle
            }
        }

        var mark: ServiceMark? {
            switch self {
            case .idle, .up, .left, .unknown: nil
            case .stopped: .stopped
            case .held: .held
            }
        }
    }

    /// hostd is about to take an event.
    mutating func takes(
        _ event: ServiceEvent, _ service: SimulatedService, _ state: () -> ServiceState?, at now: Instant
    ) {
        let index = service.index
        switch event {
        case .start(by: .person), .restart:
            guard service.isConfigured else { return }
            records[index].wish = .up
            if case .restart = event { records[index].queued = nil }
            records[index].stopSince = nil
            records[index].stopBatch = nil
            records[index].pace.reset()
            if case .restart = event { unwant(service) }
            let state = state()
            switch state {
            case .up, .launching: if case .restart = event { records[index].pace.isFree = true }
            case .hooking(let run) where run.ended == nil && run.next != .stop: break
            default: records[index].pace.isFree = true
            }
            if state?.isDown == true { startsFromRest(service, at: now) }
        case .start(by: .host): hostStarts(service, at: now)
        case .reset: reset(service, state())
        case .exited(let id, let report, _):
            guard let instance = service.instance(id) else { return }
            if case .afterStop? = instance.hook { return }
            records[index].last = instance
            instance.notes.ran = instance.notes.ran ?? report.ran
        case .keeperLost(let id):
            guard let instance = service.instance(id) else { return }
            if case .afterStop? = instance.hook { return }
            records[index].last = instance
        case .launchFailed(let id, _), .neverRan(let id):
            if case .afterStop? = service.instance(id)?.hook ?? records[index].spawnFailedFor { return }
            records[index].last = nil
        // Nothing came of what was sent.
        case .stopFailed(let id, _): service.instance(id)?.notes.isSignalKnown = false
        case .signalled(let id): service.instance(id)?.notes.isSignalKnown = true
        case .probed(let id, let kind, let number, let answer):
            // An answer to an earlier question says nothing.
            guard let instance = service.instance(id), instance.notes.asked[kind] == number else { return }
            answered(instance, kind, ok: answer.ok)
        default: break
        }
    }

    private mutating func hostStarts(_ service: SimulatedService, at now: Instant) {
        switch records[service.index].wish {
        case .idle, .left, .unknown:
            records[service.index].wish = .up
            records[service.index].pace.isFree = true
            startsFromRest(service, at: now)
        case .up, .stopped, .held: break
        }
    }

    /// A person has failures forgotten: what waited for their sake may come at once, and the count begins anew; but the
    /// end of what an older snapshot knows of is judged once more.
    private mutating func reset(_ service: SimulatedService, _ state: ServiceState?) {
        var isFree = records[service.index].pace.isFree
        if case .pausing = state { isFree = true }
        let isVague = records[service.index].pace.isVague
        records[service.index].pace.reset()
        records[service.index].pace.isFree = isFree
        records[service.index].pace.isVague = isVague
    }

    /// A person stops some, or hostd all of them.
    mutating func takesStop(_ some: [(SimulatedService, ServiceState?)], by author: Author, at now: Instant) {
        stopBatches += 1
        for (service, state) in some {
            unwant(service)
            if author == .person { records[service.index].wish = .stopped }
            records[service.index].stopSince = records[service.index].stopSince ?? now
            switch state {
            case .up, .launching: records[service.index].stopBatch = records[service.index].stopBatch ?? stopBatches
            default: records[service.index].stopBatch = nil
            }
        }
    }

    private func unwant(_ service: SimulatedService) {
        service.instances.last?.notes.isUnwanted = true
    }

    /// What a service that hostd stopped for its own end was before, it may become again.
    mutating func returnsAfterShutdown() {
        for index in records.indices {
            records[index].pace.isFree = true
            records[index].stopSince = nil
            records[index].stopBatch = nil
        }
    }

    mutating func checkWish(_ id: InstanceID, _ service: SimulatedService, at now: Instant) {
        let wish = records[service.index].wish
        require(wish == .up || wish == .unknown, "\(id) was launched although the service is to be \(wish)")
        // The one before, if it said "do not restart" and nobody had told it to end.
        if let last = records[service.index].last, last.id.launch + 1 == id.launch, last.notes.signals == 0,
            last.notes.killOrders == 0,
            !last.notes.isUnwanted, case .code(78)? = last.exit?.status, !records[service.index].pace.isFree
        {
            require(false, "\(id) was launched although \(last.id) exited with 78")
        }
    }

    /// How hostd sees a service, after an event that touched it.
    mutating func look(
        _ view: ServiceMachine, _ service: SimulatedService, isShuttingDown: Bool, at now: Instant
    ) {
        let index = service.index
        if records[index].wish == .up, view.state.isDown, !isShuttingDown { lookAtRest(view, service) }
        if records[index].wish == .unknown {
            records[index].wish = view.mark.map { Wish($0) } ?? (view.state.isDown ? .idle : .up)
        }
        let mark = records[index].wish.mark
        require(view.mark == mark, "\(service.name) is \(view.mark.text), and should be \(mark.text)")
        if let broken = view.violation(in: []) { require(false, "\(service.name): \(broken)") }
        if case .pausing(let pause) = view.state, let wrong = records[index].pace.paused(pause) {
            require(false, "\(service.name) \(wrong)")
        }
        if view.state.isDown {
            records[index].stopSince = nil
            records[index].stopBatch = nil
        }
        if case .ending(let ending) = view.state {
            if records[index].ending?.instance != ending.instance { records[index].ending = (ending.instance, now) }
        } else {
            records[index].ending = nil
        }
        // Those it comes after have been ready by now, and are not looked at again.
        if case .waiting(.condition) = view.state {
            checkDependencies(InstanceID(service: service.name, launch: view.launches + 1), service, at: now)
        }
        lookAtReadiness(view, service)
    }

    /// It came to rest, and nobody had asked for that.
    private mutating func lookAtRest(_ view: ServiceMachine, _ service: SimulatedService) {
        let isForgotten = records[service.index].last == nil && !service.specification.afterStop.isEmpty
        let status = isForgotten ? view.lastExit?.report.status : records[service.index].last?.mainStatus
        if view.phase == .held {
            require(status == .code(78), "\(service.name) is held after \(status?.text ?? "nothing")")
            records[service.index].wish = .held
        } else {
            let policy = service.specification.restart.policy
            require(policy != .always, "\(service.name) was left stopped: \(view.reason)")
            require(policy == .never || status == .code(0), "\(service.name) was left stopped: \(view.reason)")
            records[service.index].wish = .left
        }
    }
}
