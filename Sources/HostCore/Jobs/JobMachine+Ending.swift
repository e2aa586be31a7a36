// SPDX-License-Identifier: Apache-2.0

/// From a running process to the proof that nothing of its tree is left.
extension JobMachine {
    /// Ends the attempt that is under way, where there is one: first it is asked for a checkpoint, if it can be, then
    /// it is stopped, then killed with its tree.
    mutating func stopRun(_ cause: JobState.Cause, at now: Instant) {
        switch state {
        // Nothing of it is written down yet, or nothing will come of what is.
        case .planning: seek(cause.text, at: now)
        case .opening(let instance, _): abandon(instance, .another, .disrupted, because: cause, at: now)
        case .launching(let instance, _):
            let ending = JobState.Ending(
                instance: instance, step: .arriving(deadline: now + Limits.launch), cause: cause)
            enter(.ending(ending), as: cause.reportKind, because: cause.text, at: now)
        case .running(let run):
            let ending = JobState.Ending(
                instance: run.instance, process: run.process, startedAt: run.startedAt,
                step: .asking(deadline: now), cause: cause)
            enter(.ending(ending), as: cause.reportKind, because: cause.text, at: now)
            ask(ending, at: now)
        case .ending(var ending):
            guard ending.cause.map({ $0.rank < cause.rank }) ?? true else { return }
            ending.cause = cause
            enter(.ending(ending), because: cause.text, at: now)
            // Nobody goes on from a checkpoint of what is cancelled.
            if case .saving = ending.step, !cause.isPlanned { ask(ending, at: now) }
        default: break
        }
    }

    /// Asks for a checkpoint where that is of use and has not been done, else for the end.
    mutating func ask(_ old: JobState.Ending, at now: Instant) {
        var ending = old
        let isSaved = if case .saving = old.step { true } else { false }
        if let request = rules.checkpointRequest, let cause = ending.cause, cause.isPlanned, !isSaved {
            ending.step = .saving(deadline: now + request.patience)
            state = .ending(ending)
            return effects.append(.askForCheckpoint(ending.instance, signal: request.signal))
        }
        let isHung = ending.cause?.isStall == true
        let grace = isHung ? min(rules.stop.grace, Limits.hungGrace) : rules.stop.grace
        ending.step = .asking(deadline: now + grace)
        state = .ending(ending)
        let signal = JobEffect.signal(ending.instance, number: rules.stop.signal, to: rules.stop.target)
        effects.append(rules.stop.command == nil ? signal : .runStop(ending.instance))
    }

    mutating func exited(_ instance: InstanceID, _ report: ExitReport, treeEmpty: Bool, at now: Instant) {
        guard state.instance == instance else { return }
        if case .ending(let ending) = state {
            switch ending.step {
            case .clearing, .sweeping: return treeEmpty ? self.treeEmpty(instance, at: now) : ()
            case .arriving, .saving, .asking, .killing: break
            }
        }
        guard var ending = takeEnding(of: instance) else { return }
        self.report(.exited, instance, report.text)
        if treeEmpty { return conclude(instance, report, cause: ending.cause, at: now) }
        ending.step = .clearing(report, round: 0, again: now + rules.stop.leftovers + Limits.again)
        enter(.ending(ending), because: "\(report.text); ending what it left behind", at: now)
    }

    mutating func treeEmpty(_ instance: InstanceID, at now: Instant) {
        guard case .ending(let ending) = state, ending.instance == instance else { return }
        switch ending.step {
        case .clearing(let report, _, _), .sweeping(let report, _):
            conclude(instance, report, cause: ending.cause, at: now)
        case .arriving, .saving, .asking, .killing: break
        }
    }

    mutating func keeperLost(_ instance: InstanceID, at now: Instant) {
        lose(instance, because: "its keeper was killed; ending what is left of it", at: now)
    }

    private mutating func lose(_ instance: InstanceID, because why: String, at now: Instant) {
        guard state.instance == instance, var ending = takeEnding(of: instance) else { return }
        let report: ExitReport
        switch ending.step {
        case .sweeping: return
        case .clearing(let known, _, _): report = known
        case .arriving, .saving, .asking, .killing:
            report = ExitReport(
                status: .unknown, ran: ending.startedAt.map { now - $0 } ?? .zero, wallMilliseconds: 0)
        }
        ending.step = .sweeping(report, again: now + Limits.again)
        enter(.ending(ending), as: .keeperLost, because: why, at: now)
        effects.append(.sweep(instance))
    }

    mutating func swept(_ instance: InstanceID, killed: Int, at now: Instant) {
        guard case .ending(let ending) = state, ending.instance == instance,
            case .sweeping(let report, _) = ending.step
        else { return }
        self.report(.swept, instance, "\(killed) left-over processes killed")
        conclude(instance, report, cause: ending.cause, at: now)
    }

    mutating func endingIsDue(_ old: JobState.Ending, at now: Instant) {
        var ending = old
        let again = now + Limits.again
        switch old.step {
        case .saving(let deadline): if now >= deadline { ask(old, at: now) }
        case .asking(let deadline), .arriving(let deadline): if now >= deadline { kill(old, round: 1, at: now) }
        case .killing(_, let due), .clearing(_, _, let due), .sweeping(_, let due):
            guard now >= due else { return }
            switch old.step {
            case .killing(let round, _) where round < Limits.killRounds: kill(old, round: round + 1, at: now)
            case .clearing(let report, let round, _) where round < Limits.killRounds:
                ending.step = .clearing(report, round: round + 1, again: again)
                state = .ending(ending)
                effects.append(.endTree(old.instance))
            case .sweeping(let report, _):
                ending.step = .sweeping(report, again: again)
                state = .ending(ending)
                effects.append(.sweep(old.instance))
            // A stop always ends: a keeper that hangs is taken for lost.
            default: lose(old.instance, because: "its keeper does not obey; killing it with all that is left", at: now)
            }
        }
    }

    mutating func kill(_ old: JobState.Ending, round: Int, at now: Instant) {
        var ending = old
        ending.step = .killing(round: round, again: now + Limits.again)
        let why = (old.cause.map { $0.text + "; " } ?? "") + "SIGKILL to the whole tree, its time was over"
        if round == 1 {
            enter(.ending(ending), as: .killing, because: why, at: now)
        } else {
            enter(.ending(ending), because: "\(why) (\(round) times)", at: now)
        }
        effects.append(.endTree(old.instance))
    }

    /// The ending under way, or the one that an end by itself begins.
    private func takeEnding(of instance: InstanceID) -> JobState.Ending? {
        switch state {
        case .ending(let ending): ending
        case .launching(let instance, let deadline):
            JobState.Ending(instance: instance, step: .arriving(deadline: deadline))
        case .running(let run):
            JobState.Ending(
                instance: run.instance, process: run.process, startedAt: run.startedAt,
                step: .asking(deadline: since))
        default: nil
        }
    }
}

extension JobState.Cause {
    /// A weaker cause gives way to a stronger one while the attempt ends.
    fileprivate var rank: Int {
        switch self {
        case .stuck, .stall, .limit, .attemptTimeout: 0
        case .host: 1
        case .shutDown: 2
        case .hold: 3
        case .deadline: 4
        case .cancel: 5
        }
    }

    /// Whether there is time to save what can be saved.
    fileprivate var isPlanned: Bool {
        switch self {
        case .hold, .shutDown, .host, .attemptTimeout, .limit: true
        case .cancel, .deadline, .stall, .stuck: false
        }
    }

    fileprivate var reportKind: JobReport.Kind { isStall ? .stalled : .stopping }
}
