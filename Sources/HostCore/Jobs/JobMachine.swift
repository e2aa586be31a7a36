// SPDX-License-Identifier: Apache-2.0

/// Brings one job to its end, over as many attempts as that takes. Pure: see docs/jobs.md for the diagram.
///
/// Invariants, asserted after every event: at most one attempt exists; its launch is ordered only when the intent is
/// on the disk; the next one only when nothing of it is left and what it came to is on the disk; a job that is over
/// stays so until a person wants it tried anew.
public struct JobMachine: Hashable, Sendable {
    /// Its number.
    public let id: JobID
    /// What a submitter gave so that the same submission makes one job only.
    public let key: String?
    /// Its kind; nil for a plain command.
    public let kind: String?
    /// Who submitted it.
    public let uid: UInt32
    /// Jobs of higher priority go first.
    public let priority: Int
    /// What was submitted, as JSON.
    public let submission: String
    /// When it was submitted, milliseconds since 1970.
    public let createdMilliseconds: Int64

    /// What it goes by.
    public internal(set) var rules: JobRules
    /// Where it is.
    public internal(set) var state: JobState = .queued
    /// Since when it shows the phase that it shows.
    public internal(set) var since: Instant
    /// Why it is there, in words, with the evidence.
    public internal(set) var reason = ""
    /// Jobs that it still waits for.
    public internal(set) var after: [JobID]
    /// How many attempts there have been, and so the number of the newest.
    public internal(set) var attempts: UInt64
    /// Counted failures since it last got further.
    public internal(set) var failures: Int
    /// Disruptions since it last got further.
    public internal(set) var disruptions: Int
    /// The session that it goes on in.
    public internal(set) var session: String?
    /// From where it can go on, in its own words.
    public internal(set) var checkpoint: String?
    /// How far it is.
    public internal(set) var progress: JobProgress?
    /// What it came to, in its own words.
    public internal(set) var result: String?
    /// How the attempt ended that ended the job.
    public internal(set) var exit: ExitStatus?
    /// The newest attempt.
    public internal(set) var attempt: AttemptRecord?
    /// Its deadline counts from here; before the clock's origin where that was in another epoch.
    var deadlineFrom: Instant
    /// The wall clock at the origin of the monotonic one, milliseconds since 1970.
    let wallAtOrigin: Int64
    /// What a person wants done with it as soon as the attempt is over.
    var wish: JobRecord.Wish?
    /// The next attempt comes no sooner.
    var notBefore: Instant?
    /// The conditions that are critical.
    var critical: Set<ConditionKind> = []
    /// When a condition that disturbs jobs was last critical.
    var lastDisturbed: [ConditionKind: Instant] = [:]
    /// The number of the newest write, and of the newest that is on the disk.
    var writes: UInt64 = 0
    var writtenThrough: UInt64 = 0
    var random: SplitMix64
    var effects: [JobEffect] = []

    enum Limits {
        /// How it is launched is worked out within this time.
        static let plan: Duration = .seconds(60)
        /// What nobody could say for the lack of a policy is asked again after so long.
        static let planAgain: Duration = .seconds(10)
        /// A keeper that has not said anything for so long is stuck.
        static let launch: Duration = .seconds(60)
        /// A keeper that did not end its tree in so many rounds is swept away with it.
        static let killRounds = 3
        /// SIGKILL is ordered again, sweeps are made again, after so long.
        static let again: Duration = .seconds(10)
        /// What an attempt came to is known after so long, or asked again.
        static let judge: Duration = .seconds(120)
        /// Asked so often in vain, the exit alone decides.
        static let judgeRounds = 3
        /// An attempt that hangs cannot use a long grace: it gets at most this.
        static let hungGrace: Duration = .seconds(30)
        /// So many disruptions without any progress are no coincidence: a person has to look.
        static let disruptions = 100
        /// What fails so soon after the host was in trouble has failed of that.
        static let disturbance: Duration = .seconds(600)
        /// 2⁴⁰ times the smallest back-off is over any cap.
        static let exponent = 40
    }

    /// The name of the state, as users see it.
    public var phase: JobPhase {
        switch state {
        case .waiting: .waiting
        case .queued: .queued
        case .planning, .opening, .launching, .running, .judging, .closing: .running
        case .ending(let ending): ending.cause.map(\.isStall) == true ? .stalled : .running
        case .held: .held
        case .over(let final): final.phase
        }
    }

    /// Whether all that was ordered to be written down is.
    public var isWritten: Bool { writtenThrough >= writes }

    /// When `wake` is due.
    public var deadline: Instant? {
        switch (state.deadline, limit) {
        case (let state?, let limit?): min(state, limit)
        case (let state, let limit): state ?? limit
        }
    }

    /// It has failed when it is not through by then; nil: it has all the time.
    var deadlineAt: Instant? { rules.deadline.map { deadlineFrom + $0 } }

    /// The end of the time that the attempt, or the job, may take.
    private var limit: Instant? {
        switch state {
        case .waiting, .queued: return deadlineAt
        case .running(let run):
            let timeout = rules.attemptTimeout.map { run.startedAt + $0 }
            switch (deadlineAt, timeout) {
            case (let job?, let attempt?): return min(job, attempt)
            case (let job, let attempt): return job ?? attempt
            }
        default: return nil
        }
    }

    /// Takes one event and says what is to be done for it, in order.
    public mutating func handle(_ event: JobEvent, at now: Instant) -> [JobEffect] {
        effects = []
        switch event {
        case .written(let number): written(number, at: now)
        case .placed: placed(at: now)
        case .planned(let instance, let plan): planned(instance, plan, at: now)
        case .unplannable(let instance, let why): unplannable(instance, why, at: now)
        case .conditions(let critical, let turn): conditions(critical, turn: turn, at: now)
        case .otherEnded(let other, let succeeded): otherEnded(other, succeeded: succeeded, at: now)
        case .configured(let rules): configured(rules, at: now)
        case .launchFailed, .launchRefused, .neverRan, .started, .exited, .treeEmpty, .keeperLost, .swept, .judged:
            instanceEvent(event, at: now)
        case .session(let instance, let session): found(session: session, in: instance)
        case .progressed(let instance, let progress): progressed(instance, progress, at: now)
        case .checkpoint(let instance, let text): reached(checkpoint: text, in: instance, at: now)
        case .sign(let instance): watch(instance) { $0.sign(at: now) }
        case .busy(let instance): watch(instance) { $0.busy(at: now) }
        case .loops(let instance, let why): loops(instance, why, at: now)
        case .overLimit(let instance, let why): overLimit(instance, why, at: now)
        case .cancel: cancel(at: now)
        case .hold: hold(at: now)
        case .release: release(at: now)
        case .retry: retry(at: now)
        case .interrupt(let why): stopRun(.host(why), at: now)
        case .shutDown: stopRun(.shutDown, at: now)
        case .away(let time): away(time)
        case .wake: wake(at: now)
        }
        return takeEffects()
    }

    private mutating func instanceEvent(_ event: JobEvent, at now: Instant) {
        switch event {
        case .launchFailed(let instance, let why): launchFailed(instance, why, at: now)
        case .launchRefused(let instance, let why): launchRefused(instance, why, at: now)
        case .neverRan(let instance): neverRan(instance, at: now)
        case .started(let instance, let process, let at): started(instance, process, startedAt: at, at: now)
        case .exited(let instance, let report, let empty): exited(instance, report, treeEmpty: empty, at: now)
        case .treeEmpty(let instance): treeEmpty(instance, at: now)
        case .keeperLost(let instance): keeperLost(instance, at: now)
        case .swept(let instance, let killed): swept(instance, killed: killed, at: now)
        case .judged(let instance, let verdict, let usage): judged(instance, verdict, usage, at: now)
        default: break
        }
    }

    /// The effects collected so far, checked against the invariants.
    mutating func takeEffects() -> [JobEffect] {
        let taken = effects
        effects = []
        assert(violation(in: taken) == nil, violation(in: taken) ?? "")
        return taken
    }

    /// The only way from one state to another.
    mutating func enter(_ new: JobState, because reason: String, at now: Instant) {
        let before = phase
        state = new
        if phase != before { since = now }
        self.reason = reason
    }

    /// Enters a state and tells people.
    mutating func enter(_ new: JobState, as kind: JobReport.Kind, because reason: String, at now: Instant) {
        let instance = new.instance ?? state.instance
        enter(new, because: reason, at: now)
        report(kind, instance, reason)
    }

    mutating func report(_ kind: JobReport.Kind, _ instance: InstanceID?, _ reason: String) {
        effects.append(.report(JobReport(kind: kind, instance: instance, reason: reason)))
    }

    /// Orders a write; its number.
    @discardableResult
    mutating func write() -> UInt64 {
        writes += 1
        effects.append(.write(writes))
        return writes
    }

    private mutating func watch(_ instance: InstanceID, _ body: (inout StallMachine) -> Void) {
        guard case .running(var run) = state, run.instance == instance else { return }
        body(&run.stall)
        state = .running(run)
    }

    private mutating func away(_ time: Duration) {
        guard case .running(var run) = state else { return }
        run.stall.away(time)
        state = .running(run)
    }

    private mutating func configured(_ rules: JobRules, at now: Instant) {
        self.rules = rules
        if case .running(var run) = state {
            run.stall.rules = rules.stall
            state = .running(run)
        }
        reconsider(at: now)
    }

    /// The invariant that does not hold after an event with these effects; nil when all is well.
    public func violation(in effects: [JobEffect]) -> String? {
        let launched = effects.compactMap { effect -> InstanceID? in
            if case .launch(let instance) = effect { instance } else { nil }
        }
        if launched.count > 1 { return "two launches for one event: \(launched)" }
        if let instance = launched.first {
            guard case .launching(instance, _) = state else { return "\(instance) is launched while \(phase)" }
        }
        if let instance = state.instance, instance.launch != number { return "\(instance) is not the newest attempt" }
        if case .over = state, attempt.map(\.isOpen) == true { return "over with an open attempt" }
        if case .running = state { return nil }
        if state.takesPlace, deadline == nil, !isBeingWritten { return "\(phase) without a deadline" }
        return nil
    }

    /// The number of the attempt that is under way; one that is being planned has not begun.
    private var number: UInt64 { if case .planning = state { attempts + 1 } else { attempts } }

    private var isBeingWritten: Bool {
        switch state {
        case .opening, .closing: true
        default: false
        }
    }
}

extension JobState.Cause {
    var isStall: Bool { if case .stall = self { true } else { false } }
}

extension AttemptRecord {
    /// Whether it is not over.
    public var isOpen: Bool { state == .launching || state == .running }
}
