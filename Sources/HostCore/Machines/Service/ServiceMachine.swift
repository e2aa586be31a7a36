// SPDX-License-Identifier: Apache-2.0

/// Keeps one service running: start, probe, restart, stop. Pure: see docs/architecture.md for the diagram.
///
/// Invariants, asserted after every event: at most one instance exists; a new launch is ordered only when nothing of
/// the one before is left; every state but `stopped`, `held` and unlimited waiting for dependencies has a deadline.
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
    /// Whether it has been ready since a person or hostd started it: what `after` of others waits for.
    public internal(set) var wasReady: Bool
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
        /// SIGKILL is ordered again, sweeps are made again, after so long.
        static let again: Duration = .seconds(10)
        /// A port that is taken is looked at again after so long.
        static let port: Duration = .seconds(1)
        /// An instance that hangs cannot use a long grace: it gets at most this.
        static let hungGrace: Duration = .seconds(10)
        /// All extensions of the startup deadline together: so many times the deadline.
        static let startupExtensions: Int64 = 6
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
        restart = RestartMachine(specification.restart, seed: seed)
    }

    /// The name of the state, as users see it.
    public var phase: ServicePhase { state.phase }

    /// When `wake` is due.
    public var deadline: Instant? { state.deadline }

    /// Takes one event and says what is to be done for it, in order.
    public mutating func handle(_ event: ServiceEvent, at now: Instant) -> [ServiceEffect] {
        effects = []
        switch event {
        case .start(let author): start(by: author, at: now)
        case .stop(let author): stop(by: author, at: now)
        case .restart: restart(at: now)
        case .dependenciesReady: dependenciesReady(at: now)
        case .portsChecked(let taken): portsChecked(taken, at: now)
        case .launchFailed(let instance, let why): launchFailed(instance, why, at: now)
        case .neverRan(let instance): neverRan(instance, at: now)
        case .started(let instance, let process, let at): started(instance, process, startedAt: at, at: now)
        case .signalled(let instance): signalled(instance)
        case .exited(let instance, let report, let empty): exited(instance, report, treeEmpty: empty, at: now)
        case .treeEmpty(let instance): treeEmpty(instance, at: now)
        case .keeperLost(let instance): keeperLost(instance, at: now)
        case .swept(let instance, let killed): swept(instance, killed: killed, at: now)
        case .probed(let instance, let kind, let number, let answer):
            probed(instance, kind, number: number, answer, at: now)
        case .lastLine(let instance, let line): lastLine(instance, line)
        case .wake: wake(at: now)
        }
        checkInvariants()
        defer { effects = [] }
        return effects
    }

    /// The only way from one state to another.
    mutating func enter(_ new: ServiceState, because reason: String, at now: Instant) {
        if new.phase != state.phase || new.instance != state.instance { since = now }
        state = new
        self.reason = reason
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

    private mutating func lastLine(_ instance: InstanceID, _ line: String) {
        guard lastExit?.instance == instance, lastExit?.lastLine == nil, let before = lastExit?.text else { return }
        lastExit?.lastLine = line
        guard let after = lastExit?.text, reason.hasSuffix(before) else { return }
        reason = reason.dropLast(before.count) + after
    }

    private func checkInvariants() {
        precondition(state.instance == nil || state.instance?.launch == launches, "an old instance is still current")
        let launchesNow = effects.filter { if case .launch = $0 { true } else { false } }
        precondition(launchesNow.count <= 1, "two launches for one event")
        if case .launch(let instance)? = launchesNow.first {
            precondition(state.instance == instance, "a launch that the state does not know")
        }
        if deadline == nil {
            switch state {
            case .stopped, .held, .waiting(.dependencies(until: nil)): break
            case .up(let life): precondition(life.live == nil && life.ready == nil, "probes without a deadline")
            default: preconditionFailure("\(phase) without a deadline")
            }
        }
    }
}
