// SPDX-License-Identifier: Apache-2.0

/// Who comes after whom, and who waits for whom at the moment. Kept up to date service by service, so that an event
/// costs what the service's own neighbours cost, however many services there are.
struct ServiceOrder: Hashable, Sendable {
    /// What a service may do now that nothing is in its way.
    enum Turn: Hashable, Sendable {
        /// All in its `after` have been ready.
        case start
        /// Nothing that comes after it is on its way down any more.
        case stop(by: Author)
        /// It is its turn among those that are restarted.
        case restart
    }

    /// What the order has to know of one service.
    private struct Place: Hashable, Sendable {
        /// Those that must have been ready before it starts, and are stopped after it.
        var before: [ServiceName] = []
        /// Those that come after it.
        var followers: [ServiceName] = []
        var family: ServiceName
        var now = Standing()
        /// How many of `before` were not ready yet.
        var unreadyBefore = 0
        /// How many of its followers are on their way down.
        var stoppingFollowers = 0
        /// How many of `before` are still to be restarted, or have not been ready since.
        var rollingBefore = 0
    }

    /// How a service stands, as far as others have to do with it.
    fileprivate struct Standing: Hashable, Sendable {
        var wasReady = false
        var isDown = true
        /// It waits until all of `before` were ready.
        var waits = false
        /// It waits to be stopped until none of its followers is on its way down.
        var queuedStop: Author?
        /// It is on its way down.
        var isStopping = false
        var isReady = false
        /// It should be ready and is not, and may soon be: nobody of its family is taken down meanwhile. A crash loop
        /// holds nobody up, nor does one that waits for its own turn or for others to be ready for the first time.
        var isComing = false
        var roll = ServiceMachine.Roll.none
        /// It was restarted in its turn, and then did not stay up.
        var hasFailed = false

        var isRolling: Bool { roll.isQueued || roll == .underWay }
        var waitsInTurn: Bool { waits && roll == .underWay }
    }

    /// The instances of one service.
    fileprivate struct Family: Hashable, Sendable {
        var members: [ServiceName] = []
        var coming = 0
        var queued = 0
        var underWay = 0
        var done = 0
        var failed: Set<ServiceName> = []
    }

    private var places: [ServiceName: Place] = [:]
    private var families: [ServiceName: Family] = [:]
    private var upCount = 0
    /// Those that something made free, in the order in which that happened.
    private var freed: [ServiceName] = []
    private var freedToRestart: [ServiceName] = []
    /// Those that have their turn and wait for others to be ready for the first time.
    private var waitingInTurn: Set<ServiceName> = []
    /// Families whose roll is over, or has failed.
    private var endedRolls: [ServiceName] = []

    init(_ services: [ServiceName: ServiceMachine]) {
        for name in services.keys {
            let family = name.family
            places[name] = Place(family: family)
            families[family, default: Family()].members.append(name)
        }
        for (name, service) in services {
            let before = Set(service.specification.after).subtracting([name]).filter { services[$0] != nil }.sorted()
            places[name]?.before = before
            places[name]?.unreadyBefore = before.count
            for other in before { places[other]?.followers.append(name) }
        }
        for name in services.keys { places[name]?.followers.sort() }
        for family in families.keys { families[family]?.members.sort() }
        // Sorted, so that the same events always have the same effects.
        for (_, service) in services.sorted(by: { $0.key < $1.key }) { note(service) }
    }

    /// Nothing runs and nothing is about to.
    var isAllDown: Bool { upCount == 0 }

    /// Those that must have been ready before `name` starts, and are stopped after it.
    func before(_ name: ServiceName) -> [ServiceName] { places[name]?.before ?? [] }

    /// Takes note of how a service is now.
    mutating func note(_ service: ServiceMachine) {
        let name = service.specification.name
        guard let place = places[name] else { return }
        let old = place.now
        let new = Standing(service)
        guard new != old else { return }
        places[name]?.now = new
        offer(name)
        if new.isDown != old.isDown { upCount += new.isDown ? -1 : 1 }
        for follower in place.followers {
            if new.wasReady != old.wasReady { places[follower]?.unreadyBefore += new.wasReady ? -1 : 1 }
            if new.isRolling != old.isRolling { places[follower]?.rollingBefore += new.isRolling ? 1 : -1 }
            if new.wasReady != old.wasReady || new.isRolling != old.isRolling { offer(follower) }
        }
        if new.isStopping != old.isStopping {
            for other in place.before {
                places[other]?.stoppingFollowers += new.isStopping ? 1 : -1
                if !new.isStopping { offer(other) }
            }
        }
        noteFamily(place.family, name, old, new)
    }

    /// Looks whether something is still in the way of `name`.
    mutating func offer(_ name: ServiceName) {
        if turn(of: name) != nil { freed.append(name) }
        if places[name]?.now.waitsInTurn == true { waitingInTurn.insert(name) }
    }

    /// The next service that may go on, and how.
    mutating func takeFreed() -> (ServiceName, Turn)? {
        while !freed.isEmpty {
            let name = freed.removeFirst()
            switch turn(of: name) {
            case .restart?: freedToRestart.append(name)
            case let turn?: return (name, turn)
            case nil: break
            }
        }
        // Those that start come first: nobody of their family is taken down meanwhile.
        while !freedToRestart.isEmpty {
            let name = freedToRestart.removeFirst()
            if let turn = turn(of: name) { return (name, turn) }
        }
        return nil
    }

    /// The next service that has its turn, was not up, and cannot start yet: nothing was taken down for it.
    mutating func takeWaitingInTurn() -> ServiceName? {
        while let name = waitingInTurn.min() {
            waitingInTurn.remove(name)
            if places[name]?.now.waitsInTurn == true, turn(of: name) == nil { return name }
        }
        return nil
    }

    /// The next family whose roll is over: its members, and the one that failed, if one did.
    mutating func takeEndedRoll() -> (members: [ServiceName], failed: ServiceName?)? {
        while let name = endedRolls.popLast() {
            guard let family = families[name], family.isOver else { continue }
            return (family.members.filter { places[$0]?.now.roll != ServiceMachine.Roll.none }, family.failed.min())
        }
        return nil
    }

    private func turn(of name: ServiceName) -> Turn? {
        guard let place = places[name] else { return nil }
        if place.now.waits, place.unreadyBefore == 0 { return .start }
        if let author = place.now.queuedStop { return place.stoppingFollowers == 0 ? .stop(by: author) : nil }
        guard place.now.roll.isQueued, place.rollingBefore == 0, let family = families[place.family],
            family.isQuiet, next(in: family) == name
        else { return nil }
        return .restart
    }

    /// Whose turn it is: what is not ready goes first, since that costs least.
    private func next(in family: Family) -> ServiceName? {
        var first: ServiceName?
        for name in family.members {
            guard let now = places[name]?.now, now.roll.isQueued else { continue }
            if !now.isReady { return name }
            first = first ?? name
        }
        return first
    }

    private mutating func noteFamily(_ key: ServiceName, _ name: ServiceName, _ old: Standing, _ new: Standing) {
        guard var family = families[key] else { return }
        family.coming += (new.isComing ? 1 : 0) - (old.isComing ? 1 : 0)
        family.queued += (new.roll.isQueued ? 1 : 0) - (old.roll.isQueued ? 1 : 0)
        family.underWay += (new.roll == .underWay ? 1 : 0) - (old.roll == .underWay ? 1 : 0)
        family.done += (new.roll == .done ? 1 : 0) - (old.roll == .done ? 1 : 0)
        if new.hasFailed { family.failed.insert(name) } else { family.failed.remove(name) }
        families[key] = family
        if family.isOver { endedRolls.append(key) }
        if family.isQuiet, family.queued > 0, let next = next(in: family) { offer(next) }
    }
}

extension ServiceOrder.Family {
    /// Nobody has a turn, and those that have had it, or take no part, are well.
    fileprivate var isQuiet: Bool { coming == 0 && underWay == 0 && failed.isEmpty }

    /// Nobody waits for a turn any more and nobody has it, or one that had it failed.
    fileprivate var isOver: Bool {
        if !failed.isEmpty { return true }
        return queued == 0 && underWay == 0 && done > 0
    }
}

extension ServiceOrder.Standing {
    fileprivate init(_ service: ServiceMachine) {
        wasReady = service.wasReady
        isDown = service.state.isDown
        queuedStop = service.queuedStop
        if case .waiting(.dependencies) = service.state { waits = true }
        isStopping = service.state.isStopping || service.queuedStop != nil
        isReady = service.phase == .ready
        roll = service.roll
        switch service.phase {
        case .ready, .stopped, .held, .looping: isComing = false
        case .stopping: isComing = !isStopping
        case .starting, .running, .unhealthy, .backoff, .waiting: isComing = !roll.isQueued && !waits
        }
        guard roll == .underWay || roll == .done else { return }
        switch service.phase {
        case .backoff, .looping, .held, .stopped: hasFailed = true
        case .ready, .starting, .running, .unhealthy, .stopping, .waiting: break
        }
    }
}
