// SPDX-License-Identifier: Apache-2.0

/// After a while in which the host did not run, nothing is held against a service: open questions are asked anew, and
/// deadlines that ran out meanwhile are put off.
extension ServiceMachine {
    mutating func wasAway(_ time: Duration, at now: Instant) {
        switch state {
        case .stopped, .held, .waiting, .pausing: break
        case .launching(let instance, let deadline): state = .launching(instance, deadline: deadline + time)
        case .hooking(var run):
            switch run.step {
            case .launching(let deadline): run.step = .launching(deadline: deadline + time)
            case .running(let deadline): run.step = .running(deadline: deadline + time)
            case .ending, .clearing, .sweeping: break
            }
            state = .hooking(run)
        case .up(var life):
            if case .startup(let probe, let deadline, let limit) = life.stage {
                life.stage = .startup(probe, deadline: deadline + time, limit: limit + time)
            }
            for kind in ProbeKind.allCases { life[kind]?.wasAway(at: now) }
            state = .up(life)
        case .ending(var ending):
            switch ending.step {
            case .arriving(let deadline): ending.step = .arriving(deadline: deadline + time)
            case .asking(let deadline, let sent): ending.step = .asking(deadline: deadline + time, sent: sent)
            case .killing, .clearing, .sweeping: break
            }
            state = .ending(ending)
        }
    }
}
