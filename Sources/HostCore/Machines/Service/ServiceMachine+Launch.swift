// SPDX-License-Identifier: Apache-2.0

/// From the wish to run to a running process.
extension ServiceMachine {
    /// The last step before a launch; also what follows a back-off and a port that was taken.
    mutating func checkPorts(at now: Instant) {
        if let need = specification.needs.first(where: critical.contains) { return wait(for: need, at: now) }
        guard !specification.ports.isEmpty || !specification.launch.listen.isEmpty else { return launch(at: now) }
        let check = ServiceState.waiting(.portCheck(again: now + Limits.again))
        switch state {
        // Keeps its reason and time: for people it is still the same waiting.
        case .waiting(.port), .waiting(.portCheck): state = check
        default: enter(check, because: "checking its ports", at: now)
        }
        effects.append(.checkPorts(specification.ports))
    }

    mutating func portsChecked(_ taken: PortHolder?, at now: Instant) {
        guard case .waiting(let wait) = state else { return }
        switch wait {
        case .dependencies, .condition, .turn, .node: return
        case .port, .portCheck: break
        }
        guard let taken else { return launch(at: now) }
        let why = "port \(taken.port) is held by \(taken.holder)"
        let isNews = why != reason
        enter(.waiting(.port(taken.port, again: now + Limits.port)), because: why, at: now)
        if isNews { report(.waiting, nil, why) }
    }

    /// What the start needs and does not have now: whoever knows the condition says when it has changed.
    private mutating func wait(for need: ConditionKind, at now: Instant) {
        enter(.waiting(.condition(need)), as: .waiting, because: "condition \(need.rawValue) is critical", at: now)
    }

    mutating func conditions(_ critical: Set<ConditionKind>, turn: Duration, at now: Instant) {
        let old = self.critical
        self.critical = critical
        if critical.contains(.network), !old.contains(.network) { networkIsDown(at: now) }
        guard isReleased(by: critical) else { return }
        guard turn > .zero else { return checkPorts(at: now) }
        enter(.waiting(.turn(at: now + turn)), because: "the network is back, its turn comes in \(turn.text)", at: now)
    }

    /// It waits for a condition, and none of those that it needs is critical any more.
    func isReleased(by critical: Set<ConditionKind>) -> Bool {
        guard case .waiting(.condition) = state else { return false }
        return specification.needs.allSatisfy { !critical.contains($0) }
    }

    private mutating func launch(at now: Instant) {
        run(.beforeStart(0), next: .judge(forced: false), at: now)
    }

    mutating func launchMain(at now: Instant) {
        launch(because: lastExit.map { "replaces \($0.instance): \($0.text)" } ?? "first start", at: now)
    }

    private mutating func launch(because why: String, at now: Instant) {
        launches += 1
        isInherited = false
        launchedWith = specification.launchDigest
        if roll.isQueued { roll = .underWay }
        let instance = InstanceID(service: specification.name, launch: launches)
        enter(.launching(instance, deadline: now + Limits.launch), because: why, at: now)
        effects.append(.launch(instance))
        report(.starting, instance, why)
    }

    mutating func launchFailed(_ instance: InstanceID, _ why: String, at now: Instant) {
        guard state.instance == instance else { return }
        report(.launchFailed, instance, why)
        if case .hooking(let run) = state {
            return hookIsOver(
                run, ExitReport(status: .failedToStart(why), ran: .zero, wallMilliseconds: 0), at: now)
        }
        let report = ExitReport(status: .failedToStart(why), ran: .zero, wallMilliseconds: 0)
        lastExit = LastExit(instance: instance, report: report)
        over(takeEnding(of: instance), report, at: now)
    }

    /// A launch that an earlier hostd decided on and may not have got to: the decision still stands. A keeper that was
    /// killed before it did anything is a failure like any other.
    mutating func neverRan(_ instance: InstanceID, at now: Instant) {
        guard state.instance == instance else { return }
        switch state {
        case .launching where isInherited && queuedStop == nil:
            effects.append(.forget(instance))
            // The decision stands, but what a start needs may have changed meanwhile.
            if let need = specification.needs.first(where: critical.contains) { return wait(for: need, at: now) }
            launch(because: "\(instance) never ran", at: now)
        case .launching where isInherited, .ending where isInherited:
            effects.append(.forget(instance))
            let report = ExitReport(status: .failedToStart("\(instance) never ran"), ran: .zero, wallMilliseconds: 0)
            conclude(takeEnding(of: instance), report, at: now)
        case .hooking(let run): hookNeverRan(run, at: now)
        case .launching, .up, .ending: keeperLost(instance, at: now)
        case .stopped, .held, .waiting, .pausing: break
        }
    }

    mutating func started(
        _ instance: InstanceID, _ process: ProcessIdentity, startedAt: Instant, at now: Instant
    ) {
        guard state.instance == instance else { return }
        switch state {
        case .hooking(let run): hookStarted(run, startedAt: startedAt)
        case .launching:
            report(.started, instance, "pid \(process.pid)")
            arrive(instance, process, startedAt: startedAt, at: now)
        case .ending(var ending) where ending.process == nil:
            ending.process = process
            ending.startedAt = startedAt
            if case .arriving = ending.step {
                ending.step = .asking(deadline: now + specification.stop.grace, sent: false)
                effects.append(stopSignal(instance))
            }
            state = .ending(ending)
        case .ending, .up, .stopped, .held, .waiting, .pausing: break
        }
    }

    private mutating func arrive(
        _ instance: InstanceID, _ process: ProcessIdentity, startedAt: Instant, at now: Instant
    ) {
        var life = ServiceState.Life(instance: instance, process: process, startedAt: startedAt, stage: .serving)
        if let startup = specification.startup {
            let deadline = startedAt + startup.deadline
            let limit = startedAt + startup.deadline * Int(Limits.startupExtensions)
            let probe = ProbeMachine(startup, start: now + startup.delay)
            life.stage = .startup(probe, deadline: deadline, limit: limit)
            enter(.up(life), because: "pid \(process.pid) started, startup probe not yet good", at: now)
        } else {
            serve(&life, at: now)
        }
    }

    /// Startup is over: the other two probes begin.
    mutating func serve(_ life: inout ServiceState.Life, at now: Instant) {
        life.startupResult = life[.startup]?.last
        life.stage = .serving
        let triggers = life.notify.triggers
        life.live = specification.liveProbe(launchedWith: launchedWith).map {
            ProbeMachine($0, start: now + $0.firstLive, triggers: triggers)
        }
        life.ready = specification.ready.map {
            ProbeMachine($0, start: now + $0.delay, settles: $0.target.isOnce)
        }
        if life.isReady {
            becomeReady(life, at: now)
        } else {
            enter(.up(life), as: .running, because: "started, ready probe not yet good", at: now)
        }
    }

    mutating func becomeReady(_ life: ServiceState.Life, at now: Instant) {
        wasReady = true
        let seen = life.ready?.last.map { ": \($0.answer.seen)" } ?? ""
        enter(.up(life), as: .ready, because: "ready \((now - life.startedAt).text) after its start\(seen)", at: now)
    }

    mutating func launchIsStuck(_ instance: InstanceID, at now: Instant) {
        end(next: .judge(forced: true), because: "its keeper said nothing for \(Limits.launch.text)", at: now)
        guard case .ending(let ending) = state else { return }
        kill(ending, round: 1, at: now)
    }
}
