// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What a unit may use, and all that hostd has no word for.
extension UnitTranslation {
    mutating func takeLimits() {
        var table: [(key: String, value: String)] = []
        if let memory = take("MemoryMax") ?? take("MemoryLimit"), memory != "infinity" {
            if let size = UnitValues.size(memory) {
                table.append(("memory", TomlText.string(size)))
            } else {
                note("MemoryMax=\(memory): write the size itself (limits = { memory = \"4GiB\" })")
            }
        }
        if let memory = take("MemoryHigh"), memory != "infinity" {
            if let size = UnitValues.size(memory) {
                table.append(("memory_high", TomlText.string(size)))
            } else {
                note("MemoryHigh=\(memory): write the size itself (limits = { memory_high = \"3GiB\" })")
            }
        }
        if let tasks = take("TasksMax"), tasks != "infinity" {
            if let count = Int(tasks), count > 0 {
                table.append(("tasks", "\(count)"))
            } else {
                note("TasksMax=\(tasks): write the number itself (limits = { tasks = 512 })")
            }
        }
        if let cpu = take("CPUQuota") { table.append(("cpu", TomlText.string(cpu))) }
        for (key, name) in [("CPUWeight", "cpu_weight"), ("IOWeight", "io_weight")] {
            guard let weight = take(key) else { continue }
            if let number = Int(weight), (1...10_000).contains(number) {
                table.append((name, "\(number)"))
            } else {
                note("\(key)=\(weight): no equivalent")
            }
        }
        if let files = take("LimitNOFILE") {
            let hard = files.split(separator: ":").last.map(String.init) ?? files
            if let count = Int(hard), count >= 16 {
                table.append(("open_files", "\(count)"))
            } else {
                note("LimitNOFILE=\(files): hostd's own limit stays (it has 1048576)")
            }
        }
        if !table.isEmpty { set("limits", TomlText.table(table)) }
    }

    /// Keys that say nothing of how the program runs, or what hostd does in any case.
    private static let silent: Set = [
        "Unit.Description", "Unit.Documentation", "Unit.DefaultDependencies", "Unit.Before", "Unit.Conflicts",
        "Unit.X-Restart-Triggers", "Service.NotifyAccess", "Service.OOMPolicy", "Service.Slice",
        "Service.GuessMainPID", "Service.PIDFile", "Service.RemainAfterExit", "Service.TimeoutAbortSec",
        "Service.RestartKillSignal", "Service.FinalKillSignal", "Service.WatchdogSignal",
    ]

    /// What systemd.exec(5) and systemd.resource-control(5) know and hostd leaves to systemd, by their beginnings.
    private static let properties = [
        "Private", "Protect", "Restrict", "NoNewPrivileges", "CapabilityBoundingSet", "AmbientCapabilities",
        "SystemCall", "LockPersonality", "MemoryDenyWriteExecute", "RemoveIPC", "ReadWritePaths", "ReadOnlyPaths",
        "InaccessiblePaths", "ExecPaths", "NoExecPaths", "Bind", "TemporaryFileSystem", "Root", "Device", "Keyring",
        "SecureBits", "IPAddress", "IPAccounting", "SocketBind", "Memory", "IO", "CPU", "Allowed", "NUMA", "Limit",
        "RuntimeDirectory", "StateDirectory", "CacheDirectory", "LogsDirectory", "ConfigurationDirectory",
        "LoadCredential", "SetCredential", "ProcSubset", "PAMName", "TTY", "UtmpIdentifier", "AppArmorProfile",
        "SELinuxContext", "SmackProcessLabel", "MountAPIVFS", "MountFlags", "Delegate", "CoredumpFilter",
        "TimerSlackNSec", "Personality", "IgnoreSIGPIPE",
    ]

    mutating func takeRest() {
        takeOutput()
        for setting in file.settings where !isDone(setting) && !setting.value.isEmpty {
            let name = "\(setting.section).\(setting.key)"
            guard setting.section != "Install", !Self.silent.contains(name), !setting.section.hasPrefix("X-") else {
                continue
            }
            if setting.section == "Service", Self.properties.contains(where: { setting.key.hasPrefix($0) }) {
                property(setting.key, filled(setting.value))
            } else {
                note("\(setting.key)=\(setting.value): no equivalent")
            }
        }
        settle()
    }

    private mutating func takeOutput() {
        let places = [take("StandardOutput"), take("StandardError")].compactMap(\.self)
        for key in [
            "StandardInput", "SyslogIdentifier", "SyslogLevel", "SyslogFacility", "SyslogLevelPrefix",
            "LogRateLimitIntervalSec",
            "LogRateLimitBurst",
        ] {
            _ = take(key)
        }
        for place in Set(places).sorted() where place.contains(":") {
            note("output goes to \(place.drop { $0 != ":" }.dropFirst()) no more (hostctl logs \(service.name))")
        }
        note(
            "its output is in a file now (hostctl logs \(service.name)); log = { journal = true } keeps it in the "
                + "journal, too (journalctl -t \(service.name))")
    }
}

/// Names of units against patterns of presets.
enum UnitNames {
    static func matches(_ pattern: String, _ unit: String) -> Bool { fnmatch(pattern, unit, 0) == 0 }
}
