// SPDX-License-Identifier: Apache-2.0

/// How a unit is started, watched, restarted, stopped, and in which order.
extension UnitTranslation {
    private static let dayMilliseconds: Int64 = 86_400_000
    /// Until then a stop takes unless the unit or its manager says otherwise.
    private static let usualStop = "90s"

    mutating func takeHooks() {
        hooks("before_start", commands("ExecCondition") + commands("ExecStartPre"), "ExecStartPre")
        hooks("after_stop", commands("ExecStopPost"), "ExecStopPost")
        for text in takeAll("ExecStartPost") {
            note(
                "ExecStartPost=\(text): hostd runs nothing after a start (a service with after = [\"\(service.name)\"])"
            )
        }
    }

    private mutating func hooks(_ key: String, _ commands: [UnitCommand], _ name: String) {
        guard !commands.isEmpty else { return }
        set(key, TomlText.list(commands.map(\.tomlArray)))
        if commands.contains(where: \.isPrivileged), service.value("user") != nil {
            block("\(name)=+…: hooks run as the service's user, this one ran as root")
        }
        if service.preset != nil { note("\(key): the unit's commands take the place of the preset's") }
    }

    mutating func takeOrder() {
        let before = ["After", "Requires", "Wants", "Requisite", "BindsTo"].flatMap { names(takeAll($0, "Unit"), $0) }
        let with = ["PartOf", "BindsTo"].flatMap { names(takeAll($0, "Unit"), $0) }
        if !before.isEmpty { set("after", list(before)) }
        if !with.isEmpty { set("restart_with", list(with)) }
        if context.isEnabled == false { set("autostart", "false") }
    }

    private func list(_ names: [String]) -> String {
        TomlText.list(Set(names).sorted().map(TomlText.string))
    }

    /// The services of hostd among units; the others are noted.
    private mutating func names(_ values: [String], _ key: String) -> [String] {
        let everyHost: Set = [
            "network.target", "network-online.target", "basic.target", "default.target", "multi-user.target",
            "sysinit.target", "syslog.target", "local-fs.target", "remote-fs.target", "nss-lookup.target",
            "time-sync.target",
        ]
        return values.flatMap { $0.split(separator: " ").map(String.init) }.compactMap { unit in
            if let name = UnitContext.serviceName(unit), context.services.contains(name) { return name }
            if !everyHost.contains(unit), unit != context.unit {
                note("\(key)=\(unit): no service of hostd (systemctl edit hostd, with \(key)=\(unit))")
            }
            return nil
        }
    }

    mutating func takeSockets() {
        let sockets = context.sockets
        guard !sockets.isEmpty else { return }
        var addresses: [String] = []
        for socket in sockets {
            for value in socket.all("Socket", "ListenStream") {
                if let address = Self.address(value) {
                    addresses.append(address)
                } else {
                    block("ListenStream=\(value): hostd holds TCP sockets alone")
                }
            }
            for key in ["ListenDatagram", "ListenSequentialPacket", "ListenFIFO", "ListenNetlink"] {
                for value in socket.all("Socket", key) { block("\(key)=\(value): hostd holds TCP sockets alone") }
            }
            if UnitValues.isYes(socket.last("Socket", "Accept")) {
                block("Accept=yes: a process for each connection stays a unit")
            }
        }
        if !addresses.isEmpty { set("listen", TomlText.list(addresses.map(TomlText.string))) }
    }

    /// `[::]:8080` of `8080`; nil for a path.
    static func address(_ value: String) -> String? {
        if UInt16(value) != nil { return "[::]:\(value)" }
        return value.hasPrefix("/") || value.hasPrefix("@") || !value.contains(":") ? nil : value
    }

    // MARK: - Watching

    mutating func takeProbes() {
        let type = file.last("Service", "Type")
        let patience = take("TimeoutStartSec") ?? take("TimeoutSec")
        let isNotify = type == "notify" || type == "notify-reload"
        let beat = take("WatchdogSec").flatMap { UnitValues.milliseconds($0) ?? nil }
        guard service.preset == nil else {
            if isNotify || beat != nil {
                note("Type=\(type ?? "simple"), WatchdogSec=: the preset's probes ask instead")
            }
            return
        }
        var table: [(key: String, value: String)] = []
        if isNotify {
            table.append(("notify", "true"))
        } else if let port = PresetFit.port(in: words), PresetFit.isOnLoopback(words) {
            table.append(("tcp", TomlText.string("127.0.0.1:\(port)")))
        }
        if let time = patience.flatMap({ UnitValues.milliseconds($0) ?? nil }), time > 0, !table.isEmpty {
            table.append(("deadline", quoted(min(time, Self.dayMilliseconds))))
        } else if let patience {
            note(
                "TimeoutStartSec=\(patience): goes with a startup probe (startup = { http = \"…\", deadline = \"…\" })")
        }
        if !table.isEmpty { set("startup", TomlText.table(table)) }
        if let beat, beat > 0 {
            set("live", TomlText.table([(key: "heartbeat", value: quoted(min(beat, Self.dayMilliseconds)))]))
        }
    }

    // MARK: - Restarting

    mutating func takeRestart() {
        let policy = take("Restart") ?? "no"
        var table: [(key: String, value: String)] = []
        switch policy {
        case "always": break
        case "no":
            table.append(("policy", TomlText.string("never")))
            note("Restart=no: left down when it ends (policy = \"always\" keeps it running)")
        case "on-failure": table.append(("policy", TomlText.string("on-failure")))
        default:
            table.append(("policy", TomlText.string(policy == "on-success" ? "always" : "on-failure")))
            note("Restart=\(policy): the nearest that hostd has")
        }
        if let delay = take("RestartSec").flatMap({ UnitValues.milliseconds($0) ?? nil }) {
            table.append(("backoff", quoted(min(delay, Self.dayMilliseconds))))
            let usualLongest: Int64 = 120_000
            let longest = take("RestartMaxDelaySec").flatMap { UnitValues.milliseconds($0) ?? nil }
            if longest != nil || delay > usualLongest {
                table.append(("max_backoff", quoted(min(max(longest ?? delay, delay), Self.dayMilliseconds))))
            }
        }
        _ = take("RestartSteps")
        table += crashLoop()
        table += exits(isOnFailure: policy != "always" && policy != "no")
        place("restart", table)
    }

    private mutating func crashLoop() -> [(key: String, value: String)] {
        let burst = (take("StartLimitBurst", "Unit") ?? take("StartLimitBurst")).flatMap { Int($0) }
        let interval =
            take("StartLimitIntervalSec", "Unit") ?? take("StartLimitInterval") ?? take("StartLimitIntervalSec")
        let window = interval.flatMap { UnitValues.milliseconds($0) ?? nil }
        if window == 0 { return [("burst", "0")] }
        guard burst != nil || window != nil else { return [] }
        let usual = (burst: 5, windowMilliseconds: Int64(10_000))
        let clamped = min(max(window ?? usual.windowMilliseconds, 1000), 7 * Self.dayMilliseconds)
        return [("burst", "\(min(burst ?? usual.burst, 1000))"), ("window", quoted(clamped))]
    }

    private mutating func exits(isOnFailure: Bool) -> [(key: String, value: String)] {
        var strange: [String] = []
        var table: [(key: String, value: String)] = []
        let hold = UnitValues.exitCodes(takeAll("RestartPreventExitStatus"), strange: &strange)
        if !hold.isEmpty { table.append(("hold_on_exit", numbers(hold))) }
        let fine = UnitValues.exitCodes(takeAll("SuccessExitStatus"), strange: &strange)
        // These signals are clean ends to systemd.
        let signals: [Int32] = isOnFailure || !fine.isEmpty ? [129, 130, 141, 143] : []
        let all = Set(fine + signals + (fine.isEmpty && signals.isEmpty ? [] : [0])).subtracting(hold)
        if !all.isEmpty { table.append(("success_exit", numbers(all.sorted()))) }
        for word in strange { note("exit status \(word): not known here") }
        for text in takeAll("RestartForceExitStatus") {
            note("RestartForceExitStatus=\(text): no equivalent (policy = \"always\" restarts after all)")
        }
        return table
    }

    private func numbers(_ codes: [Int32]) -> String { TomlText.list(codes.map { "\($0)" }) }
    func quoted(_ milliseconds: Int64) -> String { TomlText.string(UnitValues.time(milliseconds)) }

    /// Sets a table; with a preset, which has good reasons for its own, it is only told.
    mutating func place(_ key: String, _ table: [(key: String, value: String)]) {
        guard !table.isEmpty else { return }
        if let preset = service.preset {
            note("left to preset \(preset); the unit had: \(key) = \(TomlText.table(table))")
        } else {
            set(key, TomlText.table(table))
        }
    }

    // MARK: - Stopping

    mutating func takeStop() {
        var table: [(key: String, value: String)] = []
        let stops = commands("ExecStop")
        let signal = take("KillSignal")
        if let number = stops.count == 1 ? stops[0].mainSignal : nil {
            table.append(("signal", TomlText.string(number)))
        } else if let first = stops.first {
            if stops.contains(where: \.namesMain) {
                block("ExecStop= with $MAINPID: a command that hostd runs is not told the pid (stop = { signal = … })")
            } else if stops.count == 1 {
                table.append(("exec", first.toml))
            } else {
                table.append(("exec", TomlText.literal("set -f; " + stops.map(\.shellLine).joined(separator: "; "))))
            }
        } else if let signal, signal != "SIGTERM", signal != "15" {
            table.append(("signal", TomlText.string(signal)))
        }
        switch take("KillMode") ?? "control-group" {
        case "mixed": break
        case "control-group": table.append(("to", TomlText.string("group")))
        case let mode: note("KillMode=\(mode): hostd leaves nothing of a process tree behind")
        }
        let usual = context.stopTimeout ?? Self.usualStop
        let written = take("TimeoutStopSec") ?? file.last("Service", "TimeoutSec") ?? usual
        switch UnitValues.milliseconds(written) {
        case .some(.some(let time)) where time > 0: table.append(("grace", quoted(min(time, Self.dayMilliseconds))))
        case .some: table.append(("grace", quoted(Self.dayMilliseconds)))
        case nil: note("TimeoutStopSec=\(written): no time that can be read")
        }
        if let answer = take("SendSIGKILL"), !UnitValues.isYes(answer) {
            note("SendSIGKILL=no: hostd kills what is left after stop.grace")
        }
        place("stop", table)
    }

    mutating func takeReload() {
        let reloads = commands("ExecReload")
        if reloads.isEmpty, file.last("Service", "Type") == "notify-reload" {
            let signal = take("ReloadSignal") ?? "SIGHUP"
            return set("reload", TomlText.table([(key: "signal", value: TomlText.string(signal))]))
        }
        guard let first = reloads.first else { return }
        if let signal = first.mainSignal, reloads.count == 1 {
            set("reload", TomlText.table([(key: "signal", value: TomlText.string(signal))]))
        } else if reloads.contains(where: \.namesMain) {
            note("ExecReload= with $MAINPID: no equivalent (reload = { signal = \"SIGHUP\" })")
        } else {
            let lines = reloads.map(\.shellLine).joined(separator: " && ")
            let value = reloads.count == 1 ? first.toml : TomlText.literal("set -f; " + lines)
            set("reload", TomlText.table([(key: "exec", value: value)]))
        }
    }
}

extension UnitCommand {
    private static let mainVariable = "MAINPID"

    /// Whether it is told the main process.
    var namesMain: Bool {
        words.contains { word in
            word.contains { part in
                if case .variable(let name, _) = part { name == Self.mainVariable } else { false }
            }
        }
    }

    /// The signal, where all it does is sending one to the main process: `/bin/kill -HUP $MAINPID`.
    var mainSignal: String? {
        let texts = words.map { word -> String in
            guard let first = word.first, word.count == 1 else { return "" }
            switch first {
            case .text(let text): return text
            case .variable(let name, _): return "$" + name
            }
        }
        guard let program = texts.first?.split(separator: "/").last, program == "kill",
            texts.last == "$" + Self.mainVariable
        else { return nil }
        let options = texts.dropFirst().dropLast()
        let words = options.filter { $0 != "-s" && $0 != "--signal" }.map { $0.drop { $0 == "-" } }
        guard words.count < 2 else { return nil }
        let name = words.first.map(String.init) ?? "TERM"
        let bare = name.hasPrefix("signal=") ? String(name.dropFirst("signal=".count)) : name
        return bare.hasPrefix("SIG") || bare.allSatisfy(\.isNumber) ? bare : "SIG" + bare
    }
}
