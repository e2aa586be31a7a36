// SPDX-License-Identifier: Apache-2.0

/// All jobs that are not over: who has a place, who is next, who waits for whom. Pure.
///
/// Invariants: no more jobs have a place than there are places, of each kind and in all; a job that may go and whose
/// kind has a place is not left in the queue, unless the disk is critical; whoever waits for a job hears of its end.
public struct JobBoard: Hashable, Sendable {
    /// What happens.
    public enum Event: Hashable, Sendable {
        /// A job that is new, or back: submitted, tried anew, or read from the store.
        case add(JobMachine)
        /// Something happens to one job.
        case job(JobID, JobEvent)
        /// The host was started anew: nothing of the open attempt of this job is left.
        case rebooted(JobID)
        /// The rules of these jobs, and how many may run in all.
        case configure([JobID: JobRules], concurrency: Int)
        /// These conditions of the host are critical now, and no others.
        case conditions(Set<ConditionKind>)
        /// The host, or hostd, did not run for so long.
        case away(Duration)
        /// hostd stops: no further attempt. `endsAttempts`: those under way are stopped.
        case shutDown(endsAttempts: Bool)
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// For one job.
        case job(JobID, JobEffect)
        /// It is over, and that is written down: nothing of it needs to be kept in memory.
        case gone(JobMachine)
    }

    /// The jobs by number.
    public private(set) var jobs: [JobID: JobMachine] = [:]
    /// So many have a place in all.
    public private(set) var concurrency: Int
    /// No further attempt is launched.
    public private(set) var isShuttingDown = false
    /// The conditions of the host that are critical.
    public private(set) var critical: Set<ConditionKind> = []
    private var queue = JobQueue()
    private var placed: [String?: Int] = [:]
    private var placedByUser: [UInt32: Int] = [:]
    private var placedInAll = 0
    /// Who waits for whom: by the job that is waited for.
    private var waiters: [JobID: Set<JobID>] = [:]

    /// A board without jobs, with `concurrency` places.
    public init(concurrency: Int) {
        self.concurrency = concurrency
    }

    /// How many jobs wait for a place.
    public var queued: Int { queue.count }

    /// Whether any attempt is under way.
    public var hasPlacesTaken: Bool { placedInAll > 0 }

    /// Whether any attempt may have a process.
    public var hasProcesses: Bool {
        jobs.values.contains { job in
            switch job.state {
            case .launching, .running, .ending: true
            case .waiting, .queued, .planning, .opening, .judging, .closing, .held, .over: false
            }
        }
    }

    /// Whether nothing is under way: no attempt, and nothing that is being written down.
    public var isQuiet: Bool { jobs.values.allSatisfy { $0.state.instance == nil } }

    /// Takes one event and says what is to be done for it, in order.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .add(let job): add(job, at: now, &effects)
        case .job(let id, let event): change(id, at: now, &effects) { $0.handle(event, at: now) }
        case .rebooted(let id): change(id, at: now, &effects) { $0.rebooted(at: now) }
        case .configure(let rules, let concurrency):
            self.concurrency = concurrency
            for (id, rules) in rules.sorted(by: { $0.key < $1.key }) {
                change(id, at: now, &effects) { $0.handle(.configured(rules), at: now) }
            }
        case .conditions(let critical): take(critical, at: now, &effects)
        case .away(let time):
            for id in jobs.keys.sorted() { change(id, at: now, &effects) { $0.handle(.away(time), at: now) } }
        case .shutDown(let endsAttempts):
            isShuttingDown = true
            guard endsAttempts else { break }
            for id in jobs.keys.sorted() { change(id, at: now, &effects) { $0.handle(.shutDown, at: now) } }
        }
        settle(at: now, &effects)
        return effects
    }

    private mutating func add(_ job: JobMachine, at now: Instant, _ effects: inout [Effect]) {
        guard jobs[job.id] == nil else { return }
        jobs[job.id] = job
        for other in job.after { waiters[other, default: []].insert(job.id) }
        notePlace(of: job, 1)
        let critical = self.critical
        change(job.id, at: now, &effects) {
            let effects = $0.handle(.conditions(critical, turn: .zero), at: now)
            return effects + $0.resume(at: now)
        }
        if let job = jobs[job.id], job.state == .queued { queue.insert(job) }
        for other in job.after {
            guard case .over(let final) = jobs[other]?.state else { continue }
            change(job.id, at: now, &effects) {
                $0.handle(.otherEnded(other, succeeded: final == .succeeded), at: now)
            }
        }
    }

    /// Those that waited for a condition go on one after the other.
    private mutating func take(_ critical: Set<ConditionKind>, at now: Instant, _ effects: inout [Effect]) {
        self.critical = critical
        var released = 0
        for id in jobs.keys.sorted() {
            guard let job = jobs[id] else { continue }
            var turn: Duration = .zero
            if case .waiting(.condition(let kind)) = job.state, !critical.contains(kind) {
                turn = min(Self.apart * released, Self.longestRelease)
                released += 1
            }
            change(id, at: now, &effects) { $0.handle(.conditions(critical, turn: turn), at: now) }
        }
    }

    /// What waited for a condition goes on so far apart, and not later than that.
    private static let apart: Duration = .seconds(5)
    private static let longestRelease: Duration = .seconds(120)

    /// Gives free places to those whose turn it is.
    private mutating func settle(at now: Instant, _ effects: inout [Effect]) {
        guard isLaunching else { return }
        while placedInAll < concurrency {
            let next = queue.next { kind in
                guard kind != nil, let limit = limits[kind] else { return false }
                return placed[kind, default: 0] >= limit
            } running: {
                placedByUser[$0, default: 0]
            }
            guard let next else { return }
            change(next, at: now, &effects) { $0.handle(.placed, at: now) }
        }
    }

    /// On a full disk no attempt gets far, whatever its job says that it needs, and each makes it worse.
    private var isLaunching: Bool { !isShuttingDown && !critical.contains(.disk) }

    /// The limit of each kind, as the newest of its jobs says.
    private var limits: [String?: Int] = [:]

    /// The only way to a job: what it means for the others is noted.
    private mutating func change(
        _ id: JobID, at now: Instant, _ effects: inout [Effect], _ body: (inout JobMachine) -> [JobEffect]
    ) {
        guard let index = jobs.index(forKey: id) else { return }
        let before = jobs.values[index]
        let wanted = body(&jobs.values[index])
        let after = jobs.values[index]
        effects += wanted.map { .job(id, $0) }
        if let limit = after.rules.concurrency { limits[after.kind] = limit } else { limits[after.kind] = nil }
        notePlaces(before, after)
        guard case .over(let final) = after.state else { return }
        if before.state != after.state {
            for waiter in (waiters.removeValue(forKey: id) ?? []).sorted() {
                change(waiter, at: now, &effects) {
                    $0.handle(.otherEnded(id, succeeded: final == .succeeded), at: now)
                }
            }
        }
        if after.isWritten {
            jobs[id] = nil
            effects.append(.gone(after))
        }
    }

    private mutating func notePlaces(_ before: JobMachine, _ after: JobMachine) {
        if before.state != .queued, after.state == .queued { queue.insert(after) }
        if before.state == .queued, after.state != .queued { queue.remove(after) }
        if before.state.takesPlace != after.state.takesPlace { notePlace(of: after, after.state.takesPlace ? 1 : -1) }
    }

    private mutating func notePlace(of job: JobMachine, _ change: Int) {
        guard job.state.takesPlace || change < 0 else { return }
        placedInAll += change
        placed[job.kind, default: 0] += change
        placedByUser[job.uid, default: 0] += change
    }

    /// The invariant that does not hold; nil when all is well.
    public var violation: String? {
        let taking = jobs.values.filter(\.state.takesPlace)
        if taking.count != placedInAll { return "\(taking.count) jobs have places, \(placedInAll) are counted" }
        let queuedNow = jobs.values.filter { $0.state == .queued }
        if queuedNow.count != queue.count {
            return "\(queuedNow.count) jobs are queued, \(queue.count) are in the queue"
        }
        for job in jobs.values where isLaunching && placedInAll < concurrency && job.state == .queued {
            guard let limit = job.rules.concurrency, placed[job.kind, default: 0] >= limit else {
                return "job \(job.id) is left in the queue"
            }
        }
        for job in jobs.values {
            if case .waiting(.jobs) = job.state, let lost = job.after.first(where: { jobs[$0] == nil }) {
                return "job \(job.id) waits for \(lost), which is not there"
            }
        }
        return nil
    }
}
