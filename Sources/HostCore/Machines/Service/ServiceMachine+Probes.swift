// SPDX-License-Identifier: Apache-2.0

/// What probes say of a running instance.
extension ServiceMachine {
    mutating func probed(
        _ instance: InstanceID, _ kind: ProbeKind, number: UInt64, _ answer: ProbeAnswer, at now: Instant
    ) {
        // A health result is only ever applied to the instance that it probed.
        guard case .up(let life) = state, life.instance == instance, let old = life[kind] else { return }
        var probe = old
        let answer = excused(answer, kind)
        let counts = probe.take(answer, number: number, at: now)
        apply(probe, was: old, kind, counts ? answer : nil, to: life, at: now)
    }

    /// What a live probe misses while the network is down that the service needs is not the service's fault.
    private func excused(_ answer: ProbeAnswer, _ kind: ProbeKind) -> ProbeAnswer {
        guard !answer.ok, answer.isVerdict, let excuse = excuse(kind) else { return answer }
        return .unasked("\(excuse): \(answer.seen)", took: answer.took)
    }

    /// Why a bad answer of such a probe is not counted now.
    func excuse(_ kind: ProbeKind) -> String? {
        let isDown = specification.needs.contains(.network) && critical.contains(.network)
        return kind == .live && isDown ? "not counted, as the network is down" : nil
    }

    /// The network that it may need is down now: what was counted against it just before was of the same outage.
    mutating func networkIsDown(at now: Instant) {
        guard specification.needs.contains(.network), case .up(var life) = state, let live = life.live,
            live.failuresInRow > 0
        else { return }
        life.live?.forgive()
        let why = "the network is down: failures of its live probe are not counted"
        enter(.up(life), as: life.isReady ? .ready : .running, because: why, at: now)
    }

    /// A probe has taken in an answer, or something that says nothing.
    mutating func apply(
        _ probe: ProbeMachine, was old: ProbeMachine, _ kind: ProbeKind, _ answer: ProbeAnswer?,
        to before: ServiceState.Life, at now: Instant
    ) {
        var life = before
        life[kind] = probe
        guard let answer else { return state = .up(life) }
        switch (kind, life.stage) {
        case (.startup, .startup(_, let deadline, let limit)):
            startupProbed(life, probe, was: old, deadline, limit, answer, at: now)
        case (.live, _): liveProbed(life, probe, answer, was: before, at: now)
        case (.ready, _), (.startup, .serving): show(life, was: before, at: now)
        }
    }

    /// The start deadline falls only with the answer to a question that was asked when it had passed: hostd may have
    /// been away, and the instance may have asked for more time.
    private mutating func startupProbed(
        _ before: ServiceState.Life, _ probe: ProbeMachine, was old: ProbeMachine, _ deadline: Instant,
        _ limit: Instant, _ answer: ProbeAnswer, at now: Instant
    ) {
        var life = before
        if probe.verdict == .good { return serve(&life, at: now) }
        var extended = deadline
        if let last = old.last, last.answer.digest != answer.digest, answer.digest != 0 {
            extended = max(deadline, min(now + probe.specification.deadline, limit))
            if extended > deadline { report(.progress, life.instance, "startup goes on: \(answer.seen)") }
        }
        life.stage = .startup(probe, deadline: extended, limit: limit)
        enter(.up(life), because: "startup probe: \(answer.seen)", at: now)
        guard probe.hasAnswer(since: extended), !answer.ok else { return }
        endUnwell("not started after \((now - life.startedAt).text): \(reason)", at: now)
    }

    private mutating func liveProbed(
        _ life: ServiceState.Life, _ probe: ProbeMachine, _ answer: ProbeAnswer, was before: ServiceState.Life,
        at now: Instant
    ) {
        guard !answer.ok else { return show(life, was: before, at: now) }
        let why = "live probe: \(answer.seen) (\(probe.failuresInRow) of \(probe.specification.failures))"
        enter(.up(life), as: .unhealthy, because: why, at: now)
        if probe.verdict == .bad { endUnwell(why, at: now) }
    }

    /// hostd ends an instance that is not well; the restart rules decide what comes then.
    private mutating func endUnwell(_ why: String, at now: Instant) {
        let grace = min(specification.stop.grace, Limits.hungGrace)
        end(next: .judge(forced: true), because: why, grace: grace, at: now)
    }

    /// Shows what the probes amount to, and says so when it is news.
    private mutating func show(_ life: ServiceState.Life, was before: ServiceState.Life, at now: Instant) {
        if life.isReady { wasReady = true }
        switch (life.phase, before.phase) {
        case (.ready, .ready), (.unhealthy, _):
            state = .up(life)
        case (.ready, .unhealthy):
            let why = "live probe: \(life.live?.last?.answer.seen ?? "good again")"
            enter(.up(life), as: .ready, because: why, at: now)
        case (.ready, _):
            becomeReady(life, at: now)
        case (let phase, let old):
            let why = "ready probe: \(life.ready?.last?.answer.seen ?? "no answer yet")"
            if phase == old {
                enter(.up(life), because: why, at: now)
            } else {
                enter(.up(life), as: .running, because: why, at: now)
            }
        }
    }

    mutating func probesAreDue(at now: Instant) {
        var mustRead = false
        for kind in ProbeKind.allCases {
            guard case .up(var life) = state, var probe = life[kind] else { continue }
            if case .startup(_, let deadline, _) = life.stage, now >= deadline, !probe.hasAnswer(since: deadline) {
                probe.hurry(at: now)
                // It may have asked for more time, and the doorbell may have been missed.
                mustRead = !probe.isAsking
            }
            switch probe.wake(at: now) {
            case .ask(let number)?:
                life[kind] = probe
                state = .up(life)
                let isHeard = probe.specification.target.isHeard
                if mustRead || isHeard { effects.append(.readNotify(life.instance)) }
                if !isHeard { effects.append(.ask(life.instance, kind, number: number)) }
                mustRead = false
            case .lost(let answer, let number)?:
                // A lost answer counts like a bad one, with the same consequences.
                probed(life.instance, kind, number: number, answer, at: now)
            case nil: break
            }
        }
    }
}
