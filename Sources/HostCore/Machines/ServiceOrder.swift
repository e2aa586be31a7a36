// SPDX-License-Identifier: Apache-2.0

/// Who comes after whom, and who waits for whom at the moment. Kept up to date service by service, so that an event
/// costs what the service's own neighbours cost, however many services there are.
struct ServiceOrder: Hashable, Sendable {
    /// What the order has to know of one service.
    private struct Place: Hashable, Sendable {
        /// Those that must have been ready before it starts, and are stopped after it.
        var before: [ServiceName] = []
        /// Those that come after it.
        var followers: [ServiceName] = []
        var wasReady = false
        var isDown = true
        /// It waits until all of `before` were ready.
        var waits = false
        /// It waits to be stopped until none of its followers is on its way down.
        var isQueued = false
        /// It is on its way down.
        var isStopping = false
        /// How many of `before` were not ready yet.
        var unreadyBefore = 0
        /// How many of its followers are on their way down.
        var stoppingFollowers = 0

        /// Nothing is in the way of what it waits for.
        var isFree: Bool { waits && unreadyBefore == 0 || isQueued && stoppingFollowers == 0 }
    }

    private var places: [ServiceName: Place] = [:]
    private var upCount = 0
    /// Those that something made free, in the order in which that happened.
    private var freed: [ServiceName] = []

    init(_ services: [ServiceName: ServiceMachine]) {
        for name in services.keys { places[name] = Place() }
        for (name, service) in services {
            let before = Set(service.specification.after).subtracting([name]).filter { services[$0] != nil }.sorted()
            places[name]?.before = before
            places[name]?.unreadyBefore = before.count
            for other in before { places[other]?.followers.append(name) }
        }
        for name in services.keys { places[name]?.followers.sort() }
        for service in services.values { note(service) }
    }

    /// Nothing runs and nothing is about to.
    var isAllDown: Bool { upCount == 0 }

    /// Those that must have been ready before `name` starts, and are stopped after it.
    func before(_ name: ServiceName) -> [ServiceName] { places[name]?.before ?? [] }

    /// Takes note of how a service is now.
    mutating func note(_ service: ServiceMachine) {
        let name = service.specification.name
        guard let old = places[name] else { return }
        var new = old
        new.wasReady = service.wasReady
        new.isDown = service.state.isDown
        new.isQueued = service.queuedStop != nil
        new.waits = if case .waiting(.dependencies) = service.state { true } else { false }
        new.isStopping = if case .ending(let ending) = service.state { ending.next == .stop } else { new.isQueued }
        guard new != old else { return }
        places[name] = new
        offer(name)
        if new.isDown != old.isDown { upCount += new.isDown ? -1 : 1 }
        if new.wasReady != old.wasReady {
            for follower in new.followers {
                places[follower]?.unreadyBefore += new.wasReady ? -1 : 1
                if new.wasReady { offer(follower) }
            }
        }
        if new.isStopping != old.isStopping {
            for other in new.before {
                places[other]?.stoppingFollowers += new.isStopping ? 1 : -1
                if !new.isStopping { offer(other) }
            }
        }
    }

    /// Looks whether something is still in the way of `name`.
    mutating func offer(_ name: ServiceName) {
        if places[name]?.isFree == true { freed.append(name) }
    }

    /// The next service that may go on.
    mutating func takeFreed() -> ServiceName? {
        while !freed.isEmpty {
            let name = freed.removeFirst()
            if places[name]?.isFree == true { return name }
        }
        return nil
    }
}
