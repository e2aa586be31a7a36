// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What must hold whatever happens to a host that runs jobs. It knows nothing of the machines' inside.
struct JobChecker {
    private(set) var violation: String?
    private var launchedOnce: Set<InstanceID> = []
    private var results: [JobID: JobPhase] = [:]
    /// Launches since a job last got further, or a person last had a hand in it.
    private var launches: [JobID: Int] = [:]
    /// What a job was submitted to come after, unless a person said otherwise.
    private var after: [JobID: [JobID]] = [:]
    /// The other side has said when it wants to be asked again.
    private var notBefore: [JobID: Instant] = [:]
    /// Failures on the disk since an attempt got further.
    private var failures: [JobID: Int] = [:]
    /// How far each job was when it first got further, while that is not on the disk.
    private var moving: [JobID: Double] = [:]
    /// A person wants it to rest, or to end: so it is on the disk.
    private var resting: Set<JobID> = []
    private var released: Set<JobID> = []
    /// Who had a place keeps it when there are fewer: so many there were, until then.
    private var formerPlaces: (count: Int, until: Instant) = (0, .zero)

    /// The bound of disruptions without progress.
    private static let disruptions = 100
    /// A store that fails delays what has a place already by no more.
    private static let slowest: Duration = .seconds(900)
    /// Stop ladder, kills and sweeps end an attempt within that time.
    private static let ending: Duration = .seconds(120)

    private mutating func require(_ holds: Bool, _ message: @autoclosure () -> String) {
        if !holds, violation == nil { violation = message() }
    }

    mutating func submitted(_ job: JobID, after others: [JobID]) { after[job] = others }

    /// What was foreseen is no longer; `goesOn`: it is to go on, whatever was said before.
    mutating func personActed(on job: JobID, goesOn: Bool) {
        launches[job] = nil
        after[job] = nil
        notBefore[job] = nil
        if goesOn {
            released.insert(job)
            resting.remove(job)
        } else {
            released.remove(job)
        }
    }

    /// hostd has heard that it got further: to `step`.
    mutating func gotFurther(_ job: JobID, to step: Double) {
        launches[job] = nil
        if moving[job] == nil { moving[job] = step }
    }

    /// What is not on the disk was known to the hostd before alone.
    mutating func hostdReturned() { moving = [:] }

    mutating func placesChanged(from before: Int, to now: Int, at time: Instant) {
        let former = formerPlaces.until > time ? formerPlaces.count : 0
        if max(before, former) > now { formerPlaces = (max(before, former), time + Self.slowest) }
    }

    /// Launched once; only when it is written down; only when nothing of an attempt before it lives; not sooner than
    /// the other side wants it; and not for ever.
    mutating func launched(
        _ instance: InstanceID, _ job: JobID, written: AttemptRecord?, rules: JobRules, others: [SimulatedAttempt],
        at now: Instant
    ) {
        require(launchedOnce.insert(instance).inserted, "\(instance) is launched twice")
        require(written?.isOpen == true, "\(instance) is launched and not written down")
        for other in others where other.id != instance {
            require(!other.treeLives, "\(instance) is launched while \(other.id) lives")
        }
        require(results[job]?.isFinal != true, "\(instance) is launched although job \(job) is over")
        require(!resting.contains(job), "\(instance) is launched although a person wants job \(job) to rest")
        require(notBefore[job].map { $0 <= now } ?? true, "\(instance) is launched before the other side wants it")
        notBefore[job] = nil
        launches[job, default: 0] += 1
        let bound = rules.attempts + Self.disruptions
        require(launches[job, default: 0] <= bound, "job \(job) was launched over \(bound) times without progress")
    }

    /// What it comes after has succeeded, and that is on the disk.
    mutating func comesAfterOthers(_ instance: InstanceID, _ job: JobID, _ stored: [JobID: JobRecord]) {
        for other in after[job] ?? [] {
            require(
                stored[other]?.phase == .succeeded, "\(instance) is launched before job \(other), which it comes after")
        }
    }

    /// No more work at the same time than there are places.
    mutating func hasAPlace(_ instance: InstanceID, beside others: Int, of places: Int, at now: Instant) {
        let allowed = max(places, formerPlaces.until > now ? formerPlaces.count : 0)
        require(others < allowed, "\(instance) is launched beside \(others) others on \(allowed) places")
    }

    /// A step was done by one tree, while no other of the same job lived.
    mutating func worked(_ attempt: SimulatedAttempt, others: [SimulatedAttempt]) {
        for other in others where other.treeLives {
            violation = violation ?? "\(attempt.id) and \(other.id) work at the same time"
        }
    }

    /// Who takes longer than an attempt may is ended in time, while there is somebody to end it.
    mutating func ended(
        _ attempt: SimulatedAttempt, _ rules: JobRules, undisturbedSince: Instant, isWatched: Bool, at now: Instant
    ) {
        guard isWatched, !attempt.mayBeLate, let timeout = rules.attemptTimeout, let started = attempt.startedAt else {
            return
        }
        let late = now - max(started + timeout, undisturbedSince)
        require(late <= Self.ending, "\(attempt.id) ends \(late.text) after its time was over")
    }

    /// What was over stays over; what was written down is not forgotten; what an attempt came to has its consequence.
    mutating func committed(
        _ job: JobRecord, _ record: AttemptRecord?, before: JobRecord?, _ attempt: SimulatedAttempt?,
        _ rules: JobRules
    ) {
        if let before {
            require(
                !before.phase.isFinal || job.phase == before.phase || before.phase != .succeeded,
                "job \(job.id) was \(before.phase.rawValue) and is \(job.phase.rawValue)")
            require(job.attempts >= before.attempts, "job \(job.id) has forgotten an attempt")
        }
        results[job.id] = job.phase
        if job.wish != nil || job.phase == .held, !released.contains(job.id) { resting.insert(job.id) }
        // Released, it has all its attempts anew.
        if job.failures == 0, released.contains(job.id) { failures[job.id] = nil }
        // With its progress the counts begin anew, and that outlives hostd.
        if let step = moving[job.id], job.progress?.done ?? 0 >= step {
            moving[job.id] = nil
            failures[job.id] = 0
        }
        guard let record, !record.isOpen, before?.isAttemptOpen == true else { return }
        if record.state == .failed { failures[job.id, default: 0] += 1 }
        if let attempt { closed(job, record, attempt) }
        let count = failures[job.id, default: 0]
        guard job.phase == .failed || count > rules.attempts else { return }
        require(
            job.phase == .failed && count == rules.attempts || attempt?.failure == .permanent,
            "job \(job.id) is \(job.phase.rawValue) after \(count) of \(rules.attempts) failures")
    }

    /// An attempt that nobody disturbed is on the disk with what its output says.
    private mutating func closed(_ job: JobRecord, _ record: AttemptRecord, _ attempt: SimulatedAttempt) {
        guard !attempt.wasDisturbed, let judged = attempt.judgedAt else { return }
        if attempt.saysDone {
            return require(job.phase == .succeeded, "\(attempt.id) was through, and job \(job.id) is not")
        }
        guard record.exit == .code(1) else { return }
        switch attempt.failure {
        case .permanent: require(job.phase == .failed, "job \(job.id) goes on after \(attempt.id), which was permanent")
        case .disruption(let wait):
            require(record.state == .disrupted, "\(attempt.id) counts, and was disrupted")
            if let wait { notBefore[job.id] = judged + wait }
        case .sessionGone:
            require(record.state == .disrupted, "\(attempt.id) counts, and had lost its session")
            require(job.session == nil, "job \(job.id) would go on in the session that is gone")
        case .counted: break
        }
    }

    /// Its records go only when what they say is on the disk.
    mutating func forgotten(_ instance: InstanceID, written: AttemptRecord?) {
        require(written.map { !$0.isOpen } ?? true, "\(instance) is forgotten and what it came to is not written down")
    }

    mutating func isOver(_ job: JobMachine) {
        require(results[job.id] == job.phase, "job \(job.id) is over in memory and not on the disk")
        require(
            job.phase != .succeeded || job.attempt?.state == .succeeded, "job \(job.id) succeeded without an attempt")
    }
}
