// SPDX-License-Identifier: Apache-2.0

/// How a snapshot writes a hook, and what instances of others were seen.
extension ServiceMachine {
    func encode(_ run: HookRun, into fields: inout FieldText) {
        fields["state"] = "hooking"
        fields["hook"] = run.hook.description
        fields["next"] = run.next.text
        fields["why"] = run.why
        fields.set(run.deadline, "deadline")
        switch run.step {
        case .launching: fields["step"] = "launching"
        case .running: fields["step"] = "running"
        case .ending(let round, _):
            fields["step"] = "ending"
            fields["round"] = "\(round)"
        case .clearing(let report, let round, _):
            fields["step"] = "clearing"
            fields["round"] = "\(round)"
            fields.set(report, prefix: "exit")
        case .sweeping(let report, _):
            fields["step"] = "sweeping"
            fields.set(report, prefix: "exit")
        }
        guard let ended = run.ended else { return }
        fields.set(ended.report, prefix: "ended")
        fields["ended_pid"] = ended.pid.map { "\($0)" }
        fields["ended_why"] = ended.why
    }

    static func hookRun(_ instance: InstanceID, _ fields: FieldText, at now: Instant) -> HookRun? {
        guard let hook = fields["hook"].flatMap({ Hook($0) }), let next = ServiceState.Ending.Next(fields["next"]),
            let deadline = fields.instant("deadline")
        else { return nil }
        let round = min(max(fields.integer("round") ?? 0, 0), Limits.killRounds)
        // No time is further away than the rules allow.
        let again = min(deadline, now + Limits.hungGrace + Limits.again)
        let step: HookRun.Step
        switch (fields["step"], fields.exitReport(prefix: "exit")) {
        case ("launching", _): step = .launching(deadline: min(deadline, now + Limits.launch))
        case ("running", _): step = .running(deadline: deadline)
        case ("ending", _): step = .ending(round: round, again: again)
        case ("clearing", let report?): step = .clearing(report, round: round, again: again)
        case ("sweeping", let report?): step = .sweeping(report, again: again)
        default: return nil
        }
        let ended = fields.exitReport(prefix: "ended").map {
            HookRun.Ended(report: $0, pid: fields.integer("ended_pid"), why: fields["ended_why"])
        }
        if case .afterStop = hook, ended == nil { return nil }
        return HookRun(instance: instance, hook: hook, step: step, next: next, why: fields["why"], ended: ended)
    }

    static func companions(_ text: String) -> [ServiceName: UInt64] {
        var seen: [ServiceName: UInt64] = [:]
        for part in text.split(separator: ",") {
            guard let colon = part.lastIndex(of: ":"), let name = ServiceName(String(part[..<colon])),
                let launch = UInt64(part[part.index(after: colon)...])
            else { continue }
            seen[name] = launch
        }
        return seen
    }
}

extension ServiceState.Ending.Next {
    var text: String {
        switch self {
        case .stop: "stop"
        case .relaunch: "relaunch"
        case .judge(forced: false): "judge"
        case .judge(forced: true): "judge_forced"
        }
    }

    init?(_ text: String?) {
        switch text {
        case "stop": self = .stop
        case "relaunch": self = .relaunch
        case "judge": self = .judge(forced: false)
        case "judge_forced": self = .judge(forced: true)
        default: return nil
        }
    }
}
