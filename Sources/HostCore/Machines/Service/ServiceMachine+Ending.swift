// SPDX-License-Identifier: Apache-2.0

/// From a running process to the proof that nothing of it is left, and what comes then.
extension ServiceMachine {
    /// Starts the stop ladder: signal, grace, SIGKILL for the tree, left-overs.
    mutating func end(
        next: ServiceState.Ending.Next, because why: String, grace: Duration = .zero, at now: Instant
    ) {
        guard let instance = state.instance else { return }
        var ending = ServiceState.Ending(
            instance: instance, process: state.process, step: .arriving(deadline: now + Limits.launch), next: next)
        if case .up(let life) = state {
            ending.startedAt = life.startedAt
            ending.step = .asking(deadline: now + grace, sent: false)
        }
        enter(.ending(ending), as: .stopping, because: why, at: now)
        if ending.process != nil {
            effects.append(.signal(instance, number: specification.stop.signal, to: specification.stop.target))
        }
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
        if case .ending(let ending) = state {
            switch ending.step {
            case .clearing, .sweeping: return treeEmpty ? self.treeEmpty(instance, at: now) : ()
            case .arriving, .asking, .killing: break
            }
        }
        note(instance, report)
        if treeEmpty { return over(instance, report, at: now) }
        let again = now + specification.stop.leftovers + Limits.again
        var ending = currentEnding(instance)
        ending.step = .clearing(report, again: again)
        enter(.ending(ending), because: "\(report.text); ending what it left behind", at: now)
    }

    mutating func treeEmpty(_ instance: InstanceID, at now: Instant) {
        guard case .ending(let ending) = state, ending.instance == instance else { return }
        switch ending.step {
        case .clearing(let report, _), .sweeping(let report, _):
            self.report(.cleared, instance, "nothing of its tree is left")
            over(instance, report, at: now)
        case .arriving, .asking, .killing: break
        }
    }

    mutating func keeperLost(_ instance: InstanceID, at now: Instant) {
        guard state.instance == instance else { return }
        var ending = currentEnding(instance)
        let report: ExitReport
        switch ending.step {
        case .sweeping: return
        case .clearing(let known, _): report = known
        case .arriving, .asking, .killing:
            let ran = ending.startedAt.map { now - $0 } ?? .zero
            report = ExitReport(status: .unknown, ran: ran, wallMilliseconds: 0)
            note(instance, report)
        }
        ending.step = .sweeping(report, again: now + Limits.again)
        enter(.ending(ending), as: .keeperLost, because: "its keeper was killed; ending what is left of it", at: now)
        effects.append(.sweep(instance))
    }

    mutating func swept(_ instance: InstanceID, killed: Int, at now: Instant) {
        guard case .ending(let ending) = state, ending.instance == instance,
            case .sweeping(let report, _) = ending.step
        else { return }
        self.report(.swept, instance, "\(killed) left-over processes killed")
        over(instance, report, at: now)
    }

    mutating func endingIsDue(_ old: ServiceState.Ending, at now: Instant) {
        var ending = old
        let again = now + Limits.again
        switch old.step {
        case .asking, .arriving:
            report(.killing, old.instance, "still there when its grace was over: SIGKILL to the whole tree")
            ending.step = .killing(again: again)
            effects.append(.endTree(old.instance, grace: .zero))
        case .killing:
            ending.step = .killing(again: again)
            effects.append(.endTree(old.instance, grace: .zero))
        case .clearing(let report, _):
            ending.step = .clearing(report, again: again)
            effects.append(.endTree(old.instance, grace: .zero))
        case .sweeping(let report, _):
            ending.step = .sweeping(report, again: again)
            effects.append(.sweep(old.instance))
        }
        enter(.ending(ending), because: reason, at: now)
    }

    /// Nothing of `instance` is left.
    mutating func over(_ instance: InstanceID, _ report: ExitReport, at now: Instant) {
        if lastExit?.instance != instance { note(instance, report) }
        effects.append(.forget(instance))
        conclude(currentEnding(instance), report, at: now)
    }

    mutating func conclude(_ ending: ServiceState.Ending, _ report: ExitReport?, at now: Instant) {
        switch ending.next {
        case .stop:
            enter(.stopped, as: .stopped, because: reason, at: now)
        case .relaunch:
            restarts += 1
            checkPorts(at: now)
        case .judge(let forced):
            judge(report ?? ExitReport(status: .unknown, ran: .zero, wallMilliseconds: 0), forced: forced, at: now)
        }
    }

    private mutating func judge(_ report: ExitReport, forced: Bool, at now: Instant) {
        let text = forced ? "\(reason); \(report.text)" : report.text
        let decision = restart.decide(report, forced: forced, at: now)
        switch decision {
        case .restart, .loop: restarts += 1
        case .hold, .leaveStopped: break
        }
        switch decision {
        case .restart(let delay) where delay == .zero:
            checkPorts(at: now)
        case .restart(let delay):
            let pause = ServiceState.Pause(until: now + delay, isLoop: false)
            enter(.pausing(pause), as: .backoff, because: "\(delay.text): \(text)", at: now)
        case .loop(let delay):
            let count = specification.restart.burst
            let why = "\(count) failures in \(specification.restart.window.text), next try in \(delay.text): \(text)"
            enter(.pausing(ServiceState.Pause(until: now + delay, isLoop: true)), as: .looping, because: why, at: now)
        case .hold:
            effects.append(.mark(.held))
            let meaning = "this exit code says \"do not restart\" (hold_on_exit), start it when the cause is mended"
            enter(.held, as: .held, because: "\(meaning): \(text)", at: now)
        case .leaveStopped:
            let policy = "restart.policy is \"\(specification.restart.policy.rawValue)\""
            enter(.stopped, as: .stopped, because: "\(policy): \(text)", at: now)
        }
    }

    /// The ending under way, or the one that an end by itself begins.
    private func currentEnding(_ instance: InstanceID) -> ServiceState.Ending {
        if case .ending(let ending) = state { return ending }
        var startedAt: Instant?
        if case .up(let life) = state { startedAt = life.startedAt }
        return ServiceState.Ending(
            instance: instance, process: state.process, startedAt: startedAt, step: .arriving(deadline: since),
            next: .judge(forced: false))
    }

    private mutating func note(_ instance: InstanceID, _ report: ExitReport) {
        lastExit = LastExit(instance: instance, report: report)
        self.report(.exited, instance, report.text)
        effects.append(.findLastLine(instance))
    }
}
