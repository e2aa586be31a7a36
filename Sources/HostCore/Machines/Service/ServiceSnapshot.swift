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
        fields.set(wasReady, "was_ready")
        fields["mark"] = mark?.rawValue
        fields["queued_stop"] = queuedStop?.rawValue
        fields["roll"] = roll.text
        if !companions.isEmpty {
            let seen = companions.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
            fields["companions"] = seen.joined(separator: ",")
        }
        fields["launched_with"] = launchedWith.map { "\($0)" }
        fields.set(returnsWithHost, "returns_with_host")
        fields.set(restart.isLooping, "looping")
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
        // What it waits for is looked at again.
        case .waiting(.portCheck), .waiting(.port), .waiting(.condition), .waiting(.turn), .waiting(.node):
            fields["state"] = "waiting_port"
        case .hooking(let run): encode(run, into: &fields)
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
        if case .startup(let probe, let deadline, let limit) = life.stage {
            fields.set(deadline, "deadline")
            fields.set(limit, "limit")
            fields.set(probe, "startup")
        }
        fields.set(life.live, "live")
        fields.set(life.ready, "ready")
    }

    private func encode(_ ending: ServiceState.Ending, into fields: inout FieldText) {
        fields["state"] = "ending"
        if let process = ending.process, let startedAt = ending.startedAt {
            fields.set(process, startedAt: startedAt)
        }
        fields["why"] = ending.why
        fields["next"] = ending.next.text
        switch ending.step {
        case .arriving(let deadline):
            fields["step"] = "arriving"
            fields.set(deadline, "deadline")
        case .asking(let deadline, let sent):
            fields["step"] = sent ? "asked" : "asking"
            fields.set(deadline, "deadline")
        case .killing(let round, let again):
            fields["step"] = "killing"
            fields["round"] = "\(round)"
            fields.set(again, "deadline")
        case .clearing(let report, let round, let again):
            fields["step"] = "clearing"
            fields["round"] = "\(round)"
            fields.set(again, "deadline")
            fields.set(report, prefix: "exit")
        case .sweeping(let report, let again):
            fields["step"] = "sweeping"
            fields.set(again, "deadline")
            fields.set(report, prefix: "exit")
        }
    }
}
