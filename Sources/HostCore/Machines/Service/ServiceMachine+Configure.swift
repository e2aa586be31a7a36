// SPDX-License-Identifier: Apache-2.0

/// A new configuration while the service lives.
extension ServiceMachine {
    /// What runs, or failed, was launched with something else than what the configuration says now.
    public var isOutdated: Bool {
        guard let launchedWith else { return false }
        switch state {
        case .launching, .up, .pausing, .waiting(.port), .waiting(.portCheck):
            return launchedWith != specification.launchDigest
        case .stopped, .held, .waiting, .hooking, .ending: return false
        }
    }

    /// Takes what the configuration says now. What can be changed in place is changed; what runs goes on as it was
    /// launched until it is restarted.
    public mutating func configure(_ new: ServiceSpecification, at now: Instant) -> [ServiceEffect] {
        effects = []
        let old = specification
        specification = new
        restart.specification = new.restart
        switch state {
        case .up(var life):
            if adjust(&life, from: old, at: now) { serve(&life, at: now) } else { show(life, at: now) }
        case .waiting(.dependencies):
            state = .waiting(.dependencies(until: new.afterTimeout.map { since + $0 }))
        case .pausing(let pause):
            let latest = now + new.restart.maxBackoff
            if pause.until > latest { state = .pausing(.init(until: latest, isLoop: pause.isLoop)) }
        case .stopped, .held, .waiting, .launching, .hooking, .ending: break
        }
        if critical.contains(.network), !old.needs.contains(.network) { networkIsDown(at: now) }
        return takeEffects()
    }

    /// True when the startup is over because nothing is asked any more.
    private func adjust(_ life: inout ServiceState.Life, from old: ServiceSpecification, at now: Instant) -> Bool {
        switch life.stage {
        case .startup(let probe, let deadline, let limit):
            guard let startup = specification.startup else { return true }
            guard startup != old.startup else { return false }
            let longer = startup.deadline - probe.specification.deadline
            life.stage = .startup(
                probe.replaced(by: startup, at: now), deadline: deadline + longer, limit: limit + longer)
        case .serving:
            if specification.heartbeat == old.heartbeat {
                life.live = Self.replaced(life.live, by: specification.live, at: now)
            }
            life.ready = Self.replaced(
                life.ready, by: specification.ready, settles: specification.ready?.target.isOnce == true, at: now)
        }
        return false
    }

    private static func replaced(
        _ old: ProbeMachine?, by new: ProbeSpecification?, settles: Bool = false, at now: Instant
    ) -> ProbeMachine? {
        guard let new else { return nil }
        guard let old else { return ProbeMachine(new, start: now + new.delay, settles: settles) }
        return old.specification == new ? old : old.replaced(by: new, settles: settles, at: now)
    }

    /// Another set of probes may amount to something else.
    private mutating func show(_ life: ServiceState.Life, at now: Instant) {
        guard case .up(let before) = state, life != before else { return }
        if life.phase == before.phase {
            state = .up(life)
        } else if life.isReady {
            becomeReady(life, at: now)
        } else {
            enter(.up(life), as: .running, because: "ready probe not yet good", at: now)
        }
    }
}

extension ProbeMachine {
    /// Another probe in its place: what the old one found stands until the new one is answered, but no failure counts
    /// against it that it has not seen itself.
    fileprivate func replaced(
        by new: ProbeSpecification, settles: Bool = false, at now: Instant
    ) -> ProbeMachine {
        ProbeMachine(
            new, start: now, settles: settles, verdict: verdict == .bad ? .unknown : verdict,
            successesInRow: verdict == .good ? new.successes : 0)
    }
}

extension ServiceSpecification {
    /// The live probe of an instance that was launched with `digest`. What was not told at its start how often to give
    /// a sign cannot be held to it.
    func liveProbe(launchedWith digest: UInt64?) -> ProbeSpecification? {
        guard heartbeat != nil, let digest, digest != launchDigest else { return live }
        return nil
    }
}
