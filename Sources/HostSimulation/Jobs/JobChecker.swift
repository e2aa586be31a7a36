// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What must hold whatever happens to a host that runs jobs. It knows nothing of the machines' inside.
struct JobChecker {
    private(set) var violation: String?
    private var launchedOnce: Set<InstanceID> = []
    private var results: [JobID: JobPhase] = [:]

    private mutating func require(_ holds: Bool, _ message: @autoclosure () -> String) {
        if !holds, violation == nil { violation = message() }
    }

    /// Launched once; only when it is written down; only when nothing of an attempt before it lives; and not while a
    /// condition that the job needs is critical.
    mutating func launched(
        _ instance: InstanceID, _ job: JobID, written: AttemptRecord?, critical: Set<ConditionKind>, rules: JobRules,
        others: [SimulatedAttempt]
    ) {
        require(launchedOnce.insert(instance).inserted, "\(instance) is launched twice")
        require(written?.isOpen == true, "\(instance) is launched and not written down")
        for other in others where other.id != instance {
            require(!other.treeLives, "\(instance) is launched while \(other.id) lives")
        }
        require(results[job]?.isFinal != true, "\(instance) is launched although job \(job) is over")
    }

    /// A step was done by one tree, while no other of the same job lived.
    mutating func worked(_ attempt: SimulatedAttempt, others: [SimulatedAttempt]) {
        for other in others where other.treeLives {
            violation = violation ?? "\(attempt.id) and \(other.id) work at the same time"
        }
    }

    /// What was over stays over; what was written down is not forgotten.
    mutating func committed(_ job: JobRecord, _ attempt: AttemptRecord?, before: JobRecord?) {
        if let before {
            require(
                !before.phase.isFinal || job.phase == before.phase || before.phase != .succeeded,
                "job \(job.id) was \(before.phase.rawValue) and is \(job.phase.rawValue)")
            require(job.attempts >= before.attempts, "job \(job.id) has forgotten an attempt")
        }
        results[job.id] = job.phase
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
