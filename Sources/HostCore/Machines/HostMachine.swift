// SPDX-License-Identifier: Apache-2.0

/// All services of a host: who waits for whom, and in which order they stop.
public struct HostMachine: Hashable, Sendable {
    /// What happens on the host.
    public enum Event: Hashable, Sendable {
        /// Something happens to one service.
        case service(ServiceName, ServiceEvent)
        /// Stop these, those that others come after last.
        case stop(Set<ServiceName>, by: Author)
        /// hostd shuts down: stop everything in order, start nothing more.
        case shutDown
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// For one service.
        case service(ServiceName, ServiceEffect)
        /// After `shutDown`: nothing runs any more.
        case allStopped
    }

    /// The services by name.
    public internal(set) var services: [ServiceName: ServiceMachine]
    /// Services that are to stop once nothing that comes after them is up any more.
    private var stopQueue: [ServiceName: Author]
    /// Services that wait for their dependencies, so that an event costs nothing for all the others.
    private var waiting: Set<ServiceName>
    /// hostd shuts down.
    public private(set) var isShuttingDown: Bool

    /// A host with these services, none of them told anything yet.
    public init(_ services: [ServiceMachine]) {
        self.services = Dictionary(services.map { ($0.specification.name, $0) }) { first, _ in first }
        stopQueue = [:]
        waiting = Set(services.filter(\.isWaitingForDependencies).map(\.specification.name))
        isShuttingDown = false
    }

    /// Takes one event and says what is to be done for it, in order.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .service(let name, let event):
            guard services[name] != nil, !isRefused(event) else { return [] }
            // A start takes back a stop that was still waiting for its turn.
            if case .start = event { stopQueue[name] = nil }
            apply(event, to: name, at: now, &effects)
        case .stop(let names, let author):
            for name in names where services[name] != nil { stopQueue[name] = author }
        case .shutDown:
            isShuttingDown = true
            for name in services.keys { stopQueue[name] = stopQueue[name] ?? .host }
        }
        settle(at: now, &effects)
        if isShuttingDown, stopQueue.isEmpty, services.values.allSatisfy({ $0.state.isDown }) {
            effects.append(.allStopped)
        }
        return effects
    }

    /// Gives back what must be done again after an adoption, for one service.
    public mutating func resume(_ name: ServiceName, at now: Instant) -> [Effect] {
        (services[name]?.resume(at: now) ?? []).map { .service(name, $0) }
    }

    /// Takes in what is remembered of a service from earlier boots, unless it has left its rest already.
    public mutating func recall(_ name: ServiceName, mark: ServiceMark?, restarts: UInt64, reason: String) {
        services[name]?.recall(mark: mark, restarts: restarts, reason: reason)
    }

    /// Takes over an instance that only the runtime folder knows of.
    public mutating func adopt(
        _ instance: InstanceID, _ process: ProcessIdentity, startedAt: Instant, at now: Instant
    ) -> [Effect] {
        let effects = services[instance.service]?.adopt(instance, process, startedAt: startedAt, at: now) ?? []
        waiting.remove(instance.service)
        return effects.map { .service(instance.service, $0) }
    }

    /// The earliest time at which a service wants to be woken, and which.
    public var deadline: Instant? { services.values.compactMap(\.deadline).min() }

    private func isRefused(_ event: ServiceEvent) -> Bool {
        guard isShuttingDown else { return false }
        switch event {
        case .start, .restart: return true
        default: return false
        }
    }

    private mutating func apply(
        _ event: ServiceEvent, to name: ServiceName, at now: Instant, _ effects: inout [Effect]
    ) {
        effects += (services[name]?.handle(event, at: now) ?? []).map { .service(name, $0) }
        if services[name]?.isWaitingForDependencies == true {
            waiting.insert(name)
        } else {
            waiting.remove(name)
        }
    }

    /// Lets go on what no longer has to wait.
    private mutating func settle(at now: Instant, _ effects: inout [Effect]) {
        for name in waiting.sorted() {
            guard let service = services[name] else { continue }
            if service.specification.after.allSatisfy({ services[$0]?.wasReady ?? true }) {
                apply(.dependenciesReady, to: name, at: now, &effects)
            }
        }
        for name in stopQueue.keys.sorted() where !hasLiveFollower(name) {
            guard let author = stopQueue.removeValue(forKey: name) else { continue }
            apply(.stop(by: author), to: name, at: now, &effects)
        }
    }

    /// Whether a service that comes after `name` is itself on its way to stop and not down yet.
    private func hasLiveFollower(_ name: ServiceName) -> Bool {
        services.values.contains { follower in
            guard follower.specification.after.contains(name), follower.specification.name != name else { return false }
            if stopQueue[follower.specification.name] != nil { return true }
            if case .ending(let ending) = follower.state { return ending.next == .stop }
            return false
        }
    }
}

extension ServiceMachine {
    fileprivate var isWaitingForDependencies: Bool {
        if case .waiting(.dependencies) = state { true } else { false }
    }
}

extension ServiceState {
    /// Nothing runs and nothing is about to.
    public var isDown: Bool {
        switch self {
        case .stopped, .held: true
        case .waiting, .launching, .up, .ending, .pausing: false
        }
    }
}
