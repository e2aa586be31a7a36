// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostFetch
internal import HostLinux
internal import HostLoop
internal import HostStore

/// The alerts of this host: feeds their machine, delivers what it says, and keeps its queues in the store.
final class AlertCenter {
    /// Without a word from the store for so long it begins with nothing.
    private static let storePatience: Duration = .seconds(5)
    /// What happens before the store has answered is remembered up to so much.
    private static let earlyLimit = 1000
    /// A route that failed once may have had bad luck.
    private static let failuresTold = 2
    private static let prefix = "alert:"
    /// What is kept is written at once, and then no more often than this.
    private static let keepPause: Duration = .seconds(1)

    /// The name of the host in messages.
    var hostName: () -> String = { "" }
    /// Called when the health of the routes may have changed: which fail, in words.
    var healthChanged: ((_ failing: [String]) -> Void)?
    /// The machine is fed with what holds now, when what was kept is there.
    var whatHolds: (() -> [AlertMachine.Event])?

    private let loop: EventLoop
    private let store: Store
    private let delivery: AlertDelivery
    private var machine = AlertMachine()
    private var timer: TimerSource?
    private var wanted: [AlertSpecification] = []
    /// What came before the store had answered; nil: it has.
    private var early: [AlertMachine.Event]? = []
    private var inbox: [AlertMachine.Event] = []
    private var isTakingInbox = false
    private var patience: TimerSource?
    /// The routes of which something new is to be kept.
    private var unkept: Set<String> = []
    private var keptAt: Instant?
    private var keepTimer: TimerSource?

    init(loop: EventLoop, files: Worker, store: Store, fetcher: Fetcher, keeper: String) {
        self.loop = loop
        self.store = store
        delivery = AlertDelivery(loop: loop, files: files, fetcher: fetcher, keeper: keeper)
        timer = try? loop.timer { [weak self] in self?.feed(.wake) }
        keepTimer = try? loop.timer { [weak self] in self?.keepNow() }
    }

    /// Hands the store what it does not have yet.
    func keepNow() {
        guard !unkept.isEmpty else { return }
        keptAt = loop.now
        let clock = WallClock(now: loop.now, last: nil)
        for key in unkept {
            store.set(document: Self.prefix + key, machine.routes[key].flatMap { AlertState.text($0, clock) })
        }
        unkept = []
    }

    private func keep(_ key: String) {
        if unkept.isEmpty { keepTimer?.arm(at: max(loop.now, (keptAt ?? .zero) + Self.keepPause)) }
        unkept.insert(key)
    }

    /// These alerts are configured now.
    func want(_ alerts: [AlertSpecification]) {
        wanted = alerts
        feed(.configure(alerts))
        healthChanged?(failing)
    }

    /// Asks the store for what was kept.
    func begin() {
        guard early != nil else { return }
        patience = try? loop.timer { [weak self] in self?.recall([:]) }
        patience?.arm(at: loop.now + Self.storePatience)
        store.documents(Self.prefix) { [weak self] found in self?.recall(found ?? [:]) }
    }

    private func recall(_ documents: [String: String]) {
        guard let missed = early else { return }
        early = nil
        patience = nil
        let clock = WallClock(now: loop.now, last: nil)
        let routes = wanted.map { specification in
            documents[Self.prefix + specification.key].map { AlertState.route(specification, $0, clock) }
                ?? AlertRoute(specification)
        }
        let known = Set(wanted.map { Self.prefix + $0.key })
        for name in documents.keys where !known.contains(name) { store.set(document: name, nil) }
        // Numbers rise for ever: nobody writes a message a millisecond.
        machine = AlertMachine(routes, lastID: UInt64(max(0, Clock.wallMilliseconds)))
        for event in missed + (whatHolds?() ?? []) { feed(event) }
        feed(.wake)
    }

    /// An event of the history.
    func happened(_ kind: String, _ severity: AlertSeverity, _ service: String?, _ line: String) {
        guard !wanted.isEmpty, kind != "host.condition" else { return }
        feed(
            .happened(
                AlertOccasion(
                    name: kind, subject: service ?? "", severity: severity, text: line,
                    wallMilliseconds: Clock.wallMilliseconds)))
    }

    /// A condition has this level now.
    func condition(_ kind: String, _ level: ConditionLevel, _ reason: String) {
        guard !wanted.isEmpty else { return }
        feed(.condition(level, Self.occasion(kind, level, reason)))
    }

    /// A condition as something that happens.
    static func occasion(_ kind: String, _ level: ConditionLevel, _ reason: String) -> AlertOccasion {
        let severity: AlertSeverity =
            switch level {
            case .ok: .notice
            case .warn: .warning
            case .critical: .error
            }
        let text = level == .ok ? "\(kind) is ok again" : "\(kind) is \(level.rawValue): \(reason)"
        return AlertOccasion(
            name: "\(kind).\(level.rawValue)", subject: kind, severity: severity, text: text,
            wallMilliseconds: Clock.wallMilliseconds)
    }

    /// A service is no longer configured.
    func gone(_ service: ServiceName) { feed(.gone(subject: service.text)) }

    /// Sends a test by these alerts, past their queues; `then` gets what came of each, in their order.
    func test(
        _ alerts: [AlertSpecification], then: @escaping ([(AlertDelivery.Outcome, Duration)]) -> Void
    ) {
        var outcomes = [(AlertDelivery.Outcome, Duration)?](repeating: nil, count: alerts.count)
        let began = loop.now
        for (index, alert) in alerts.enumerated() {
            let occasion = AlertOccasion(
                name: "alert.test", subject: alert.name, severity: .notice,
                text: "a test of alert \(alert.name): it arrives", wallMilliseconds: Clock.wallMilliseconds)
            let message = AlertMessage(
                id: UInt64(max(0, Clock.wallMilliseconds)), status: .test, occasion: occasion, queuedAt: began)
            delivery.deliver(message, to: alert.target, host: hostName()) { [weak self] outcome in
                guard let self else { return }
                outcomes[index] = (outcome, loop.now - began)
                let ended = outcomes.compactMap(\.self)
                if ended.count == alerts.count { then(ended) }
            }
        }
    }

    private func feed(_ event: AlertMachine.Event) {
        if let known = early {
            if known.count < Self.earlyLimit { early?.append(event) }
            return
        }
        inbox.append(event)
        guard !isTakingInbox else { return }
        isTakingInbox = true
        while !inbox.isEmpty {
            let event = inbox.removeFirst()
            for effect in machine.handle(event, at: loop.now) { carryOut(effect) }
        }
        isTakingInbox = false
        if let deadline = machine.deadline { timer?.arm(at: deadline) } else { timer?.disarm() }
    }

    private func carryOut(_ effect: AlertMachine.Effect) {
        switch effect {
        case .deliver(let key, let message): deliver(message, by: key)
        case .keep(let key): keep(key)
        case .health: healthChanged?(failing)
        case .gaveUp(let key, let message, let why):
            let name = machine.routes[key]?.specification.name ?? key
            Journal.say(.error, "alert \(name): given up: \(message.occasion.text): \(why)")
        }
    }

    private func deliver(_ message: AlertMessage, by key: String) {
        guard let route = machine.routes[key] else { return }
        delivery.deliver(message, to: route.specification.target, host: hostName()) { [weak self] outcome in
            switch outcome {
            case .delivered: self?.feed(.delivered(route: key, id: message.id))
            case .failed(let why, let isRefused):
                self?.feed(.failed(route: key, id: message.id, why, isRefused: isRefused))
            }
        }
    }

    /// The routes that fail, in words.
    private var failing: [String] {
        wanted.compactMap { alert in
            guard let route = machine.routes[alert.key], let failure = route.failure,
                failure.attempts >= Self.failuresTold
            else { return nil }
            return "alert \(alert.name) (\(alert.place)) fails, \(route.queue.count) waiting: \(failure.reason)"
        }
    }
}
