// SPDX-License-Identifier: Apache-2.0

/// What a service machine must not forget when hostd is killed: written before the effects of an event are carried
/// out, and again after. Times are monotonic, so a snapshot belongs to one epoch.
extension ServiceMachine {
    /// The snapshot.
    public var snapshot: FieldText {
        var fields = FieldText()
        fields["since"] = "\(since.nanoseconds)"
        fields["reason"] = reason
        fields["launches"] = "\(launches)"
        fields["restarts"] = "\(restarts)"
        fields["was_ready"] = wasReady ? "1" : "0"
        fields["failures_in_row"] = "\(restart.failuresInRow)"
        fields["recent_failures"] = restart.recentFailures.map { "\($0.nanoseconds)" }.joined(separator: ",")
        if let lastExit {
            fields["last_exit_launch"] = "\(lastExit.instance.launch)"
            fields["last_line"] = lastExit.lastLine
            fields.set(lastExit.report, prefix: "last_exit")
        }
        encodeState(into: &fields)
        return fields
    }

    private func encodeState(into fields: inout FieldText) {
        switch state {
        case .stopped: fields["state"] = "stopped"
        case .held: fields["state"] = "held"
        case .waiting(.dependencies(let until)):
            fields["state"] = "waiting_dependencies"
            fields.set(until, "until")
        case .waiting(.portCheck), .waiting(.port): fields["state"] = "waiting_port"
        case .launching(_, let deadline):
            fields["state"] = "launching"
            fields.set(deadline, "deadline")
        case .up(let life): encode(life, into: &fields)
        case .ending(let ending): encode(ending, into: &fields)
        case .pausing(let pause):
            fields["state"] = pause.isLoop ? "looping" : "backoff"
            fields.set(pause.until, "until")
        }
    }

    private func encode(_ life: ServiceState.Life, into fields: inout FieldText) {
        fields["state"] = "up"
        fields.set(life.process, startedAt: life.startedAt)
        if case .startup(_, let deadline, let limit) = life.stage {
            fields.set(deadline, "deadline")
            fields.set(limit, "limit")
        }
        fields["live_failures"] = life.live.map { "\($0.failuresInRow)" }
        fields["live_verdict"] = life.live?.verdict.rawValue
        fields["ready_failures"] = life.ready.map { "\($0.failuresInRow)" }
        fields["ready_verdict"] = life.ready?.verdict.rawValue
    }

    private func encode(_ ending: ServiceState.Ending, into fields: inout FieldText) {
        fields["state"] = "ending"
        if let process = ending.process, let startedAt = ending.startedAt {
            fields.set(process, startedAt: startedAt)
        }
        switch ending.next {
        case .stop: fields["next"] = "stop"
        case .relaunch: fields["next"] = "relaunch"
        case .judge(let forced): fields["next"] = forced ? "judge_forced" : "judge"
        }
        switch ending.step {
        case .arriving(let deadline):
            fields["step"] = "arriving"
            fields.set(deadline, "deadline")
        case .asking(let deadline, let sent):
            fields["step"] = sent ? "asked" : "asking"
            fields.set(deadline, "deadline")
        case .killing(let again):
            fields["step"] = "killing"
            fields.set(again, "deadline")
        case .clearing(let report, let again):
            fields["step"] = "clearing"
            fields.set(again, "deadline")
            fields.set(report, prefix: "exit")
        case .sweeping(let report, let again):
            fields["step"] = "sweeping"
            fields.set(again, "deadline")
            fields.set(report, prefix: "exit")
        }
    }
}

extension FieldText {
    mutating func set(_ instant: Instant?, _ key: String) {
        self[key] = instant.map { "\($0.nanoseconds)" }
    }

    func instant(_ key: String) -> Instant? {
        integer(key).map { Instant(nanoseconds: $0) }
    }

    mutating func set(_ process: ProcessIdentity, startedAt: Instant) {
        self["pid"] = "\(process.pid)"
        self["start"] = "\(process.startTicks)"
        set(startedAt, "started_at")
    }

    /// The process that the fields `pid` and `start` name, as records and snapshots write them.
    public var process: ProcessIdentity? {
        guard let pid: Int32 = integer("pid"), let ticks: UInt64 = integer("start") else { return nil }
        return ProcessIdentity(pid: pid, startTicks: ticks)
    }

    mutating func set(_ report: ExitReport, prefix: String) {
        switch report.status {
        case .code(let code): self[prefix + "_code"] = "\(code)"
        case .signal(let number): self[prefix + "_signal"] = "\(number)"
        case .failedToStart(let why): self[prefix + "_failed"] = why
        case .unknown: self[prefix + "_unknown"] = "1"
        }
        self[prefix + "_ran_ns"] = "\(report.ran.nanoseconds)"
        self[prefix + "_wall_ms"] = "\(report.wallMilliseconds)"
    }

    func exitReport(prefix: String) -> ExitReport? {
        guard let ran: Int64 = integer(prefix + "_ran_ns"), let wall: Int64 = integer(prefix + "_wall_ms") else {
            return nil
        }
        let status: ExitStatus
        if let code: Int32 = integer(prefix + "_code") {
            status = .code(code)
        } else if let number: Int32 = integer(prefix + "_signal") {
            status = .signal(number)
        } else if let why = self[prefix + "_failed"] {
            status = .failedToStart(why)
        } else {
            status = .unknown
        }
        return ExitReport(status: status, ran: .nanoseconds(ran), wallMilliseconds: wall)
    }
}
