// SPDX-License-Identifier: Apache-2.0

/// All services of a host: who waits for whom, and in which order they stop.
public struct HostMachine: Hashable, Sendable {
    /// What happens on the host.
    public enum Event: Hashable, Sendable {
        /// Something happens to one service.
        case service(ServiceName, ServiceEvent)
        /// Stop these and no others, those that others of them come after last.
        case stop(Set<ServiceName>, by: Author)
        /// Replace the instances of these: those of one family one after the other, each when the one before it is
        /// ready again, and those that others of them come after first.
        case restart(Set<ServiceName>, RestartCause)
        /// These services are configured now, and no others. Those that are new, or were on their way out, are not
        /// started by this: whoever feeds it knows what is remembered of them. Those that are gone are stopped in
        /// order, and then `removed`.
        case configure([ServiceSpecification], seed: UInt64)
        /// These conditions of the host are critical now, and no others.
        case conditions(Set<ConditionKind>)
        /// The host, or hostd, did not run for so long: nobody is blamed for what was not done meanwhile.
        case away(Duration)
        /// hostd shuts down: stop everything in order, start nothing more.
        case shutDown
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// For one service.
        case service(ServiceName, ServiceEffect)
        /// Nothing is to be done, but its snapshot says something new.
        case changed(ServiceName)
        /// It is no longer configured and nothing of it runs: it is forgotten.
        case removed(ServiceName)
        /// After `shutDown`, once: nothing runs any more.
        case allStopped
    }

    /// The services by name.
    public internal(set) var services: [ServiceName: ServiceMachine]
    /// hostd shuts down.
    public private(set) var isShuttingDown: Bool
    /// Who comes after whom, and who is in whose way.
    var order: ServiceOrder
    private var saidAllStopped: Bool
    /// The conditions of the host that are critical.
    public internal(set) var critical: Set<ConditionKind> = []
    /// Those that are ready and may have followers to restart.
    var readyCompanions: Set<ServiceName> = []
    /// By service: those that are restarted with it.
    var followers: [ServiceName: [ServiceName]] = [:]
    /// Those that the configuration does not name any more, until they are down.
    public internal(set) var leaving: Set<ServiceName> = []

    /// A host with these services, none of them told anything yet.
    public init(_ services: [ServiceMachine]) {
        self.services = Dictionary(services.map { ($0.specification.name, $0) }) { first, _ in first }
        isShuttingDown = false
        order = ServiceOrder(self.services)
        saidAllStopped = false
        readCompanions()
    }

    /// Takes one event and says what is to be done for it, in order.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .service(let name, let event):
            guard !isRefused(event, for: name) else { return [] }
            change(name, &effects) { $0.handle(event, at: now) }
            settle(at: now, &effects)
        case .stop(let names, let author):
            stop(names.sorted(), by: author, at: now, &effects)
        case .restart(let names, let cause):
            guard !isShuttingDown else { return [] }
            for name in names.subtracting(leaving).sorted() {
                change(name, &effects) { $0.handle(.queueRestart(cause), at: now) }
            }
            settle(at: now, &effects)
        case .configure(let specifications, let seed):
            configure(specifications, seed: seed, at: now, &effects)
        case .conditions(let critical):
            take(critical, at: now, &effects)
        case .away(let time):
            for name in services.keys.sorted() {
                change(name, &effects) { $0.handle(.away(time), at: now) }
                effects.append(.changed(name))
            }
        case .shutDown:
            isShuttingDown = true
            stop(services.keys.sorted(), by: .host, at: now, &effects)
        }
        dropThoseThatLeft(&effects)
        sayAllStopped(&effects)
        return effects
    }

    /// Gives back what must be done again after an adoption, for one service; before that, nothing moves it.
    public mutating func resume(_ name: ServiceName, at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        change(name, &effects) { $0.resume(at: now) }
        order.offer(name)
        settle(at: now, &effects)
        return effects
    }

    /// Takes in what is remembered of a service from earlier boots, unless it has left its rest already.
    public mutating func recall(_ name: ServiceName, mark: ServiceMark?, restarts: UInt64, reason: String) {
        services[name]?.recall(mark: mark, restarts: restarts, reason: reason)
    }

    /// Takes over an instance that only the runtime folder knows of, the snapshot being lost or older. What its records
    /// say must follow.
    /// `hook`: it is the launch of one; `digest`: what it was launched with, where that is known.
    public mutating func adopt(
        _ instance: InstanceID, hook: Hook? = nil, launchedWith digest: UInt64? = nil, at now: Instant
    ) -> [Effect] {
        var effects: [Effect] = []
        change(instance.service, &effects) { $0.adopt(instance, hook: hook, launchedWith: digest, at: now) }
        settle(at: now, &effects)
        return effects
    }

    /// Takes over an instance that only the runtime folder knows of, and which runs.
    public mutating func adopt(
        _ instance: InstanceID, _ process: ProcessIdentity, startedAt: Instant, at now: Instant
    ) -> [Effect] {
        adopt(instance, at: now)
            + handle(.service(instance.service, .started(instance, process, at: startedAt)), at: now)
    }

    /// The earliest time at which a service wants to be woken. Looks at all of them; a runtime with many services
    /// keeps a timer for each `ServiceMachine.deadline` instead.
    public var deadline: Instant? { services.values.compactMap(\.deadline).min() }

    /// The services that `name` waits for before it starts: evidence for people.
    public func unready(before name: ServiceName) -> [ServiceName] {
        order.before(name).filter { services[$0]?.wasReady == false }
    }

    /// Those that waited for the network go on one after the other: the line has just come back.
    private mutating func take(_ critical: Set<ConditionKind>, at now: Instant, _ effects: inout [Effect]) {
        self.critical = critical
        let names = services.keys.sorted()
        let released = names.filter {
            guard let service = services[$0], case .waiting(.condition(.network)) = service.state else { return false }
            return service.isReleased(by: critical)
        }
        let apart = min(Self.apart, Self.longestRelease / max(released.count, 1))
        for name in names {
            let turn = apart * (released.firstIndex(of: name) ?? 0)
            change(name, &effects) { $0.handle(.conditions(critical, turn: turn), at: now) }
        }
        settle(at: now, &effects)
    }

    /// What waited for the network starts so far apart, or closer where there is much of it.
    private static let apart: Duration = .seconds(5)
    private static let longestRelease: Duration = .seconds(60)

    private func isRefused(_ event: ServiceEvent, for name: ServiceName) -> Bool {
        guard isShuttingDown || leaving.contains(name) else { return false }
        switch event {
        case .start, .restart, .queueRestart, .reset: return true
        default: return false
        }
    }

    /// All are told before the first one is stopped, so that each knows who is in its way.
    mutating func stop(
        _ names: [ServiceName], by author: Author, at now: Instant, _ effects: inout [Effect]
    ) {
        for name in names { change(name, &effects) { $0.handle(.queueStop(by: author), at: now) } }
        settle(at: now, &effects)
    }

    /// The only way to a service: what it means for the others is noted.
    mutating func change(
        _ name: ServiceName, _ effects: inout [Effect], _ body: (inout ServiceMachine) -> [ServiceEffect]
    ) {
        guard let index = services.index(forKey: name) else { return }
        let before = effects.count
        Self.change(&services.values[index], &order, &effects, body)
        noteCompanions(of: name, effects[before...], at: index)
    }

    /// In place: a machine is too large to be copied for each event.
    private static func change(
        _ service: inout ServiceMachine, _ order: inout ServiceOrder, _ effects: inout [Effect],
        _ body: (inout ServiceMachine) -> [ServiceEffect]
    ) {
        for effect in body(&service) { effects.append(.service(service.specification.name, effect)) }
        order.note(service)
    }

    /// Lets go on what no longer has to wait.
    mutating func settle(at now: Instant, _ effects: inout [Effect]) {
        while true {
            if let (name, turn) = order.takeFreed() {
                guard let service = services[name], !service.awaitsResume else { continue }
                change(name, &effects) { $0.handle(turn.event, at: now) }
            } else if let (name, companion) = takeCompanion(&effects) {
                change(name, &effects) { $0.handle(.queueRestart(.companion(companion)), at: now) }
            } else if let name = order.takeWaitingInTurn() {
                guard let service = services[name], !service.awaitsResume else { continue }
                change(name, &effects) { $0.handle(.turnPassed, at: now) }
            } else if let (members, failed) = order.takeEndedRoll() {
                for name in members { change(name, &effects) { $0.handle(.rollEnded(failed: failed), at: now) } }
            } else {
                return
            }
        }
    }

    private mutating func sayAllStopped(_ effects: inout [Effect]) {
        guard isShuttingDown, order.isAllDown, !saidAllStopped else { return }
        saidAllStopped = true
        effects.append(.allStopped)
    }
}

extension ServiceOrder.Turn {
    fileprivate var event: ServiceEvent {
        switch self {
        case .start: .dependenciesReady
        case .stop(let author): .stop(by: author)
        case .restart: .restart
        }
    }
}
