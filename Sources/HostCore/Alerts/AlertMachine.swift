// SPDX-License-Identifier: Apache-2.0

/// Decides of what alerts tell, when, and when what was not delivered is tried again (docs/alerts.md).
///
/// Invariants: a cause is told of once, and again only when it is worse or came back after the quiet time; nothing is
/// lost while the queue has room; a cause is only said to be over after it was told of.
public struct AlertMachine: Hashable, Sendable {
    /// What happens.
    public enum Event: Hashable, Sendable {
        /// Something that alerts may tell of.
        case happened(AlertOccasion)
        /// It is so now, whether or not it was told of: of troubles that end, and of what ends them.
        case holds(AlertOccasion)
        /// A condition has this level now; the occasion says why, its name is set by kind and level.
        case condition(ConditionLevel, AlertOccasion)
        /// There is no such service any more: its troubles are over, and nobody is told.
        case gone(subject: String)
        /// These alerts are configured now, and no others.
        case configure([AlertSpecification])
        /// A message has arrived.
        case delivered(route: String, id: UInt64)
        /// It has not: why. `isRefused`: the other side got it and does not want it.
        case failed(route: String, id: UInt64, String, isRefused: Bool)
        /// The deadline has come.
        case wake
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// Deliver; answered by `delivered` or `failed`.
        case deliver(route: String, AlertMessage)
        /// What is kept of this route has changed.
        case keep(route: String)
        /// How its delivery fails has changed: begun, ended, or another reason.
        case health(route: String)
        /// So many messages are given up: why.
        case gaveUp(route: String, AlertMessage, String)
    }

    /// Times and numbers that no configuration sets.
    public enum Limits {
        /// After the first failure; doubled with each further one.
        public static let firstPause: Duration = .seconds(5)
        /// The longest pause.
        public static let longestPause: Duration = .seconds(300)
        /// What is older is not worth telling any more.
        public static let longestWait: Duration = .seconds(24 * 3600)
        /// A message that the other side does not want is tried so often.
        public static let refusals = 5
        /// So many causes are known of each route.
        public static let causes = 1000
    }

    /// By key.
    public private(set) var routes: [String: AlertRoute]
    private var lastID: UInt64
    private var effects: [Effect] = []

    /// Routes as they were kept; `lastID` is the highest number that a message ever got.
    public init(_ routes: [AlertRoute] = [], lastID: UInt64 = 0) {
        self.routes = Dictionary(routes.map { ($0.specification.key, $0) }) { first, _ in first }
        self.lastID = max(lastID, routes.flatMap(\.queue).map(\.id).max() ?? 0)
    }

    /// When `wake` is due.
    public var deadline: Instant? { routes.values.compactMap(\.deadline).min() }

    /// Takes one event and says what is to be done for it, in order.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        effects = []
        switch event {
        case .happened(let occasion): happened(occasion, over: AlertEnds.ended(by: occasion.name), at: now)
        case .holds(let occasion):
            happened(occasion, over: AlertEnds.ended(by: occasion.name), isOld: true, at: now)
        case .condition(let level, let occasion): condition(level, occasion, at: now)
        case .gone(let subject): gone(subject)
        case .configure(let specifications): configure(specifications)
        case .delivered(let key, let id): delivered(key, id, at: now)
        case .failed(let key, let id, let why, let isRefused): failed(key, id, why, isRefused: isRefused, at: now)
        case .wake: break
        }
        for key in routes.keys.sorted() { settle(key, at: now) }
        defer { effects = [] }
        return effects
    }

    private mutating func condition(_ level: ConditionLevel, _ occasion: AlertOccasion, at now: Instant) {
        var named = occasion
        named.name = "\(occasion.subject).\(level.rawValue)"
        let others = Set(AlertNames.levels.map { "\(occasion.subject).\($0)" }).subtracting([named.name])
        happened(named, over: others, at: now)
    }

    private mutating func happened(
        _ occasion: AlertOccasion, over ended: Set<String>, isOld: Bool = false, at now: Instant
    ) {
        let over = "\(occasion.name.prefix { $0 != "." }) \(occasion.subject)"
        for key in routes.keys.sorted() {
            // Taken out: what changes in place is not copied.
            guard var route = routes.removeValue(forKey: key) else { continue }
            let before = [route.causes[occasion.cause], route.causes[over]]
            let waiting = route.queue.count
            if route.specification.matches(occasion), route.causes.count < Limits.causes {
                note(occasion, isOld: isOld, &route, at: now)
            }
            if !ended.isEmpty { end(ended, over, occasion, &route, at: now) }
            if [route.causes[occasion.cause], route.causes[over]] != before || route.queue.count != waiting {
                keep(key)
            }
            routes[key] = route
        }
    }

    private mutating func note(
        _ occasion: AlertOccasion, isOld: Bool, _ route: inout AlertRoute, at now: Instant
    ) {
        guard AlertEnds.hasEnd(occasion.name) || !isOld else { return }
        var cause = route.causes[occasion.cause] ?? AlertRoute.Cause()
        if AlertEnds.hasEnd(occasion.name) { cause.open.insert(occasion.name) }
        let isNew = !cause.told.contains(occasion.name)
        let isNamed = route.specification.names(occasion)
        let isWorse = cause.toldSeverity.map { isNamed ? occasion.severity >= $0 : occasion.severity > $0 } ?? true
        if !isNew || !isWorse {
            if !isOld { cause.repeats += 1 }
        } else if cause.told.isEmpty, let quiet = cause.quietUntil, now < quiet {
            if cause.pending != nil { cause.repeats += 1 }
            cause.pending = occasion
        } else {
            tell(occasion, &cause, &route, at: now)
        }
        route.causes[occasion.cause] = cause
    }

    /// Puts an alert into the queue; without room it waits for it, if its cause will say when it is over.
    private mutating func tell(
        _ occasion: AlertOccasion, _ cause: inout AlertRoute.Cause, _ route: inout AlertRoute, at now: Instant
    ) {
        guard route.hasRoom else {
            if cause.pending == nil { route.dropped += 1 }
            if !cause.open.isEmpty { cause.pending = occasion }
            return
        }
        lastID += 1
        route.queue.append(
            AlertMessage(id: lastID, status: .firing, occasion: occasion, repeats: cause.repeats, queuedAt: now))
        cause.repeats = 0
        cause.pending = nil
        cause.quietUntil = now + route.specification.quiet
        guard AlertEnds.hasEnd(occasion.name) else { return }
        cause.told.insert(occasion.name)
        cause.toldSeverity = max(cause.toldSeverity ?? .notice, occasion.severity)
    }

    /// These troubles of a cause are over. Says so when none is left that was told of.
    private mutating func end(
        _ ended: Set<String>, _ name: String, _ occasion: AlertOccasion, _ route: inout AlertRoute, at now: Instant
    ) {
        guard var cause = route.causes[name], !cause.open.isDisjoint(with: ended) else { return }
        cause.open.subtract(ended)
        if cause.open.isEmpty {
            if cause.pending != nil { cause.repeats += 1 }
            cause.pending = nil
            if !cause.told.isEmpty {
                lastID += 1
                var message = AlertMessage(
                    id: lastID, status: .resolved, occasion: occasion, cause: name, queuedAt: now)
                message.occasion.name = cause.told.sorted().last ?? occasion.name
                message.occasion.severity = .notice
                route.queue.append(message)
            }
            cause.told = []
            cause.toldSeverity = nil
        }
        route.causes[name] = cause
    }

    private mutating func gone(_ subject: String) {
        for key in routes.keys.sorted() {
            guard let cause = routes[key]?.causes.removeValue(forKey: "service \(subject)") else { continue }
            if cause != AlertRoute.Cause() { keep(key) }
        }
    }

    private mutating func configure(_ specifications: [AlertSpecification]) {
        let old = routes
        routes = [:]
        for specification in specifications {
            var route = old[specification.key] ?? AlertRoute(specification)
            route.specification = specification
            routes[specification.key] = route
        }
        for key in old.keys.sorted() where routes[key] == nil { keep(key) }
    }

    private mutating func keep(_ key: String) {
        if !effects.contains(.keep(route: key)) { effects.append(.keep(route: key)) }
    }
}

// Delivery.
extension AlertMachine {
    private mutating func delivered(_ key: String, _ id: UInt64, at now: Instant) {
        guard var route = routes[key], route.inFlight == id else { return }
        route.inFlight = nil
        if route.queue.first?.id == id {
            // What it told of as dropped has been told.
            route.dropped -= min(route.dropped, route.queue.first?.dropped ?? 0)
            route.queue.removeFirst()
        }
        route.notBefore = now
        let wasFailing = route.failure != nil
        route.failure = nil
        routes[key] = route
        keep(key)
        if wasFailing { effects.append(.health(route: key)) }
    }

    private mutating func failed(_ key: String, _ id: UInt64, _ why: String, isRefused: Bool, at now: Instant) {
        guard var route = routes[key], route.inFlight == id else { return }
        route.inFlight = nil
        let attempts = (route.failure?.attempts ?? 0) + 1
        route.failure = AlertRoute.Failure(since: route.failure?.since ?? now, attempts: attempts, reason: why)
        let doubled = Limits.firstPause * (1 << min(attempts - 1, 10))
        route.notBefore = now + min(doubled, Limits.longestPause)
        if let first = route.queue.first, first.id == id {
            let isRefusedForGood = isRefused && attempts >= Limits.refusals
            if isRefusedForGood || now - first.queuedAt > Limits.longestWait { giveUp(first, why, &route) }
        }
        routes[key] = route
        effects.append(.health(route: key))
    }

    /// The first message will never arrive: nobody is told that its cause is over either.
    private mutating func giveUp(_ message: AlertMessage, _ why: String, _ route: inout AlertRoute) {
        route.queue.removeFirst()
        route.dropped += 1
        let key = route.specification.key
        effects.append(.gaveUp(route: key, message, why))
        keep(key)
        guard message.status == .firing else { return }
        let again = route.queue.firstIndex { $0.cause == message.cause && $0.status == .firing }
        if let over = route.queue.firstIndex(where: { $0.cause == message.cause && $0.status == .resolved }) {
            if again.map({ over < $0 }) ?? true { route.queue.remove(at: over) }
        } else if again == nil {
            route.causes[message.cause]?.told = []
            route.causes[message.cause]?.toldSeverity = nil
        }
    }

    /// What is due: alerts whose quiet time is over or that waited for room, and the next delivery.
    private mutating func settle(_ key: String, at now: Instant) {
        guard var route = routes.removeValue(forKey: key) else { return }
        let ripe = route.causes.filter { _, cause in
            cause.isForgotten(at: now) || (cause.pending != nil && (cause.quietUntil ?? .zero) <= now)
        }
        for (name, known) in ripe.sorted(by: { $0.key < $1.key }) {
            var cause = known
            if let pending = cause.pending, (cause.quietUntil ?? .zero) <= now, route.hasRoom {
                tell(pending, &cause, &route, at: now)
                keep(key)
            }
            route.causes[name] = cause.isForgotten(at: now) ? nil : cause
        }
        if route.inFlight == nil, now >= route.notBefore, !route.queue.isEmpty {
            route.queue[0].dropped = route.dropped
            route.inFlight = route.queue[0].id
            effects.append(.deliver(route: key, route.queue[0]))
        }
        routes[key] = route
    }
}
