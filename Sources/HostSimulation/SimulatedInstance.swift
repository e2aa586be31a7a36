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
    /// Whether it says something new of its startup every few seconds.
    var showsProgress = false
    /// It ends by itself after this time.
    var crashesAfter: Duration?
    var crashStatus: ExitStatus = .code(1)
    /// From then on it answers no probe and ignores signals but SIGKILL.
    var hangsAfter: Duration?
    /// Time from the stop signal to its end; nil ignores it.
    var stopTakes: Duration? = .milliseconds(50)
    /// Time between two things that it says of itself; nil when it has nothing to say but that it is ready.
    var speaksEach: Duration?
    /// It asks for more time while it starts.
    var extendsItsStart = false
    /// From then on it says that it is not well instead of that it is.
    var triggersAfter: Duration?
    /// It says that it stops so long before it crashes.
    var announcesItsEnd: Duration?
    /// Processes that outlive the main process until the keeper ends them.
    var leftOvers = 0

    /// Nothing bad is still to come of it.
    var isHarmless: Bool { crashesAfter == nil && hangsAfter == nil && triggersAfter == nil }
}

/// One launch as the kernel and the runtime folder know it, whatever hostd knows.
final class SimulatedInstance {
    let id: InstanceID
    /// Which service of the host.
    let service: Int
    let behaviour: Behaviour
    /// The hook that it is the launch of; nil for the program itself.
    let hook: Hook?
    /// What its lock says that it was launched with.
    let launchedWith: UInt64?
    /// The life of hostd that launched it.
    let life: Int
    let launchedAt: Instant
    var keeperLives = true
    /// No hostd knows it as the instance of a service: it is being ended.
    var isStray = false
    /// The keeper is stopped: it neither reports nor obeys.
    var keeperHangs = false
    /// An order to kill the tree waits for a keeper that hangs.
    var isKillQueued = false
    var mainLives = false
    /// How the main process ended, recorded or not.
    var mainStatus: ExitStatus?
    var endedAt: Instant?
    var leftOversLive = 0
    /// The start record.
    var process: ProcessIdentity?
    var startedAt: Instant?
    /// The exit record.
    var exit: ExitReport?
    var exitSaysEmpty = false
    /// What it has said of itself, as its keeper has it.
    var said = NotifyRecord()
    /// What it has said further while its keeper hung.
    var unheard: NotifyRecord?
    /// What the checker knows of it.
    var notes = Checker.Notes()

    init(
        _ id: InstanceID, service: Int, behaviour: Behaviour, hook: Hook? = nil, launchedWith: UInt64? = nil, life: Int,
        launchedAt: Instant
    ) {
        self.id = id
        self.service = service
        self.behaviour = behaviour
        self.hook = hook
        self.launchedWith = launchedWith
        self.life = life
        self.launchedAt = launchedAt
    }

    /// Whether any process of it lives.
    var treeLives: Bool { mainLives || leftOversLive > 0 }

    /// Nothing more will come of it.
    var isOver: Bool { !keeperLives && !treeLives }

    func isHung(at now: Instant) -> Bool {
        guard let after = behaviour.hangsAfter, let startedAt else { return false }
        return now - startedAt >= after
    }

    func answer(_ kind: ProbeKind, at now: Instant) -> ProbeAnswer {
        guard mainLives, let startedAt else { return ProbeAnswer(ok: false, seen: "connection refused") }
        if isHung(at: now) { return ProbeAnswer(ok: false, seen: "no answer") }
        let age = now - startedAt
        guard age < behaviour.startupTakes, kind != .live else { return ProbeAnswer(ok: true, seen: "200") }
        let step = behaviour.showsProgress ? UInt64(clamping: age.nanoseconds / 5_000_000_000) + 1 : 0
        return ProbeAnswer(ok: false, seen: "503", digest: step)
    }

    /// What the records and the lock say of it.
    func news() -> [ServiceEvent] {
        var events: [ServiceEvent] = []
        if let process, let startedAt { events.append(.started(id, process, at: startedAt)) }
        if said.writtenAt > .zero { events.append(.notified(id, said)) }
        if let exit { events.append(.exited(id, exit, treeEmpty: exitSaysEmpty)) }
        if !keeperLives, !exitSaysEmpty { events.append(process == nil ? .neverRan(id) : .keeperLost(id)) }
        return events
    }
}
