// SPDX-License-Identifier: Apache-2.0

/// What a running instance says of itself.
extension ServiceMachine {
    /// The whole of it, as far as it is known now.
    mutating func notified(_ instance: InstanceID, _ record: NotifyRecord, at now: Instant) {
        guard case .up(var life) = state, life.instance == instance else { return }
        if record.writtenAt >= life.notify.writtenAt { life.notify = record }
        extendStartup(of: &life, at: now)
        state = .up(life)
        if life.notify.stopping != nil { return stopsItself(life, at: now) }
        for kind in ProbeKind.allCases {
            guard case .up(let life) = state, life.instance == instance, let old = life[kind] else { continue }
            var probe = old
            let answer = probe.hear(life.notify, excuse: excuse(kind), at: now)
            if probe != old { apply(probe, was: old, kind, answer, to: life, at: now) }
        }
    }

    /// It could not be read.
    mutating func notifyUnread(_ instance: InstanceID, _ why: String, at now: Instant) {
        guard case .up(var life) = state, life.instance == instance else { return }
        for kind in ProbeKind.allCases where life[kind]?.specification.target.isHeard == true {
            life[kind]?.hearNothing(why, at: now)
        }
        // It may have asked for more time.
        if case .startup(let probe, let deadline, let limit) = life.stage, now >= deadline {
            life.stage = .startup(probe, deadline: now + ProbeMachine.recheck, limit: limit)
        }
        state = .up(life)
    }

    /// As systemd does it: each message is good for so long, but takes nothing off the deadline.
    private mutating func extendStartup(of life: inout ServiceState.Life, at now: Instant) {
        guard case .startup(let probe, let deadline, let limit) = life.stage, let asked = life.notify.extendedUntil
        else { return }
        let extended = min(asked, now + Limits.longestExtension)
        guard extended > deadline else { return }
        life.stage = .startup(probe, deadline: extended, limit: limit)
        // Said once, for it may come each second.
        guard deadline == life.startedAt + probe.specification.deadline else { return }
        report(.progress, life.instance, "startup goes on: it asks for more time (EXTEND_TIMEOUT_USEC)")
    }

    /// It ends by its own will: no signal is needed, and it has as long as if it had got one.
    private mutating func stopsItself(_ life: ServiceState.Life, at now: Instant) {
        var ending = takeEnding(of: life.instance)
        let why = ending.why ?? "it says that it stops (STOPPING=1)"
        ending.why = why
        ending.step = .asking(deadline: now + specification.stop.grace, sent: true)
        enter(.ending(ending), as: .stopping, because: why, at: now)
    }
}
