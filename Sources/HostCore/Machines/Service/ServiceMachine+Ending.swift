// SPDX-License-Identifier: Apache-2.0

/// From a running process to the proof that nothing of it is left, and what comes then.
extension ServiceMachine {
    /// Starts the stop ladder: signal, grace, SIGKILL for the tree, left-overs.
    mutating func end(
        next: ServiceState.Ending.Next, because why: String, grace: Duration = .zero, at now: Instant
    ) {
        guard let instance = state.instance else { return }
        var ending = takeEnding(of: instance)
        if ending.next != .stop {
            ending.next = next
            ending.why = why
        }
        ending.step = .arriving(deadline: now + Limits.launch)
        if ending.process != nil {
            ending.step = .asking(deadline: now + grace, sent: false)
        }
        enter(.ending(ending), as: .stopping, because: why, at: now)
        if ending.process != nil { effects.append(stopSignal(instance)) }
    }

    func stopSignal(_ instance: InstanceID) -> ServiceEffect {
        if specification.stop.command != nil { return .runStop(instance) }
        return plainSignal(instance)
    }

    /// A stop command that fails must not cost the instance its grace.
    mutating func stopFailed(_ instance: InstanceID, _ why: String) {
        guard case .ending(let ending) = state, ending.instance == instance, case .asking = ending.step else { return }
        let signal = SignalName.text(specification.stop.signal)
        report(.stopping, instance, "stop.exec: \(why); \(signal) instead")
        effects.append(plainSignal(instance))
    }

    private func plainSignal(_ instance: InstanceID) -> ServiceEffect {
        .signal(instance, number: specification.stop.signal, to: specification.stop.target)
    }

    mutating func signalled(_ instance: InstanceID) {
        guard case .ending(var ending) = state, ending.instance == instance,
            case .asking(let deadline, false) = ending.step
        else { return }
        ending.step = .asking(deadline: deadline, sent: true)
        state = .ending(ending)
    }

    mutating func exited(_ instance: InstanceID, _ report: ExitReport, treeEmpty: Bool, at now: Instant) {
        guard state.instance == instance else { return }
        if case .hooking(let run) = state { return hookExited(run, report, treeEmpty: treeEmpty, at: now) }
        if case .ending(let ending) = state {
            switch ending.step {
            case .clearing, .sweeping: return treeEmpty ? self.treeEmpty(instance, at: now) : ()
            case .arriving, .asking, .killing: break
            }
        }
        var ending = takeEnding(of: instance)
        note(ending, report)
        if treeEmpty { return over(ending, report, at: now) }
        let again = now + specification.stop.leftovers + Limits.again
        ending.step = .clearing(report, round: 0, again: again)
        enter(.ending(ending), because: "\(report.text); ending what it left behind", at: now)
    }

    mutating func treeEmpty(_ instance: InstanceID, at now: Instant) {
        if case .hooking(let run) = state, run.instance == instance { return hookTreeEmpty(run, at: now) }
        guard case .ending(let ending) = state, ending.instance == instance else { return }
        switch ending.step {
        case .clearing(let report, _, _), .sweeping(let report, _):
            self.report(.cleared, instance, "nothing of its tree is left")
            over(ending, report, at: now)
        case .arriving, .asking, .killing: break
        }
    }

    mutating func keeperLost(
        _ instance: InstanceID, because why: String = "its keeper was killed; ending what is left of it",
        at now: Instant
    ) {
        guard state.instance == instance else { return }
        if case .hooking(let run) = state { return hookKeeperLost(run, at: now) }
        var ending = takeEnding(of: instance)
        let report: ExitReport
        switch ending.step {
        case .sweeping: return
        case .clearing(let known, _, _): report = known
        case .arriving, .asking, .killing:
            let ran = ending.startedAt.map { now - $0 } ?? .zero
            report = ExitReport(status: .unknown, ran: ran, wallMilliseconds: 0)
            note(ending, report)
        }
        ending.step = .sweeping(report, again: now + Limits.again)
        enter(.ending(ending), as: .keeperLost, because: why, at: now)
        effects.append(.sweep(instance))
    }

    mutating func swept(_ instance: InstanceID, killed: Int, at now: Instant) {
        if case .hooking(let run) = state, run.instance == instance { return hookSwept(run, killed: killed, at: now) }
        guard case .ending(let ending) = state, ending.instance == instance,
            case .sweeping(let report, _) = ending.step
        else { return }
        self.report(.swept, instance, "\(killed) left-over processes killed")
        over(ending, report, at: now)
    }

    mutating func endingIsDue(_ old: ServiceState.Ending, at now: Instant) {
        var ending = old
        let again = now + Limits.again
        switch old.step {
        case .asking, .arriving: kill(old, round: 1, at: now)
        case .killing(let round, _) where round < Limits.killRounds: kill(old, round: round + 1, at: now)
        case .clearing(let report, let round, _) where round < Limits.killRounds:
            ending.step = .clearing(report, round: round + 1, again: again)
            state = .ending(ending)
            effects.append(.endTree(old.instance, grace: .zero))
        // A stop always ends: a keeper that hangs is taken for lost.
        case .killing, .clearing:
            let why = "its keeper does not obey; killing it with all that is left"
            keeperLost(old.instance, because: why, at: now)
        case .sweeping(let report, _):
            ending.step = .sweeping(report, again: again)
            state = .ending(ending)
            effects.append(.sweep(old.instance))
        }
    }

    mutating func kill(_ old: ServiceState.Ending, round: Int, at now: Instant) {
        var ending = old
        ending.step = .killing(round: round, again: now + Limits.again)
        let why = ending.why.map { "\($0); " } ?? ""
        let text = "\(why)SIGKILL to the whole tree, its time was over"
        if round == 1 {
            enter(.ending(ending), as: .killing, because: text, at: now)
        } else {
            enter(.ending(ending), because: "\(text) (\(round) times)", at: now)
        }
        effects.append(.endTree(old.instance, grace: .zero))
    }

    /// Nothing of the instance is left.
    mutating func over(_ ending: ServiceState.Ending, _ report: ExitReport, at now: Instant) {
        effects.append(.forget(ending.instance))
        conclude(ending, report, at: now)
    }

    mutating func conclude(_ ending: ServiceState.Ending, _ report: ExitReport, at now: Instant) {
        let ended = HookRun.Ended(report: report, pid: ending.process?.pid, why: ending.why)
        if ending.process == nil { return settle(ending.next, report, why: ending.why, at: now) }
        run(.afterStop(0), next: ending.next, after: ended, at: now)
    }

    /// Nothing of an instance is left and all hooks have run.
    mutating func settle(
        _ next: ServiceState.Ending.Next, _ report: ExitReport, why: String?, at now: Instant
    ) {
        let text = (why.map { "\($0): " } ?? "") + report.text
        switch next {
        case .stop:
            rest(because: text, at: now)
        case .relaunch:
            restarts += 1
            checkPorts(at: now)
        case .judge(let forced):
            judge(report, text, forced: forced, at: now)
        }
    }

    mutating func judge(_ report: ExitReport, _ text: String, forced: Bool, at now: Instant) {
        let decision = restart.decide(report, forced: forced, at: now)
        switch decision {
        case .restart, .loop: restarts += 1
        case .hold, .leaveStopped: break
        }
        // Reasons end with the exit's own text, so that the last line can be added when it is found.
        switch decision {
        case .restart(let delay) where delay == .zero:
            checkPorts(at: now)
        case .restart(let delay):
            let pause = ServiceState.Pause(until: now + delay, isLoop: false)
            enter(.pausing(pause), as: .backoff, because: "\(delay.text): \(text)", at: now)
        case .loop(let delay):
            let pause = ServiceState.Pause(until: now + delay, isLoop: true)
            let rule = restart.specification
            let why = "\(delay.text) after \(rule.burst) failures within \(rule.window.text): \(text)"
            enter(.pausing(pause), as: .looping, because: why, at: now)
        case .hold:
            setMark(.held)
            wasReady = false
            let why = "until it is started by a person, as restart.hold_on_exit says: \(text)"
            enter(.held, as: .held, because: why, at: now)
        case .leaveStopped:
            rest(because: "restart.policy is \"\(specification.restart.policy.rawValue)\": \(text)", at: now)
        }
    }

    /// The ending under way, or the one that an end by itself begins: after it, a stop that waits has its turn.
    mutating func takeEnding(of instance: InstanceID) -> ServiceState.Ending {
        if case .ending(let ending) = state { return ending }
        var ending = ServiceState.Ending(
            instance: instance, process: state.process, step: .arriving(deadline: since), next: .judge(forced: false))
        if case .up(let life) = state { ending.startedAt = life.startedAt }
        if let author = queuedStop {
            queuedStop = nil
            ending.next = .stop
            ending.why = Self.why(author)
        }
        return ending
    }

    private mutating func note(_ ending: ServiceState.Ending, _ report: ExitReport) {
        let instance = ending.instance
        lastExit = LastExit(instance: instance, report: report)
        self.report(.exited, instance, report.text)
        effects.append(.findLastLine(instance))
        guard case .judge(let forced) = ending.next, forced || !restart.isSuccess(report.status) else { return }
        effects.append(.keepCrash(instance, report, why: ending.why))
    }
}
