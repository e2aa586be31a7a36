// SPDX-License-Identifier: Apache-2.0

/// Coming back after hostd was away.
extension ServiceMachine {
    /// Counts beyond this are no counts.
    private static let countLimit = UInt64.max / 2

    /// Goes on from a snapshot of the same epoch; nil when it cannot be read. `resume` must follow, and then what the
    /// world says of the instance: `started`, `exited`, `neverRan` or `keeperLost`.
    public init?(_ specification: ServiceSpecification, from fields: FieldText, seed: UInt64, at now: Instant) {
        guard let since = fields.instant("since"), let launches: UInt64 = fields.integer("launches"),
            let restarts: UInt64 = fields.integer("restarts"), max(launches, restarts) < Self.countLimit,
            let state = Self.state(specification, fields, at: now)
        else { return nil }
        let mark = fields["mark"].flatMap { ServiceMark(rawValue: $0) }
        self.init(
            specification, mark: mark, restarts: restarts, reason: fields["reason"] ?? "", seed: seed, at: now)
        self.state = state
        self.since = min(since, now)
        self.launches = launches
        queuedStop = fields["queued_stop"].flatMap { Author(rawValue: $0) }
        roll = Roll(fields["roll"])
        launchedWith = fields.integer("launched_with")
        companions = Self.companions(fields["companions"] ?? "")
        returnsWithHost = fields.flag("returns_with_host")
        isInherited = true
        awaitsResume = true
        wasReady = fields.flag("was_ready")
        // The configuration may have lost its probes since.
        if case .up(let life) = state, life.isReady { wasReady = true }
        let recent = (fields["recent_failures"] ?? "").split(separator: ",").compactMap { Int64($0) }
        restart = RestartMachine(
            specification.restart, failuresInRow: fields.integer("failures_in_row") ?? 0,
            recentFailures: recent.map { Instant(nanoseconds: $0) }, isLooping: fields.flag("looping"), seed: seed)
        if let launch: UInt64 = fields.integer("last_exit_launch"), let report = fields.exitReport(prefix: "last_exit")
        {
            let instance = InstanceID(service: specification.name, launch: launch)
            lastExit = LastExit(instance: instance, report: report, lastLine: fields["last_line"])
        }
        if violation(in: []) != nil { return nil }
    }

    /// Does again what hostd may have been killed before doing, and starts again what it had stopped for its own end.
    /// Nothing that is known to have been done is repeated but the mark, which a failing store may not have taken.
    public mutating func resume(at now: Instant) -> [ServiceEffect] {
        awaitsResume = false
        effects = [.mark(mark)]
        switch state {
        case .waiting(.portCheck), .waiting(.port): checkPorts(at: now)
        case .launching, .up:
            if queuedStop == .host { queuedStop = nil }
            guard case .up(let life) = state else { break }
            report(.adopted, life.instance, "pid \(life.process.pid), \(restarts) restarts, \(phase.rawValue)")
        case .ending(let ending): resume(ending)
        case .hooking(let run): hookResumes(run)
        case .stopped, .held, .waiting(.dependencies), .waiting(.condition), .waiting(.turn), .waiting(.node),
            .pausing:
            break
        }
        if returnsWithHost { start(by: .host, at: now) }
        return takeEffects()
    }

    /// Takes in what is remembered of earlier boots, unless it has left its rest already.
    public mutating func recall(mark: ServiceMark?, restarts: UInt64, reason: String) {
        guard case .stopped = state, lastExit == nil else { return }
        self.restarts = max(restarts, self.restarts)
        guard let mark else { return }
        self.mark = mark
        if mark == .held { state = .held }
        self.reason = reason
    }

    private mutating func resume(_ ending: ServiceState.Ending) {
        switch ending.step {
        case .asking(_, sent: false): effects.append(stopSignal(ending.instance))
        case .killing: effects.append(.endTree(ending.instance, grace: .zero))
        case .clearing(_, let round, _) where round > 0: effects.append(.endTree(ending.instance, grace: .zero))
        case .arriving, .asking, .clearing: break
        case .sweeping: effects.append(.sweep(ending.instance))
        }
    }

    /// Takes over an instance of which only the runtime folder knows, the snapshot being lost or older. What its
    /// records say must follow: `started`, `exited`, `neverRan` or `keeperLost`.
    /// `hook`: it is the launch of one; `digest`: what it was launched with, where that is known.
    public mutating func adopt(
        _ instance: InstanceID, hook: Hook? = nil, launchedWith digest: UInt64? = nil, at now: Instant
    ) -> [ServiceEffect] {
        launches = max(launches, instance.launch)
        isInherited = true
        awaitsResume = false
        queuedStop = nil
        roll = .none
        launchedWith = digest
        companions = [:]
        wasReady = false
        // After an exit that said "do not restart" only a person can have started this one.
        if mark == .held { mark = nil }
        effects = [.mark(mark)]
        enter(found(instance, hook, at: now), because: "found, not yet known to run", at: now)
        if mark == .stopped { stop(by: .person, at: now) }
        return takeEffects()
    }

    private func found(_ instance: InstanceID, _ hook: Hook?, at now: Instant) -> ServiceState {
        let deadline = now + Limits.launch
        guard let hook else { return .launching(instance, deadline: deadline) }
        var next = ServiceState.Ending.Next.judge(forced: false)
        var ended: HookRun.Ended?
        if case .afterStop = hook {
            // How the instance before it ended is not known any more: it is replaced without counting that.
            next = .relaunch
            let report = ExitReport(status: .unknown, ran: .zero, wallMilliseconds: 0)
            ended = HookRun.Ended(report: report, pid: nil, why: nil)
        }
        return .hooking(
            HookRun(
                instance: instance, hook: hook, step: .launching(deadline: deadline), next: next, ended: ended))
    }

    /// Takes over an instance of which only the runtime folder knows, and which runs.
    public mutating func adopt(
        _ instance: InstanceID, _ process: ProcessIdentity, startedAt: Instant, at now: Instant
    ) -> [ServiceEffect] {
        adopt(instance, at: now) + handle(.started(instance, process, at: startedAt), at: now)
    }

    /// Launch numbers up to `launch` are taken by folders that still exist.
    public mutating func skipLaunches(through launch: UInt64) {
        guard state.instance == nil else { return }
        launches = max(launches, launch)
    }

    private static func state(
        _ specification: ServiceSpecification, _ fields: FieldText, at now: Instant
    ) -> ServiceState? {
        let launch: UInt64 = fields.integer("launches") ?? 0
        let instance = InstanceID(service: specification.name, launch: launch)
        // No time is further away than the rules allow: they may have changed.
        let nextTry = fields.instant("until").map { min($0, now + specification.restart.maxBackoff) }
        switch fields["state"] {
        case "stopped": return .stopped
        case "held": return .held
        case "waiting_dependencies": return .waiting(.dependencies(until: fields.instant("until")))
        case "hooking" where launch > 0: return hookRun(instance, fields, at: now).map { .hooking($0) }
        case "waiting_port": return .waiting(.portCheck(again: now + Limits.again))
        case "launching" where launch > 0:
            let deadline = fields.instant("deadline") ?? now
            return .launching(instance, deadline: min(deadline, now + Limits.launch))
        case "up" where launch > 0: return life(specification, instance, fields, at: now).map { .up($0) }
        case "ending" where launch > 0: return ending(specification, instance, fields, at: now).map { .ending($0) }
        case "backoff": return nextTry.map { .pausing(.init(until: $0, isLoop: false)) }
        case "looping": return nextTry.map { .pausing(.init(until: $0, isLoop: true)) }
        default: return nil
        }
    }

    private static func life(
        _ specification: ServiceSpecification, _ instance: InstanceID, _ fields: FieldText, at now: Instant
    ) -> ServiceState.Life? {
        guard let process = fields.process, let startedAt = fields.instant("started_at") else { return nil }
        var life = ServiceState.Life(instance: instance, process: process, startedAt: startedAt, stage: .serving)
        if let deadline = fields.instant("deadline"), let limit = fields.instant("limit"),
            let startup = specification.startup
        {
            life.stage = .startup(
                fields.probe(startup, .startup, at: now), deadline: min(deadline, now + startup.deadline),
                limit: limit)
            return life
        }
        let launchedWith: UInt64? = fields.integer("launched_with")
        life.live = specification.liveProbe(launchedWith: launchedWith).map { fields.probe($0, .live, at: now) }
        life.ready = specification.ready.map { fields.probe($0, .ready, at: now) }
        return life
    }

    private static func ending(
        _ specification: ServiceSpecification, _ instance: InstanceID, _ fields: FieldText, at now: Instant
    ) -> ServiceState.Ending? {
        guard let said = fields.instant("deadline") else { return nil }
        let longest = max(specification.stop.grace, specification.stop.leftovers + Limits.again, Limits.launch)
        let deadline = min(said, now + longest)
        guard let next = ServiceState.Ending.Next(fields["next"]) else { return nil }
        let round = min(max(fields.integer("round") ?? 0, 0), Limits.killRounds)
        let step: ServiceState.Ending.Step
        switch (fields["step"], fields.exitReport(prefix: "exit")) {
        case ("arriving", _): step = .arriving(deadline: deadline)
        case ("asking", _): step = .asking(deadline: deadline, sent: false)
        case ("asked", _): step = .asking(deadline: deadline, sent: true)
        case ("killing", _): step = .killing(round: round, again: deadline)
        case ("clearing", let report?): step = .clearing(report, round: round, again: deadline)
        case ("sweeping", let report?): step = .sweeping(report, again: deadline)
        default: return nil
        }
        return ServiceState.Ending(
            instance: instance, process: fields.process, startedAt: fields.instant("started_at"), step: step,
            next: next, why: fields["why"])
    }
}
