// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What a program under simulation will do, drawn when it is launched.
struct Behaviour {
    /// What becomes of the launch.
    enum Launch {
        case runs, execFails, spawnFails
    }

    var launch: Launch = .runs
    /// Time until its startup and ready probes are good.
    var startupTakes: Duration = .zero
    /// It ends by itself after this time.
    var crashesAfter: Duration?
    var crashStatus: ExitStatus = .code(1)
    /// From then on it answers no probe and ignores signals but SIGKILL.
    var hangsAfter: Duration?
    /// Time from the stop signal to its end; nil ignores it.
    var stopTakes: Duration? = .milliseconds(50)
    /// Processes that outlive the main process until the keeper ends them.
    var leftOvers = 0
}

/// One launch as the kernel and the runtime folder know it, whatever hostd knows.
struct SimulatedInstance {
    let instance: InstanceID
    let behaviour: Behaviour
    let launchedAt: Instant
    var keeperLives = true
    var mainLives = false
    var leftOversLive = 0
    /// The start record.
    var process: ProcessIdentity?
    var startedAt: Instant?
    /// The exit record.
    var exit: ExitReport?
    var exitSaysEmpty = false
    var stopSignals = 0

    /// Whether any process of it lives.
    var treeLives: Bool { mainLives || leftOversLive > 0 }

    func isHung(at now: Instant) -> Bool {
        guard let after = behaviour.hangsAfter, let startedAt else { return false }
        return now - startedAt >= after
    }

    func answers(_ kind: ProbeKind, at now: Instant) -> ProbeAnswer {
        guard mainLives, let startedAt else { return ProbeAnswer(ok: false, seen: "connection refused") }
        if isHung(at: now) { return ProbeAnswer(ok: false, seen: "no answer") }
        let age = now - startedAt
        if age < behaviour.startupTakes {
            return ProbeAnswer(ok: false, seen: "503", digest: UInt64(age.nanoseconds / 5_000_000_000) + 1)
        }
        return ProbeAnswer(ok: true, seen: "200 \(kind.rawValue)")
    }
}
