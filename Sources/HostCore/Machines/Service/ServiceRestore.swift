// SPDX-License-Identifier: Apache-2.0

/// Coming back after hostd was away.
extension ServiceMachine {
    /// Goes on from a snapshot of the same epoch; nil when it cannot be read. `resume` must follow, and then what the
    /// world says of the instance: `started`, `exited`, `neverRan` or `keeperLost`.
    public init?(_ specification: ServiceSpecification, from fields: FieldText, seed: UInt64, at now: Instant) {
        guard let since = fields.instant("since"), let launches: UInt64 = fields.integer("launches"),
            let restarts: UInt64 = fields.integer("restarts"), let state = Self.state(specification, fields, at: now)
        else { return nil }
        self.init(specification, reason: fields["reason"] ?? "", seed: seed, at: now)
        self.state = state
        self.since = min(since, now)
        self.launches = launches
        self.restarts = restarts
        wasReady = fields["was_ready"] == "1"
        let recent = (fields["recent_failures"] ?? "").split(separator: ",").compactMap { Int64($0) }
        restart = RestartMachine(
            specification.restart, failuresInRow: fields.integer("failures_in_row") ?? 0,
            recentFailures: recent.map { Instant(nanoseconds: $0) }, seed: seed)
        if let launch: UInt64 = fields.integer("last_exit_launch"), let report = fields.exitReport(prefix: "last_exit")
        {
            let instance = InstanceID(service: specification.name, launch: launch)
            lastExit = LastExit(instance: instance, report: report, lastLine: fields["last_line"])
        }
    }

    /// Does again what hostd may have been killed before doing. Nothing that is known to have been done is repeated.
    public mutating func resume(at now: Instant) -> [ServiceEffect] {
        effects = []
        defer { effects = [] }
        switch state {
        case .waiting(.portCheck), .waiting(.port):
            effects.append(.checkPorts(specification.ports))
        case .up(let life):
            report(.adopted, life.instance, "pid \(life.process.pid), \(restarts) restarts, \(phase.rawValue)")
        case .ending(let ending):
            switch ending.step {
            case .asking(_, sent: false):
                let stop = specification.stop
                effects.append(.signal(ending.instance, number: stop.signal, to: stop.target))
            case .killing: effects.append(.endTree(ending.instance, grace: .zero))
            case .arriving, .asking, .clearing: break
            case .sweeping: effects.append(.sweep(ending.instance))
            }
        case .stopped, .held, .waiting(.dependencies), .launching, .pausing: break
        }
        return effects
    }

    /// Takes in what is remembered of earlier boots, unless it has left its rest already.
    public mutating func recall(mark: ServiceMark?, restarts: UInt64, reason: String) {
        guard case .stopped = state, lastExit == nil else { return }
        self.restarts = max(restarts, self.restarts)
        guard let mark else { return }
        if mark == .held { state = .held }
        self.reason = reason
    }

    /// Takes over an instance of which only the runtime folder knows, the snapshot being lost or older.
    public mutating func adopt(
        _ instance: InstanceID, _ process: ProcessIdentity, startedAt: Instant, at now: Instant
    ) -> [ServiceEffect] {
        launches = max(launches, instance.launch)
        state = .launching(instance, deadline: now + Limits.launch)
        reason = "found running"
        return handle(.started(instance, process, at: startedAt), at: now)
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
        switch fields["state"] {
        case "stopped": return .stopped
        case "held": return .held
        case "waiting_dependencies": return .waiting(.dependencies(until: fields.instant("until")))
        case "waiting_port": return .waiting(.portCheck(again: now + Limits.again))
        case "launching": return .launching(instance, deadline: fields.instant("deadline") ?? now + Limits.launch)
        case "up": return life(specification, instance, fields, at: now).map { .up($0) }
        case "ending": return ending(instance, fields).map { .ending($0) }
        case "backoff": return fields.instant("until").map { .pausing(.init(until: $0, isLoop: false)) }
        case "looping": return fields.instant("until").map { .pausing(.init(until: $0, isLoop: true)) }
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
            life.stage = .startup(ProbeMachine(startup, start: now), deadline: deadline, limit: limit)
            return life
        }
        life.live = probe(specification.live, "live", fields, at: now)
        life.ready = probe(specification.ready, "ready", fields, at: now)
        return life
    }

    private static func probe(
        _ specification: ProbeSpecification?, _ name: String, _ fields: FieldText, at now: Instant
    ) -> ProbeMachine? {
        specification.map {
            ProbeMachine(
                $0, start: now,
                verdict: fields[name + "_verdict"].flatMap { ProbeMachine.Verdict(rawValue: $0) } ?? .unknown,
                failuresInRow: fields.integer(name + "_failures") ?? 0)
        }
    }

    private static func ending(_ instance: InstanceID, _ fields: FieldText) -> ServiceState.Ending? {
        guard let deadline = fields.instant("deadline") else { return nil }
        let next: ServiceState.Ending.Next
        switch fields["next"] {
        case "stop": next = .stop
        case "relaunch": next = .relaunch
        case "judge": next = .judge(forced: false)
        case "judge_forced": next = .judge(forced: true)
        default: return nil
        }
        let step: ServiceState.Ending.Step
        switch (fields["step"], fields.exitReport(prefix: "exit")) {
        case ("arriving", _): step = .arriving(deadline: deadline)
        case ("asking", _): step = .asking(deadline: deadline, sent: false)
        case ("asked", _): step = .asking(deadline: deadline, sent: true)
        case ("killing", _): step = .killing(again: deadline)
        case ("clearing", let report?): step = .clearing(report, again: deadline)
        case ("sweeping", let report?): step = .sweeping(report, again: deadline)
        default: return nil
        }
        return ServiceState.Ending(
            instance: instance, process: fields.process, startedAt: fields.instant("started_at"), step: step,
            next: next)
    }
}
