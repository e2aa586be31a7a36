// SPDX-License-Identifier: Apache-2.0

/// From the wish to run to a running process.
extension ServiceMachine {
    /// The last step before a launch; also what follows a back-off and a port that was taken.
    mutating func checkPorts(at now: Instant) {
        guard !specification.ports.isEmpty else { return launch(at: now) }
        if case .waiting(.port) = state {
            // Keeps its reason and time: for people it is still the same waiting.
            state = .waiting(.portCheck(again: now + Limits.again))
        } else {
            enter(.waiting(.portCheck(again: now + Limits.again)), because: "checking its ports", at: now)
        }
        effects.append(.checkPorts(specification.ports))
    }

    mutating func portsChecked(_ taken: PortHolder?, at now: Instant) {
        guard case .waiting(let wait) = state else { return }
        if case .dependencies = wait { return }
        guard let taken else { return launch(at: now) }
        let why = "port \(taken.port) is held by \(taken.holder)"
        let isNews = why != reason
        enter(.waiting(.port(taken.port, again: now + Limits.port)), because: why, at: now)
        if isNews { report(.waiting, nil, why) }
    }

    private mutating func launch(at now: Instant) {
        launches += 1
        let instance = InstanceID(service: specification.name, launch: launches)
        let why = lastExit.map { "replaces \($0.instance): \($0.text)" } ?? "first start"
        enter(.launching(instance, deadline: now + Limits.launch), because: why, at: now)
        effects.append(.launch(instance))
        report(.starting, instance, why)
    }

    mutating func launchFailed(_ instance: InstanceID, _ why: String, at now: Instant) {
        guard state.instance == instance else { return }
        report(.launchFailed, instance, why)
        let report = ExitReport(status: .failedToStart(why), ran: .zero, wallMilliseconds: 0)
        over(instance, report, at: now)
    }

    /// hostd was killed between its decision and the launch: the decision still stands.
    mutating func neverRan(_ instance: InstanceID, at now: Instant) {
        guard state.instance == instance else { return }
        switch state {
        case .launching:
            effects.append(.forget(instance))
            launches += 1
            let next = InstanceID(service: specification.name, launch: launches)
            enter(.launching(next, deadline: now + Limits.launch), because: "\(instance) never ran", at: now)
            effects.append(.launch(next))
        case .ending(let ending):
            effects.append(.forget(instance))
            conclude(ending, nil, at: now)
        case .up:
            keeperLost(instance, at: now)
        case .stopped, .held, .waiting, .pausing: break
        }
    }

    mutating func started(
        _ instance: InstanceID, _ process: ProcessIdentity, startedAt: Instant, at now: Instant
    ) {
        guard state.instance == instance else { return }
        switch state {
        case .launching:
            report(.started, instance, "pid \(process.pid)")
            arrive(instance, process, startedAt: startedAt, at: now)
        case .ending(var ending):
            guard case .arriving = ending.step else { return }
            ending.process = process
            ending.startedAt = startedAt
            ending.step = .asking(deadline: now + specification.stop.grace, sent: false)
            enter(.ending(ending), because: reason, at: now)
            effects.append(.signal(instance, number: specification.stop.signal, to: specification.stop.target))
        case .up, .stopped, .held, .waiting, .pausing: break
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
        life.stage = .serving
        life.live = specification.live.map {
            ProbeMachine($0, start: now + ($0.delay > .zero ? $0.delay : $0.interval))
        }
        life.ready = specification.ready.map { ProbeMachine($0, start: now + $0.delay) }
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
        guard case .ending(var ending) = state else { return }
        ending.step = .killing(again: now + Limits.again)
        enter(.ending(ending), because: reason, at: now)
        effects.append(.endTree(instance, grace: .zero))
    }
}
