// SPDX-License-Identifier: Apache-2.0

/// From submission to a free place.
extension JobMachine {
    /// Goes where it has to wait, or into the queue. `why`: what made it wait.
    mutating func seek(_ why: String = "", at now: Instant) {
        if let deadline = deadlineAt, now >= deadline { return fail("the job's deadline has passed", at: now) }
        if let first = after.first {
            let others = after.count > 1 ? " and \(after.count - 1) more" : ""
            return wait(.jobs, "for job \(first)\(others) to succeed", at: now)
        }
        if let until = notBefore, until > now {
            let text = "tried again after \((until - now).text)" + (why.isEmpty ? "" : ": \(why)")
            return wait(.backoff(until: until), text, at: now)
        }
        notBefore = nil
        if let need = rules.needs.first(where: critical.contains) {
            return wait(.condition(need), "\(need.rawValue) is critical" + (why.isEmpty ? "" : "; \(why)"), at: now)
        }
        enter(.queued, because: why, at: now)
    }

    private mutating func wait(_ wait: JobState.Wait, _ why: String, at now: Instant) {
        // It goes on waiting for the same, for the reason that was told.
        if case .waiting(wait) = state { return }
        enter(.waiting(wait), as: .waiting, because: why, at: now)
    }

    /// Something that it waits for may have changed.
    mutating func reconsider(at now: Instant) {
        switch state {
        case .waiting, .queued: seek(at: now)
        default: break
        }
    }

    mutating func conditions(_ critical: Set<ConditionKind>, turn: Duration, at now: Instant) {
        for kind in self.critical.union(critical) { lastDisturbed[kind] = now }
        self.critical = critical
        switch state {
        case .queued: seek(at: now)
        // Nothing of it is written down yet.
        case .planning where (rules.needs + [.disk]).contains(where: critical.contains): seek(at: now)
        case .waiting(.condition(let kind)) where !critical.contains(kind):
            if turn == .zero { return seek("\(kind.rawValue) is no longer critical", at: now) }
            enter(.waiting(.turn(at: now + turn)), because: "\(kind.rawValue) is back; its turn comes", at: now)
        case .waiting(.turn) where rules.needs.contains(where: critical.contains): seek(at: now)
        default: break
        }
    }

    mutating func otherEnded(_ other: JobID, succeeded: Bool, at now: Instant) {
        guard after.contains(other) else { return }
        if succeeded {
            after.removeAll { $0 == other }
            if case .waiting(.jobs) = state { seek(at: now) }
            write()
        } else if case .waiting(.jobs) = state {
            // A person can mend that one, or let this one go on without it.
            hold("job \(other), which it waits for, has not succeeded", at: now)
        }
    }

    /// Rests until a person says so. Only where no attempt is under way.
    mutating func hold(_ why: String, at now: Instant) {
        enter(.held, as: .held, because: why, at: now)
        write()
    }

    /// Is over without another attempt.
    mutating func fail(_ why: String, at now: Instant) {
        result = nil
        enter(.over(.failed), as: .failed, because: why, at: now)
        write()
    }

    mutating func wake(at now: Instant) {
        switch state {
        case .waiting(.turn(let at)):
            if now >= at || isLate(at: now) { seek(at: now) }
        case .waiting, .queued: seek(at: now)
        case .planning(let instance, let deadline):
            if now >= deadline { unplannable(instance, "nobody could say how it is launched", at: now) }
        case .launching(let instance, let deadline):
            if now >= deadline { stuck(instance, at: now) }
        case .running(let run): look(at: run, at: now)
        case .ending(let ending): endingIsDue(ending, at: now)
        case .judging(let judging): judgeAgain(judging, at: now)
        case .opening, .closing, .held, .over: break
        }
    }

    private func isLate(at now: Instant) -> Bool { deadlineAt.map { now >= $0 } ?? false }

    private mutating func look(at run: JobState.Run, at now: Instant) {
        if let deadline = deadlineAt, now >= deadline { return stopRun(.deadline, at: now) }
        if let timeout = rules.attemptTimeout, now - run.startedAt >= timeout {
            return stopRun(.attemptTimeout, at: now)
        }
        if let why = run.stall.verdict(at: now) { stopRun(.stall(why), at: now) }
    }
}
