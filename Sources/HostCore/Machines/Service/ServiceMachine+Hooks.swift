// SPDX-License-Identifier: Apache-2.0

/// Commands around the life of an instance. Each is a launch of its own with a keeper, so that hostd may be killed
/// meanwhile, and what it leaves behind is gone before anything else starts.
extension ServiceMachine {
    typealias HookRun = ServiceState.HookRun

    /// The next hook, or what comes when there is none left.
    mutating func run(_ hook: Hook, next: ServiceState.Ending.Next, after ended: HookRun.Ended? = nil, at now: Instant)
    {
        guard let command = specification.command(of: hook) else {
            switch (hook, ended) {
            case (.afterStop, let ended?): return settle(next, ended.report, why: ended.why, at: now)
            case (.beforeStart, _), (.afterStop, nil): return launchMain(at: now)
            }
        }
        launches += 1
        isInherited = false
        let instance = InstanceID(service: specification.name, launch: launches)
        let why = "\(hook): \(command.first ?? "")"
        let run = HookRun(
            instance: instance, hook: hook, step: .launching(deadline: now + Limits.launch), next: next, ended: ended)
        enter(.hooking(run), as: .hook, because: why, at: now)
        effects.append(.launchHook(instance, hook))
    }

    mutating func hookStarted(_ old: HookRun, startedAt: Instant) {
        guard case .launching = old.step else { return }
        var run = old
        run.step = .running(deadline: startedAt + specification.hookTimeout)
        state = .hooking(run)
    }

    mutating func hookExited(_ old: HookRun, _ report: ExitReport, treeEmpty: Bool, at now: Instant) {
        var run = old
        switch old.step {
        case .clearing(let known, _, _), .sweeping(let known, _):
            return treeEmpty ? hookIsOver(old, known, at: now) : ()
        case .launching, .running, .ending: break
        }
        self.report(.hook, run.instance, "\(run.hook): \(report.text)")
        if report.status != .code(0) { effects.append(.findLastLine(run.instance)) }
        if treeEmpty { return hookIsOver(run, report, at: now) }
        run.step = .clearing(report, round: 0, again: now + specification.stop.leftovers + Limits.again)
        state = .hooking(run)
    }

    mutating func hookTreeEmpty(_ run: HookRun, at now: Instant) {
        switch run.step {
        case .clearing(let report, _, _), .sweeping(let report, _): hookIsOver(run, report, at: now)
        case .launching, .running, .ending: break
        }
    }

    mutating func hookKeeperLost(_ old: HookRun, at now: Instant) {
        var run = old
        switch old.step {
        case .sweeping: return
        case .clearing(let known, _, _): run.step = .sweeping(known, again: now + Limits.again)
        case .launching, .running, .ending:
            let report = ExitReport(status: .unknown, ran: .zero, wallMilliseconds: 0)
            run.step = .sweeping(report, again: now + Limits.again)
        }
        enter(
            .hooking(run), as: .keeperLost, because: "\(run.hook): its keeper was killed; ending what is left", at: now)
        effects.append(.sweep(run.instance))
    }

    mutating func hookSwept(_ run: HookRun, killed: Int, at now: Instant) {
        guard case .sweeping(let report, _) = run.step else { return }
        self.report(.swept, run.instance, "\(killed) left-over processes killed")
        hookIsOver(run, report, at: now)
    }

    /// A launch that an earlier hostd decided on and may not have got to is decided on again.
    mutating func hookNeverRan(_ old: HookRun, at now: Instant) {
        guard isInherited else { return hookKeeperLost(old, at: now) }
        guard case .launching = old.step else {
            let report = ExitReport(status: .failedToStart("it never ran"), ran: .zero, wallMilliseconds: 0)
            return hookIsOver(old, report, at: now)
        }
        effects.append(.forget(old.instance))
        if old.ended == nil, old.next != .stop, specification.needs.contains(where: critical.contains) {
            return checkPorts(at: now)
        }
        run(old.hook, next: old.next, after: old.ended, at: now)
    }

    /// SIGTERM for the whole tree of a hook, and SIGKILL soon after.
    mutating func endHook(_ old: HookRun, because why: String, next: ServiceState.Ending.Next, at now: Instant) {
        var run = old
        run.next = next
        run.why = why
        switch old.step {
        case .launching, .running:
            run.step = .ending(round: 0, again: now + Limits.hungGrace + Limits.again)
            effects.append(.endTree(run.instance, grace: Limits.hungGrace))
        case .ending, .clearing, .sweeping: break
        }
        enter(.hooking(run), as: .killing, because: "\(run.hook): \(why)", at: now)
    }

    /// What is wanted after the end that `after_stop` follows. The hooks themselves run to their ends.
    mutating func redirect(_ old: HookRun, next: ServiceState.Ending.Next, because why: String, at now: Instant) {
        var run = old
        run.next = next
        enter(.hooking(run), because: "\(why), after \(run.hook)", at: now)
    }

    mutating func hookIsDue(_ old: HookRun, at now: Instant) {
        var run = old
        let again = now + Limits.again
        switch old.step {
        case .launching(let deadline) where now - deadline > Limits.slept: run.step = .launching(deadline: again)
        case .launching:
            return endHook(old, because: "its keeper said nothing for \(Limits.launch.text)", next: old.next, at: now)
        case .running:
            let why = "took longer than \(specification.hookTimeout.text)"
            return endHook(old, because: why, next: old.next, at: now)
        case .ending(let round, _) where round < Limits.killRounds:
            run.step = .ending(round: round + 1, again: again)
            effects.append(.endTree(run.instance, grace: .zero))
        case .clearing(let report, let round, _) where round < Limits.killRounds:
            run.step = .clearing(report, round: round + 1, again: again)
            effects.append(.endTree(run.instance, grace: .zero))
        case .ending, .clearing: return hookKeeperLost(old, at: now)
        case .sweeping(let report, _):
            run.step = .sweeping(report, again: again)
            effects.append(.sweep(run.instance))
        }
        state = .hooking(run)
    }

    mutating func hookResumes(_ run: HookRun) {
        switch run.step {
        case .ending: effects.append(.endTree(run.instance, grace: .zero))
        case .clearing(_, let round, _) where round > 0: effects.append(.endTree(run.instance, grace: .zero))
        case .sweeping: effects.append(.sweep(run.instance))
        case .launching, .running, .clearing: break
        }
    }

    /// Nothing of a hook is left.
    mutating func hookIsOver(_ run: HookRun, _ report: ExitReport, at now: Instant) {
        effects.append(.forget(run.instance))
        let isFine = report.status == .code(0) && run.why == nil
        switch (run.hook, run.next) {
        case (.afterStop, _): self.run(run.hook.next, next: run.next, after: run.ended, at: now)
        case (.beforeStart, .stop): rest(because: run.why ?? "stopped", at: now)
        case (.beforeStart, .relaunch): checkPorts(at: now)
        case (.beforeStart, .judge):
            if isFine { return self.run(run.hook.next, next: run.next, at: now) }
            startFailed(run, report, at: now)
        }
    }

    /// A start that a hook refused is a failed start: what the hook's exit code says counts like the program's own.
    private mutating func startFailed(_ run: HookRun, _ report: ExitReport, at now: Instant) {
        let text = "\(run.hook): \(run.why ?? report.text)"
        var failure = report
        // However long the hook took: the program itself has not run at all.
        failure.ran = .zero
        if run.why != nil || restart.isSuccess(report.status) { failure.status = .failedToStart(text) }
        var shown = failure
        shown.status = .failedToStart(text)
        lastExit = LastExit(instance: run.instance, report: shown)
        judge(failure, text, forced: false, at: now)
    }
}
