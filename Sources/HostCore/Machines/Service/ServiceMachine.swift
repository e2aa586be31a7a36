// SPDX-License-Identifier: Apache-2.0

/// Keeps one service running: start, probe, restart, stop. Pure: see docs/states.md for the diagram.
///
/// Invariants, asserted after every event: at most one instance exists; a new launch is ordered only when nothing of
/// the one before is left; every state but `stopped`, `held`, unlimited waiting for dependencies and serving without
/// probes has a deadline.
public struct ServiceMachine: Hashable, Sendable {
    /// What the configuration says.
    public internal(set) var specification: ServiceSpecification
    /// Where it is.
    public internal(set) var state: ServiceState
    /// Since when it shows the phase that it shows.
    public internal(set) var since: Instant
    /// Why it is there, in words, with the evidence.
    public internal(set) var reason: String
    /// How many launches there have been, and so the number of the newest.
    public internal(set) var launches: UInt64
    /// How often an instance was replaced, after an end or because a person asked; a start from rest does not count.
    public internal(set) var restarts: UInt64
    /// The newest end of an instance.
    public internal(set) var lastExit: LastExit?
    /// Whether it has been ready since it was started from rest: what `after` of others waits for.
    public internal(set) var wasReady: Bool
    /// What must be remembered over reboots; while there is one, only a person starts it.
    public internal(set) var mark: ServiceMark?
    /// Who wants it stopped, while it waits for those that come after it to be down.
    public internal(set) var queuedStop: Author?
    /// Its part in a restart that goes from one instance to the next.
    public internal(set) var roll: Roll
    /// hostd stopped it, or is about to, for its own end: it comes back when hostd does.
    public internal(set) var returnsWithHost: Bool
    /// The digest of what the newest instance was launched with.
    var launchedWith: UInt64?
    /// The current instance was launched, if at all, by a hostd before this one.
    var isInherited: Bool
    /// Made from a snapshot, and `resume` has not been called yet.
    var awaitsResume: Bool
    /// The conditions that are critical.
    var critical: Set<ConditionKind> = []
    /// The instances of those in `restart_with` that the newest instance has seen.
    var companions: [ServiceName: UInt64] = [:]
    var restart: RestartMachine
    var effects: [ServiceEffect] = []

    /// The newest end of an instance.
    public struct LastExit: Hashable, Sendable {
        /// Which instance.
        public var instance: InstanceID
        /// How and when.
        public var report: ExitReport
        /// The last line it wrote, once found.
        public var lastLine: String?

        /// "exit 1 after 0.4 s, last line: …".
        public var text: String {
            guard let lastLine, !lastLine.isEmpty else { return report.text }
            return "\(report.text), last line: \(lastLine)"
        }
    }

    /// Times that no configuration sets.
    enum Limits {
        /// A keeper that has not said anything for so long is stuck.
        static let launch: Duration = .seconds(60)
        /// Who is woken so much too late slept himself; what he waited for may be there, unread.
        static let slept: Duration = .seconds(1)
        /// A keeper that did not end its tree in so many rounds is swept away with it.
        static let killRounds = 3
        /// SIGKILL is ordered again, sweeps are made again, after so long.
        static let again: Duration = .seconds(10)
        /// A port that is taken is looked at again after so long.
        static let port: Duration = .seconds(1)
        /// An instance that hangs cannot use a long grace: it gets at most this.
        static let hungGrace: Duration = .seconds(10)
        /// All extensions of the startup deadline together: so many times the deadline.
        static let startupExtensions: Int64 = 6
        /// An instance cannot ask for more time than this at once.
        static let longestExtension: Duration = .seconds(7 * 24 * 3600)
    }

    /// A service that rests, with `reason` to show for it: held when that is what its `mark` says, else stopped.
    /// `restarts` goes on from what is remembered of earlier boots; `seed` feeds the jitter of its restarts.
    public init(
        _ specification: ServiceSpecification, mark: ServiceMark? = nil, restarts: UInt64 = 0, reason: String,
        seed: UInt64, at now: Instant
    ) {
        self.specification = specification
        state = mark == .held ? .held : .stopped
        since = now
        self.reason = reason
        launches = 0
        self.restarts = restarts
        wasReady = false
        self.mark = mark
        roll = .none
        returnsWithHost = false
        isInherited = false
        awaitsResume = false
        restart = RestartMachine(specification.restart, seed: seed)
    }

    /// The name of the state, as users see it.
    public var phase: ServicePhase { state.phase }

    /// The probe of the running instance that is asked for `kind`; it may be older than the configuration.
    public func probeAsked(_ kind: ProbeKind) -> ProbeSpecification? {
        if case .up(let life) = state { life[kind]?.specification } else { nil }
    }

    /// When `wake` is due.
    public var deadline: Instant? {
        switch (state.deadline, rollDeadline) {
        case (let state?, let roll?): min(state, roll)
        case (let state, let roll): state ?? roll
        }
    }

    /// Takes one event and says what is to be done for it, in order.
    public mutating func handle(_ event: ServiceEvent, at now: Instant) -> [ServiceEffect] {
        effects = []
        switch event {
        case .start(let author): start(by: author, at: now)
        case .stop(let author): stop(by: author, at: now)
        case .queueStop(let author): queueStop(by: author, at: now)
        case .restart: restart(at: now)
        case .queueRestart(let cause): queueRestart(cause, at: now)
        case .turnPassed: turnPassed()
        case .rollEnded(let failed): rollEnded(failed: failed)
        case .reset: reset(at: now)
        case .dependenciesReady: dependenciesReady(at: now)
        case .conditions(let critical, let turn): conditions(critical, turn: turn, at: now)
        case .portsChecked(let taken): portsChecked(taken, at: now)
        case .launchFailed(let instance, let why): launchFailed(instance, why, at: now)
        case .launchRefused(let instance, let why): launchRefused(instance, why, at: now)
        case .nodeChanged: nodeChanged(at: now)
        case .neverRan(let instance): neverRan(instance, at: now)
        case .started(let instance, let process, let at): started(instance, process, startedAt: at, at: now)
        case .signalled(let instance): signalled(instance)
        case .stopFailed(let instance, let why): stopFailed(instance, why)
        case .exited(let instance, let report, let empty): exited(instance, report, treeEmpty: empty, at: now)
        case .treeEmpty(let instance): treeEmpty(instance, at: now)
        case .keeperLost(let instance): keeperLost(instance, at: now)
        case .swept(let instance, let killed): swept(instance, killed: killed, at: now)
        case .probed(let instance, let kind, let number, let answer):
            probed(instance, kind, number: number, answer, at: now)
        case .notified(let instance, let record): notified(instance, record, at: now)
        case .notifyUnread(let instance, let why): notifyUnread(instance, why, at: now)
        case .overLimit(let instance, let breach): overLimit(instance, breach, at: now)
        case .lastLine(let instance, let line): lastLine(instance, line)
        case .away(let time): wasAway(time, at: now)
        case .wake: wake(at: now)
        }
        return takeEffects()
    }

    /// The effects collected so far, checked against the invariants.
    mutating func takeEffects() -> [ServiceEffect] {
        let taken = effects
        effects = []
        assert(violation(in: taken) == nil, violation(in: taken) ?? "")
        return taken
    }

    /// The only way from one state to another.
    mutating func enter(_ new: ServiceState, because reason: String, at now: Instant) {
        if new.phase != state.phase || new.instance != state.instance { since = now }
        state = new
        self.reason = reason
        settleRoll(at: now)
    }

    /// Enters a state and tells people.
    mutating func enter(_ new: ServiceState, as kind: ServiceReport.Kind, because reason: String, at now: Instant) {
        let instance = new.instance ?? state.instance
        enter(new, because: reason, at: now)
        report(kind, instance, reason)
    }

    mutating func report(_ kind: ServiceReport.Kind, _ instance: InstanceID?, _ reason: String) {
        effects.append(.report(ServiceReport(kind: kind, instance: instance, reason: reason)))
    }

    /// The store is told once for each change.
    mutating func setMark(_ new: ServiceMark?) {
        guard mark != new else { return }
        mark = new
        effects.append(.mark(new))
    }

    private mutating func lastLine(_ instance: InstanceID, _ line: String) {
        guard lastExit?.instance == instance, lastExit?.lastLine == nil, let before = lastExit?.text else { return }
        lastExit?.lastLine = line
        guard let after = lastExit?.text, reason.hasSuffix(before) else { return }
        reason = reason.dropLast(before.count) + after
    }

    /// The invariant that does not hold after an event with these effects; nil when all is well. hostd asserts it in
    /// debug builds only: a supervisor that stops itself helps nobody.
    public func violation(in effects: [ServiceEffect]) -> String? {
        if let instance = state.instance, instance.launch > launches { return "\(instance) was never launched" }
        let launched = effects.compactMap { effect -> InstanceID? in
            switch effect {
            case .launch(let instance), .launchHook(let instance, _): instance
            default: nil
            }
        }
        if launched.count > 1 { return "two launches for one event: \(launched)" }
        if let instance = launched.first, state.instance != instance { return "\(instance) is unknown to the state" }
        if mark != nil, !state.isDown, queuedStop == nil, !state.isStopping { return "\(phase) although it is marked" }
        if queuedStop != nil {
            guard case .launching = state else {
                guard case .up = state else { return "\(phase) waits to be stopped" }
                return nil
            }
        }
        if roll.isQueued {
            guard case .launching = state else {
                guard case .up = state else { return "\(phase) waits to be restarted" }
                return nil
            }
        }
        return deadline == nil ? missingDeadline : nil
    }

    private var missingDeadline: String? {
        switch state {
        case .stopped, .held, .waiting(.dependencies(until: nil)), .waiting(.condition), .waiting(.node): nil
        case .up(let life) where ProbeKind.allCases.allSatisfy { life[$0]?.deadline == nil }: nil
        default: "\(phase) without a deadline"
        }
    }
}
