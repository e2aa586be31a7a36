// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The kernel's, the keepers' and the jobs' part.
///
/// A job appends the numbers of its steps to a file and begins with the first that is not there. Its tool, which
/// outlives it, appends one more: two trees at work at the same time show as a step that stands there twice.
extension JobWorld {
    func keeperStarts(_ attempt: SimulatedAttempt) {
        guard attempt.keeperLives, attempt.process == nil, !attempt.keeperHangs else { return }
        if attempt.isStillborn {
            attempt.exit = ExitReport(status: .failedToStart("cannot exec"), ran: .zero, wallMilliseconds: 0)
            attempt.exitSaysEmpty = true
            attempt.keeperLives = false
            return ring(attempt)
        }
        attempt.process = newProcess()
        attempt.startedAt = now
        attempt.mainLives = true
        attempt.toolLives = attempt.hasTool
        trace.note("\(attempt.id) runs", at: now)
        planStep(attempt)
        if attempt.hasTool { queue.plan(.toolStep(attempt), at: now + duration(1...100)) }
        ring(attempt)
    }

    private func planStep(_ attempt: SimulatedAttempt) {
        queue.plan(.stepDone(attempt), at: now + duration(0.5...20))
    }

    func stepDone(_ attempt: SimulatedAttempt) {
        guard attempt.mainLives else { return }
        if attempt.hangsAfter.map({ attempt.stepsDone >= $0 }) == true { return }
        if attempt.failsAfter.map({ attempt.stepsDone >= $0 }) == true { return mainEnds(attempt, .code(1)) }
        guard let next = nextStep(of: attempt.job) else {
            attempt.saysDone = true
            return mainEnds(attempt, .code(0))
        }
        append(next, attempt)
        attempt.stepsDone += 1
        planStep(attempt)
    }

    /// The tool works beside the main process, on what that left for it.
    func toolStep(_ attempt: SimulatedAttempt) {
        guard attempt.toolLives else { return }
        attempt.toolLives = false
        if !attempt.mainLives, let next = nextStep(of: attempt.job) { append(next, attempt) }
    }

    private func nextStep(of job: JobID) -> Int? {
        let done = files[job]?.count ?? 0
        return done < stepsOfEach ? done + 1 : nil
    }

    private func append(_ step: Int, _ attempt: SimulatedAttempt) {
        files[attempt.job, default: []].append(step)
        checker.worked(attempt, others: attempts.values.filter { $0.job == attempt.job && $0 !== attempt })
        if attempt.mainLives, chance(0.9) {
            let progress = JobProgress(done: Double(step), total: Double(stepsOfEach))
            feed(attempt.id, .progressed(attempt.id, progress))
            if board?.jobs[attempt.job]?.progress == progress {
                checker.gotFurther(attempt.job, to: Double(step))
            }
        }
    }

    func mainEnds(_ attempt: SimulatedAttempt, _ status: ExitStatus) {
        guard attempt.mainLives else { return }
        attempt.mainLives = false
        trace.note("\(attempt.id) ends: \(status.text)", at: now)
        checker.ended(attempt, rules, undisturbedSince: undisturbedSince, isWatched: board != nil, at: now)
        guard attempt.keeperLives, !attempt.keeperHangs else { return attempt.keeperLives ? () : ring(attempt) }
        record(attempt, status)
    }

    private func record(_ attempt: SimulatedAttempt, _ status: ExitStatus) {
        attempt.exit = ExitReport(
            status: status, ran: attempt.startedAt.map { now - $0 } ?? .zero, wallMilliseconds: 0)
        attempt.exitSaysEmpty = !attempt.toolLives
        if attempt.exitSaysEmpty {
            attempt.keeperLives = false
        } else {
            queue.plan(.leftOversEnd(attempt), at: now + .seconds(5))
        }
        ring(attempt)
    }

    func leftOversEnd(_ attempt: SimulatedAttempt) {
        guard attempt.keeperLives, !attempt.keeperHangs, !attempt.mainLives, attempt.exit != nil else { return }
        attempt.toolLives = false
        attempt.exitSaysEmpty = true
        attempt.keeperLives = false
        ring(attempt)
    }

    func treeKilled(_ attempt: SimulatedAttempt) {
        guard attempt.keeperLives, !attempt.keeperHangs else { return }
        attempt.toolLives = false
        if attempt.mainLives { return mainEnds(attempt, .signal(9)) }
        if attempt.process == nil {
            attempt.keeperLives = false
            return ring(attempt)
        }
        if attempt.exit == nil { record(attempt, .signal(9)) } else { leftOversEnd(attempt) }
    }

    func killKeeper(_ attempt: SimulatedAttempt) {
        guard attempt.keeperLives else { return }
        trace.note("\(attempt.id): its keeper is killed", at: now)
        attempt.keeperLives = false
        // PDEATHSIG takes the main process along, the tool goes on; nobody records the end.
        attempt.mainLives = false
        ring(attempt)
    }

    func keeperGoesOn(_ attempt: SimulatedAttempt) {
        guard attempt.keeperLives, attempt.keeperHangs else { return }
        attempt.keeperHangs = false
        if attempt.process == nil { return keeperStarts(attempt) }
        if !attempt.mainLives, attempt.exit == nil { record(attempt, .code(1)) }
    }

    /// hostd looks at the records, if it is there and hears the bell. The end of a keeper is always noticed.
    func ring(_ attempt: SimulatedAttempt) {
        if attempt.keeperLives, attempt.keeperHangs || (!isCalm && chance(0.02)) { return }
        for event in attempt.news { feed(attempt.id, event) }
    }

    func sweepDone(_ id: InstanceID, life: Int) {
        if let attempt = attempts[id] {
            attempt.keeperLives = false
            attempt.mainLives = false
            attempt.toolLives = false
        }
        guard life == self.life, isCalm || !chance(0.05) else { return }
        feed(id, .swept(id, killed: 1))
    }
}
