// SPDX-License-Identifier: Apache-2.0

/// What probes say of a running instance.
extension ServiceMachine {
    mutating func probed(
        _ instance: InstanceID, _ kind: ProbeKind, number: UInt64, _ answer: ProbeAnswer, at now: Instant
    ) {
        // A health result is only ever applied to the instance that it probed.
        guard case .up(let life) = state, life.instance == instance else { return }
        switch (life.stage, kind) {
        case (.startup(let probe, let deadline, let limit), .startup):
            startupProbed(life, probe, deadline, limit, number, answer, at: now)
        case (.serving, .live): liveProbed(life, number, answer, at: now)
        case (.serving, .ready): readyProbed(life, number, answer, at: now)
        case (.startup, .live), (.startup, .ready), (.serving, .startup): break
        }
    }

    private mutating func startupProbed(
        _ before: ServiceState.Life, _ old: ProbeMachine, _ deadline: Instant, _ limit: Instant, _ number: UInt64,
        _ answer: ProbeAnswer, at now: Instant
    ) {
        var life = before
        var probe = old
        guard probe.take(answer, number: number, at: now) else { return }
        if probe.verdict == .good { return serve(&life, at: now) }
        var extended = deadline
        if let last = old.last, last.answer.digest != answer.digest, answer.digest != 0 {
            extended = max(deadline, min(now + probe.specification.deadline, limit))
            if extended > deadline { report(.progress, life.instance, "startup goes on: \(answer.seen)") }
        }
        life.stage = .startup(probe, deadline: extended, limit: limit)
        enter(.up(life), because: "startup probe: \(answer.seen)", at: now)
    }

    private mutating func liveProbed(
        _ before: ServiceState.Life, _ number: UInt64, _ answer: ProbeAnswer, at now: Instant
    ) {
        var life = before
        guard var probe = life.live, probe.take(answer, number: number, at: now) else { return }
        life.live = probe
        let text = "live probe: \(answer.seen) (\(probe.failuresInRow) of \(probe.specification.failures))"
        if probe.verdict == .bad && !answer.ok {
            enter(.up(life), as: .unhealthy, because: text, at: now)
            let grace = min(specification.stop.grace, Limits.hungGrace)
            return end(next: .judge(forced: true), because: text, grace: grace, at: now)
        }
        if !answer.ok { return enter(.up(life), as: .unhealthy, because: text, at: now) }
        show(life, was: before, at: now)
    }

    private mutating func readyProbed(
        _ before: ServiceState.Life, _ number: UInt64, _ answer: ProbeAnswer, at now: Instant
    ) {
        var life = before
        guard var probe = life.ready, probe.take(answer, number: number, at: now) else { return }
        life.ready = probe
        show(life, was: before, at: now)
    }

    /// Shows what the probes amount to, and says so when it is news.
    private mutating func show(_ life: ServiceState.Life, was before: ServiceState.Life, at now: Instant) {
        switch (life.phase, before.phase) {
        case (.ready, .ready), (.unhealthy, _):
            state = .up(life)
            if life.isReady { wasReady = true }
        case (.ready, _):
            becomeReady(life, at: now)
        case (let phase, _):
            let why = "ready probe: \(life.ready?.last?.answer.seen ?? "no answer yet")"
            if phase == before.phase {
                enter(.up(life), because: why, at: now)
            } else {
                enter(.up(life), as: .running, because: why, at: now)
            }
        }
    }

    mutating func probesAreDue(at now: Instant) {
        guard case .up(var life) = state else { return }
        let before = life
        switch life.stage {
        case .startup(_, let deadline, _) where now >= deadline:
            let why = "not started after \((now - life.startedAt).text): \(reason)"
            let grace = min(specification.stop.grace, Limits.hungGrace)
            return end(next: .judge(forced: true), because: why, grace: grace, at: now)
        case .startup(var probe, let deadline, let limit):
            ask(&probe, .startup, life.instance, at: now)
            life.stage = .startup(probe, deadline: deadline, limit: limit)
        case .serving:
            if var probe = life.live {
                ask(&probe, .live, life.instance, at: now)
                life.live = probe
            }
            if var probe = life.ready {
                ask(&probe, .ready, life.instance, at: now)
                life.ready = probe
            }
        }
        state = .up(before)
        settleLost(life, was: before, at: now)
    }

    private mutating func ask(_ probe: inout ProbeMachine, _ kind: ProbeKind, _ instance: InstanceID, at now: Instant) {
        if let number = probe.wake(at: now) { effects.append(.ask(instance, kind, number: number)) }
    }

    /// A lost answer counts like a bad one, with the same consequences.
    private mutating func settleLost(_ life: ServiceState.Life, was before: ServiceState.Life, at now: Instant) {
        if let live = life.live, live.verdict == .bad, before.live?.verdict != .bad {
            state = .up(life)
            let why = "live probe: \(live.last?.answer.seen ?? "lost") (\(live.failuresInRow) times)"
            let grace = min(specification.stop.grace, Limits.hungGrace)
            return end(next: .judge(forced: true), because: why, grace: grace, at: now)
        }
        guard life.phase != before.phase else {
            state = .up(life)
            return
        }
        show(life, was: before, at: now)
        since = now
        if life.phase == .unhealthy { reason = "live probe: \(life.live?.last?.answer.seen ?? "lost")" }
    }
}
