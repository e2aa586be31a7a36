// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Restarts in turn, and changes of the configuration.
extension Checker {
    /// hostd is about to hear that a service is to be restarted when its turn comes.
    mutating func takesRestart(
        _ cause: RestartCause, _ service: SimulatedService, _ state: () -> ServiceState?, at now: Instant
    ) {
        let index = service.index
        switch state() {
        case nil: return
        case .up, .launching:
            if cause == .person {
                records[index].wish = .up
                records[index].stopSince = nil
                records[index].stopBatch = nil
            }
            records[index].queued = service.instances.last
        default: if cause == .person { takes(.restart, service, state, at: now) }
        }
    }

    /// hostd is about to read what the configuration says of a service that it knows.
    mutating func takesConfiguration(_ service: SimulatedService, _ view: ServiceMachine?, at now: Instant) {
        guard let view else { return }
        if case .up(let life) = view.state, case .serving = life.stage {
            let instance = service.instance(life.instance)
            instance?.notes.isPastStartup = true
            let isSame = view.specification.heartbeat == service.specification.heartbeat
            instance?.notes.heldTo = isSame ? nil : life.live?.specification
        }
        var new = view
        _ = new.configure(service.specification, at: now)
        guard new.isOutdated else { return }
        switch view.state {
        case .up, .launching: if view.queuedStop == nil { records[service.index].queued = service.instances.last }
        default:
            records[service.index].pace.reset()
            records[service.index].pace.isFree = true
        }
    }

    /// Some services are new to hostd.
    mutating func configured(_ services: [SimulatedService], _ news: [SimulatedService]) {
        // What is remembered of it comes later.
        for service in news where service.isForgotten { records[service.index].wish = .idle }
        for service in services where !service.isConfigured { records[service.index].queued = nil }
        readOrder()
    }

    /// Its snapshot, which may be an older one, says that it waits for its turn.
    mutating func remembersRoll(_ service: SimulatedService) {
        records[service.index].queued = service.instances.last
    }

    /// It is forgotten.
    mutating func removed(_ service: SimulatedService) {
        records[service.index] = Record()
    }

    /// hostd has asked the store about a service that is new to it.
    mutating func recalled(_ mark: ServiceMark?, _ service: SimulatedService) {
        records[service.index].wish = Wish(mark)
    }

    /// The roll that it waited in is over without it.
    mutating func halted(_ service: SimulatedService) {
        records[service.index].queued = nil
    }

    /// An event has been judged: if this service is to be replaced now, its turn has come.
    mutating func decided(
        _ view: ServiceMachine, _ service: SimulatedService, _ machine: HostMachine?, at now: Instant
    ) {
        let index = service.index
        follows(view, service)
        if case .ending(let ending) = view.state, let instance = service.instance(ending.instance),
            isUnwell(instance, at: now) || instance.said.stopping != nil
        {
            instance.notes.wasUnwell = true
        }
        guard let queued = records[index].queued else { return }
        if view.state.instance != queued.id || view.roll == .none && view.queuedStop != nil {
            return records[index].queued = nil
        }
        guard case .ending(let ending) = view.state else { return }
        records[index].queued = nil
        guard ending.next == .relaunch else { return }
        records[index].pace.reset()
        records[index].pace.isFree = true
        if !isUnwell(queued, at: now) { checkTurn(view, machine) }
        queued.notes.isUnwanted = true
    }

    /// It is replaced because a companion was.
    private mutating func follows(_ view: ServiceMachine, _ service: SimulatedService) {
        guard case .ending(let ending) = view.state, ending.next == .relaunch,
            ending.why?.hasPrefix("restarted with ") == true,
            let instance = service.instance(ending.instance), !instance.notes.isUnwanted
        else { return }
        let companions = services.filter { service.specification.restartWith.contains($0.name) }
        let isNew = companions.contains { records[$0.index].launchedAt >= instance.launchedAt }
        guard isNew || records[service.index].queued != nil else { return }
        instance.notes.isUnwanted = true
        records[service.index].pace.reset()
        records[service.index].pace.isFree = true
    }

    /// No two of one family are down at a time for a roll.
    private mutating func checkTurn(_ view: ServiceMachine, _ machine: HostMachine?) {
        let name = view.specification.name
        guard let machine else { return }
        for (other, sibling) in machine.services where other.family == name.family && other != name {
            switch sibling.phase {
            case .ready, .stopped, .held, .looping: continue
            case .stopping where machine.leaving.contains(other): continue
            default: break
            }
            if sibling.roll.isQueued { continue }
            if case .waiting(.dependencies) = sibling.state { continue }
            if case .ending(let ending) = sibling.state, ending.next == .stop { continue }
            if case .hooking(let run) = sibling.state, run.next == .stop { continue }
            require(false, "\(name) was taken down in its turn while \(other) is \(sibling.phase.rawValue)")
        }
        // One that was queued since by a companion of its own is not meant.
        for other in services where view.specification.after.contains(other.name) && records[other.index].queued != nil
        {
            guard machine.services[other.name]?.roll.isQueued == true else { continue }
            require(false, "\(name) was restarted before \(other.name)")
        }
    }
}
