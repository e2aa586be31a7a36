// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostWire

/// What is kept of ends that nobody wanted (docs/crashes.md), and the answers about them.
extension Supervisor {
    /// Gathers what is known of an end now; the rest follows when its output is in the log.
    func keepCrash(_ instance: InstanceID, _ report: ExitReport, why: String?) {
        guard let service = machine.services[instance.service], !isLeaving, crashes.makeRoom(for: instance.service)
        else { return }
        let clock = wallClock()
        let at = report.wallMilliseconds > 0 ? WallTime(milliseconds: report.wallMilliseconds) : clock.wall(loop.now)
        var brief = CrashBrief(
            id: "\(Self.compact(at))-\(instance)", service: instance.service.text, instance: instance.description,
            at: at, text: report.text, why: why)
        switch report.status {
        case .code(let code): brief.code = code
        case .signal(let number): brief.signal = number
        case .failedToStart, .unknown: break
        }
        let trace = traces[instance]
        var record = CrashRecord(
            brief: brief, ranSeconds: report.ran.seconds, restarts: service.restarts, version: Release.version)
        let folder = launcher.folder(of: instance)
        if let exit = folder.record("exit") { record.usage = Self.usage(exit) }
        record.conditions = conditionStatus(clock)
        if let node = folder.node() { record.node = ["version": .string(node.version), "path": .string(node.path)] }
        record.probes = probes(of: service, trace, clock)
        record.statusText = trace?.said
        record.model = modelStatus(of: service).model
        let logs = (trace?.streams ?? []).map { stream in
            let isApart = (trace?.streams.count ?? 1) > 1
            return CrashCase.Log(
                stream: isApart ? (stream.fifo == "err" ? "stderr" : "stdout") : nil,
                folder: "\(folders.log)/\(stream.log)")
        }
        let started = folder.record("start")?.integer("wall_ms", as: Int64.self)
        crashes.add(
            CrashCase(
                instance: instance, record: record, logs: logs, startedAt: started.map { $0 * 1000 },
                launch: filled(service.specification.launch, beside: instance),
                identity: identities[instance.service],
                environment: trace?.environment, cgroup: launcher.cgroup(of: instance)?.path))
        if trace?.undrained.isEmpty ?? true { crashes.outputIsThere(of: instance) }
    }

    func answerCrashes(_ call: ControlCall) {
        let limit: Int
        do throws(ErrorAnswer) {
            limit = try call.request.number("limit", else: CrashFolder.limit, 0...CrashFolder.limit)
        } catch {
            return call.refuse(400, error.error, hint: error.hint)
        }
        var found = crashes.briefs
        if let name = call.request.query["service"] {
            found.removeAll { $0.service != name && ServiceName($0.service)?.family.text != name }
        }
        call.finish(CrashList(crashes: Array(found.prefix(limit))).json)
    }

    func answerCrash(_ call: ControlCall) {
        let id = call.parameters["id"] ?? ""
        let unknown = ErrorAnswer("no crash \"\(id)\" is kept", hint: "hostctl crash list names those that are")
        guard CrashFolder.isID(id) else { return call.responder.finish(status: 404, json: unknown.json) }
        crashes.read(id) { outcome in
            switch outcome {
            case .done(.success(let json?)): call.finish(json: json)
            case .done(.success(nil)): call.responder.finish(status: 404, json: unknown.json)
            case .done(.failure(let error)): call.refuse(503, "\(error)")
            case .late, .full: call.refuse(503, "the disk of the state folder does not answer")
            }
        }
    }

    private func probes(
        of service: ServiceMachine, _ trace: InstanceTrace?, _ clock: WallClock
    ) -> [String: ProbeStatus] {
        var result: [String: ProbeStatus] = [:]
        for (kind, last) in trace?.answers ?? [:] {
            let target = service.specification.probe(kind)?.target.text ?? ""
            result[kind.rawValue] = ProbeStatus(
                ok: last.answer.isVerdict ? last.answer.ok : nil, at: clock.wall(last.at),
                durationMilliseconds: Double(last.answer.took.nanoseconds) / 1e6, seen: last.answer.seen,
                target: target, failures: last.failures)
        }
        return result
    }

    private static func usage(_ exit: FieldText) -> JSON {
        func seconds(_ key: String) -> JSON { JSON(exit.integer(key, as: Int64.self).map { Double($0) / 1e6 }) }
        return [
            "pid": JSON(exit.integer("pid", as: Int64.self)), "user_s": seconds("user_us"),
            "system_s": seconds("system_us"),
            "max_rss_bytes": JSON(exit.integer("max_rss_kb", as: Int64.self).map { $0 << 10 }),
            "left_overs": JSON(exit.integer("left_overs", as: Int64.self)), "core": .bool(exit["core"] == "1"),
        ]
    }

    /// `20261124T131502.123Z`.
    private static func compact(_ time: WallTime) -> String { time.text.filter { $0 != "-" && $0 != ":" } }
}
