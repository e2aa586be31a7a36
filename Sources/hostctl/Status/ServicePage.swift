// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// One service in depth.
struct ServicePage {
    let service: ServiceStatus
    let lastLines: [LogLines.Line]
    let lastEvents: [EventRecord]
    let style: Style
    let now: WallTime

    func lines() -> [String] {
        let tone = service.look?.tone ?? .warning
        let head = [
            service.mark(style), style.paint(CleanText.of(service.name), .strong),
            style.paint(CleanText.of(service.state), tone),
        ]
        var lines = [head.joined(separator: " ")]
        for (name, text) in fields() { lines += PageField.lines(name, text, style) }
        lines += probes()
        if !lastLines.isEmpty {
            lines += ["", style.paint("last lines of its log", .faint)]
            lines += lastLines.map { LogText.line($0, style: style, withTime: true, cut: true) }
        }
        if !lastEvents.isEmpty {
            lines += ["", style.paint("last events", .faint)]
            var events = EventText(style: style)
            lines += events.lines(lastEvents)
        }
        return lines
    }

    private func fields() -> [(String, String)] {
        var fields = [("since", at(service.since))]
        if !service.reason.isEmpty { fields.append(("reason", CleanText.of(service.reason))) }
        if let text = service.statusText { fields.append(("says", CleanText.of(text))) }
        fields.append(("process", process()))
        fields.append(("restarts", "\(service.restarts)"))
        if let exit = service.lastExit {
            fields.append(("last exit", CleanText.of(exitText(exit)) + ", " + at(exit.at)))
        }
        if let crash = service.lastCrash {
            let name = CleanText.of(service.name)
            fields.append(("last crash", "\(CrashTable.how(crash)), \(at(crash.at)); more: hostctl crash show \(name)"))
        }
        if let next = service.nextAttemptAt { fields.append(("next try", at(next))) }
        if let model = service.model { fields.append(("model", CleanText.of(model))) }
        if !service.ports.isEmpty {
            fields.append(("ports", service.ports.map { "\($0)" }.joined(separator: ", ")))
        }
        if !service.listen.isEmpty {
            fields.append(("listens at", service.listen.joined(separator: ", ") + ", over its restarts"))
        }
        if let use = service.use { fields.append(("uses", useText(use))) }
        for limit in service.limits {
            fields.append((limit.name == "memory_restart" ? "restart at" : limit.name, limitText(limit)))
        }
        if let log = service.log { fields.append(("log", CleanText.of(log))) }
        return fields
    }

    private func at(_ time: WallTime) -> String {
        "\(TimeText.local(time)) (\(TimeText.relative(time, to: now)))"
    }

    private func process() -> String {
        guard let pid = service.pid else { return "none" }
        var parts = ["pid \(pid)"]
        if let keeper = service.keeperPid { parts.append("keeper \(keeper)") }
        if let instance = service.instance { parts.append("instance \(CleanText.of(instance))") }
        if let uptime = service.uptimeSeconds {
            parts.append("up \(TimeText.span(milliseconds: Int64(min(max(uptime, 0), 1e12) * 1000)))")
        }
        return parts.joined(separator: ", ")
    }

    private func useText(_ use: ServiceUse) -> String {
        var memory = "\(ByteText.text(use.memoryBytes)) of memory"
        // Less is no pace, but noise.
        if let pace = use.memoryBytesPerHour, abs(pace) >= 1_048_576 {
            let bytes = ByteText.text(UInt64(min(abs(pace), 1e18)))
            memory += " (\(pace < 0 ? "-" : "+")\(bytes)/h)"
        }
        var parts = [memory, Self.counted(use.processes, "process", "processes")]
        if use.tasks > use.processes { parts.append("\(use.tasks) threads") }
        if let count = use.descriptors { parts.append(Self.counted(count, "descriptor", "descriptors")) }
        if use.waitsForQuiet { parts.append("restarted for its memory when nothing is at work on it") }
        return parts.joined(separator: ", ")
    }

    private static func counted(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }

    private func limitText(_ limit: LimitStatus) -> String {
        let need = ["sandbox", "unit"].contains(limit.name) ? "the systemd launcher" : "a cgroup of its own"
        let how = limit.means == "unavailable" ? "not kept: it needs \(need)" : limit.means
        return CleanText.of("\(limit.use.map { "\($0) of " } ?? "")\(limit.limit) (\(how))")
    }

    private func exitText(_ exit: LastExit) -> String {
        if !exit.text.isEmpty { return exit.text }
        if let code = exit.code { return "exit \(code)" }
        return exit.signal.map { "killed by \(SignalName.text($0))" } ?? "end not seen"
    }

    private func probes() -> [String] {
        let kinds = ServiceStatus.probeKinds.filter { service.health[$0] != nil }
        return kinds.enumerated().flatMap { index, kind -> [String] in
            guard let probe = service.health[kind] else { return [] }
            return PageField.lines(index == 0 ? "probes" : "", probeText(kind, probe), style)
        }
    }

    private func probeText(_ kind: String, _ probe: ProbeStatus) -> String {
        let (word, tone): (String, Style.Tone) =
            switch probe.ok {
            case true: ("ok", .good)
            case false: ("bad", .bad)
            case nil: ("-", .faint)
            }
        var parts: [String] = []
        if probe.ok == nil, probe.at == nil { parts.append("not asked yet") }
        if !probe.seen.isEmpty { parts.append(CleanText.of(probe.seen)) }
        if let took = probe.durationMilliseconds { parts.append("took \(TimeText.took(milliseconds: took))") }
        if let time = probe.at { parts.append(TimeText.relative(time, to: now)) }
        if probe.failures > 0 { parts.append("\(probe.failures) bad in a row") }
        let head = TextWidth.padded(kind, 9) + style.paint(TextWidth.padded(word, 5), tone)
        return head
            + [CleanText.of(probe.target), parts.joined(separator: ", ")].filter { !$0.isEmpty }
            .joined(separator: "  ")
    }
}
