// SPDX-License-Identifier: Apache-2.0

/// From a free place to a running process.
extension JobMachine {
    mutating func placed(at now: Instant) {
        guard case .queued = state else { return }
        let instance = id.instance(attempts + 1)
        enter(.planning(instance, deadline: now + Limits.plan), because: "attempt \(attempts + 1)", at: now)
        effects.append(.plan(instance))
    }

    mutating func planned(_ instance: InstanceID, _ plan: AttemptPlan, at now: Instant) {
        guard case .planning(instance, _) = state else { return }
        attempts = instance.launch
        session = plan.session ?? session
        var attempt = AttemptRecord(job: id, number: attempts, startedMilliseconds: plan.wallMilliseconds)
        attempt.model = plan.model
        attempt.tier = plan.tier
        attempt.arm = plan.arm
        attempt.generation = plan.generation
        attempt.isResumed = plan.isResumed
        self.attempt = attempt
        // The write comes before the launch: whoever finds it knows that there may be a process.
        enter(.opening(instance, write: write()), because: "attempt \(attempts)", at: now)
    }

    mutating func unplannable(_ instance: InstanceID, _ why: String, at now: Instant) {
        guard case .planning(instance, _) = state else { return }
        hold(why, at: now)
    }

    mutating func opened(_ instance: InstanceID, at now: Instant) {
        enter(
            .launching(instance, deadline: now + Limits.launch), as: .starting,
            because: attempts == 1 ? "first attempt" : "attempt \(attempts)" + (reasonOfAttempt ?? ""), at: now)
        effects.append(.launch(instance))
    }

    private var reasonOfAttempt: String? {
        attempt?.isResumed == true ? ", going on" + (session.map { " in session \($0)" } ?? "") : nil
    }

    mutating func started(
        _ instance: InstanceID, _ process: ProcessIdentity, startedAt: Instant, at now: Instant
    ) {
        guard state.instance == instance else { return }
        switch state {
        case .launching:
            let run = JobState.Run(
                instance: instance, process: process, startedAt: startedAt,
                stall: StallMachine(rules.stall, at: now))
            attempt?.state = .running
            enter(.running(run), as: .started, because: "pid \(process.pid)", at: now)
            write()
        case .ending(var ending) where ending.process == nil:
            ending.process = process
            ending.startedAt = startedAt
            state = .ending(ending)
            if case .arriving = ending.step { ask(ending, at: now) }
        default: break
        }
    }

    mutating func launchFailed(_ instance: InstanceID, _ why: String, at now: Instant) {
        guard state.instance == instance else { return }
        switch state {
        case .launching, .ending:
            report(.launchFailed, instance, why)
            let report = ExitReport(status: .failedToStart(why), ran: .zero, wallMilliseconds: 0)
            conclude(instance, report, cause: endingCause, at: now)
        default: break
        }
    }

    mutating func launchRefused(_ instance: InstanceID, _ why: String, at now: Instant) {
        if case .planning(instance, _) = state {
            // Nothing was begun: it has its turn again, and no attempt was made.
            return enter(.waiting(.turn(at: now + Limits.planAgain)), because: why, at: now)
        }
        report(.launchFailed, instance, why)
        end(unlaunched: instance, AttemptFailure(.disruption(retryAfter: nil), why), at: now)
    }

    mutating func neverRan(_ instance: InstanceID, at now: Instant) {
        let why = "it never ran: hostd was killed before its launch"
        end(unlaunched: instance, AttemptFailure(.disruption(retryAfter: .zero), why), at: now)
    }

    private mutating func end(unlaunched instance: InstanceID, _ failure: AttemptFailure, at now: Instant) {
        guard state.instance == instance else { return }
        switch state {
        case .launching, .ending:
            let report = ExitReport(status: .unknown, ran: .zero, wallMilliseconds: 0)
            close(instance, report, .failed(failure), cause: endingCause, at: now)
        default: break
        }
    }

    private mutating func stuck(_ instance: InstanceID, why: String, at now: Instant) {
        stopRun(.stuck(why), at: now)
        guard case .ending(let ending) = state else { return }
        kill(ending, round: 1, at: now)
    }

    mutating func stuck(_ instance: InstanceID, at now: Instant) {
        stuck(instance, why: "its keeper said nothing for \(Limits.launch.text)", at: now)
    }

    var endingCause: JobState.Cause? { if case .ending(let ending) = state { ending.cause } else { nil } }
}

/// What a running attempt says and does.
extension JobMachine {
    mutating func found(session: String, in instance: InstanceID) {
        guard isCurrent(instance), self.session != session, !session.isEmpty else { return }
        self.session = session
        report(.session, instance, session)
        write()
    }

    mutating func progressed(_ instance: InstanceID, _ new: JobProgress, at now: Instant) {
        guard isCurrent(instance), new != progress else { return }
        // What an attempt does anew that an earlier one had done already is no progress.
        if let done = new.done, let before = progress?.done, new.total == progress?.total, done <= before { return }
        progress = new
        getsFurther(at: now)
    }

    mutating func reached(checkpoint text: String, in instance: InstanceID, at now: Instant) {
        guard isCurrent(instance), text != checkpoint, !text.isEmpty else { return }
        checkpoint = text
        getsFurther(at: now)
        // What it was asked for is there.
        if case .ending(let ending) = state, case .saving = ending.step { ask(ending, at: now) }
    }

    private mutating func getsFurther(at now: Instant) {
        // Each time that it gets further the counts begin anew: it is on its way.
        (failures, disruptions) = (0, 0)
        if case .running(var run) = state {
            run.stall.sign(at: now)
            state = .running(run)
        }
        write()
    }

    /// While it runs, and while what it said last is read.
    private func isCurrent(_ instance: InstanceID) -> Bool {
        switch state {
        case .running, .ending, .judging: state.instance == instance
        default: false
        }
    }

    mutating func loops(_ instance: InstanceID, _ why: String, at now: Instant) {
        guard case .running(let run) = state, run.instance == instance else { return }
        stopRun(.stall(why), at: now)
    }

    mutating func overLimit(_ instance: InstanceID, _ why: String, at now: Instant) {
        guard case .running(let run) = state, run.instance == instance else { return }
        stopRun(.limit(why), at: now)
    }
}
