// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The properties that `unit` takes, of all that StartTransientUnit of systemd 252 takes for a service.
enum UnitTable {
    static let formats: [String: UnitFormat] = Dictionary(
        [sandbox, folders, resources, processes, order].joined().flatMap { format, names in
            names.map { ($0, format) }
        }
    ) { first, _ in first }

    private typealias Group = [(UnitFormat, [String])]

    /// systemd.exec(5), what programs may do.
    private static let sandbox: Group = [
        (
            .flag,
            [
                "LockPersonality", "MemoryDenyWriteExecute", "NoNewPrivileges", "PrivateDevices", "PrivateIPC",
                "PrivateMounts", "PrivateNetwork", "PrivateTmp", "ProtectClock", "ProtectControlGroups",
                "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables",
                "RestrictRealtime", "RestrictSUIDSGID",
            ]
        ),
        (.choice(["full", "strict"], flags: true), ["ProtectSystem"]),
        (.choice(["read-only", "tmpfs"], flags: true), ["ProtectHome"]),
        (.choice(["noaccess", "invisible", "ptraceable", "default"]), ["ProtectProc"]),
        (.choice(["all", "pid"]), ["ProcSubset"]),
        (.choice(["inherit", "private", "shared"]), ["KeyringMode"]),
        (.label, ["Personality", "SELinuxContext"]),
        (.profile, ["AppArmorProfile", "SmackProcessLabel"]),
        (.capabilities, ["CapabilityBoundingSet"]),
        (.namespaces, ["RestrictNamespaces"]),
        (.addressFamilies, ["RestrictAddressFamilies"]),
        (.systemCalls, ["SystemCallFilter"]),
        (.filter("names of system calls and groups, like \"@mount\"") { !$0.isEmpty }, ["SystemCallLog"]),
        (.filter("types of file systems, like \"ext4 @common-block\"") { !$0.isEmpty }, ["RestrictFileSystems"]),
        (.filter("network interfaces, like \"lo eth0\"") { !$0.isEmpty }, ["RestrictNetworkInterfaces"]),
        (.words("\"native\" or architectures, like \"x86-64\"") { !$0.isEmpty }, ["SystemCallArchitectures"]),
        (
            .numbered(
                ["EPERM": 1, "ENOENT": 2, "EACCES": 13, "EINVAL": 22, "ENOSYS": 38, "EUCLEAN": 117], or: 1...4095),
            ["SystemCallErrorNumber"]
        ),
    ]

    /// systemd.exec(5), what programs see of the file system and of namespaces.
    private static let folders: Group = [
        (.paths, ["ExecPaths", "InaccessiblePaths", "NoExecPaths", "ReadOnlyPaths", "ReadWritePaths"]),
        (.binds, ["BindPaths", "BindReadOnlyPaths"]),
        (.temporaryFileSystems, ["TemporaryFileSystem"]),
        (.path, ["IPCNamespacePath", "NetworkNamespacePath"]),
        (.propagation, ["MountFlags"]),
    ]

    /// systemd.resource-control(5).
    private static let resources: Group = [
        (.flag, ["CPUAccounting", "IOAccounting", "IPAccounting", "MemoryAccounting", "TasksAccounting"]),
        (.memory, ["DefaultMemoryLow", "DefaultMemoryMin", "MemoryLow", "MemoryMin", "MemorySwapMax"]),
        (.weight(idle: true), ["StartupCPUWeight"]),
        (.weight(idle: false), ["StartupIOWeight"]),
        (.microseconds, ["CPUQuotaPeriodSec"]),
        (
            .processors,
            ["AllowedCPUs", "AllowedMemoryNodes", "StartupAllowedCPUs", "StartupAllowedMemoryNodes"]
        ),
        (.choice(["auto", "closed", "strict"]), ["DevicePolicy"]),
        (.devices, ["DeviceAllow"]),
        (.bandwidth, ["IOReadBandwidthMax", "IOReadIOPSMax", "IOWriteBandwidthMax", "IOWriteIOPSMax"]),
        (.deviceWeight, ["IODeviceWeight"]),
        (.deviceLatency, ["IODeviceLatencyTargetSec"]),
        (.addresses, ["IPAddressAllow", "IPAddressDeny"]),
        (.bindings, ["SocketBindAllow", "SocketBindDeny"]),
        (
            .words("paths of programs of the kernel, like \"/sys/fs/bpf/hook\"") { $0.hasPrefix("/") },
            ["IPEgressFilterPath", "IPIngressFilterPath"]
        ),
        (.programs, ["BPFProgram"]),
        (.words("controllers, like \"cpu io\"") { !$0.isEmpty }, ["DisableControllers"]),
        (.choice(["auto", "kill"]), ["ManagedOOMMemoryPressure", "ManagedOOMSwap"]),
        (.choice(["none", "avoid", "omit"]), ["ManagedOOMPreference"]),
        (.share, ["ManagedOOMMemoryPressureLimit"]),
        (.slice, ["Slice"]),
    ]

    /// systemd.exec(5), what the program inherits from its keeper.
    private static let processes: Group = [
        (.flag, ["CPUSchedulingResetOnFork"]),
        (.numbered(["other": 0, "fifo": 1, "rr": 2, "batch": 3, "idle": 5]), ["CPUSchedulingPolicy"]),
        (.integer(1...99), ["CPUSchedulingPriority"]),
        (.affinity, ["CPUAffinity"]),
        (.numbered(["default": 0, "preferred": 1, "bind": 2, "interleave": 3, "local": 4]), ["NUMAPolicy"]),
        (.processors, ["NUMAMask"]),
        (.numbered(["none": 0, "realtime": 1, "best-effort": 2, "idle": 3], or: 0...3), ["IOSchedulingClass"]),
        (.integer(0...7), ["IOSchedulingPriority"]),
        (.nanoseconds, ["TimerSlackNSec"]),
        (.coredump, ["CoredumpFilter"]),
        (
            .limit("a size, like \"1G\"") { UnitText.size($0, base: 1024) },
            [
                "LimitAS", "LimitCORE", "LimitDATA", "LimitFSIZE", "LimitMEMLOCK", "LimitMSGQUEUE", "LimitRSS",
                "LimitSTACK",
            ]
        ),
        (
            .limit("a number") { Digits.number($0, as: UInt64.self) },
            ["LimitLOCKS", "LimitNPROC", "LimitRTPRIO", "LimitSIGPENDING"]
        ),
        (.limit("a time, like \"10min\"") { UnitText.time($0, in: 1_000_000_000) }, ["LimitCPU"]),
        (.limit("a time, like \"500ms\"") { UnitText.time($0, in: 1000, standard: 1000) }, ["LimitRTTIME"]),
    ]

    /// systemd.unit(5).
    private static let order: Group = [
        (.units, ["After", "Before", "BindsTo", "JoinsNamespaceOf", "Requires", "Requisite", "Wants"]),
        (.paths, ["RequiresMountsFor"]),
        (.words("addresses, like \"man:agent(1)\" or \"https://example.com\"") { $0.contains(":") }, ["Documentation"]),
        (.flag, ["DefaultDependencies", "IgnoreOnIsolate"]),
    ]
}

extension UnitFormat {
    /// MS_SHARED, MS_SLAVE and MS_PRIVATE of mount(2).
    fileprivate static let propagation = plain("\"shared\", \"slave\" or \"private\"") { text in
        let bits: [String: UInt64] = ["shared": 1 << 20, "slave": 1 << 19, "private": 1 << 18]
        return bits[text].map { .uint64($0) }
    }

    /// The bits of core(5).
    fileprivate static let coredump = plain("kinds of memory, like \"private-anonymous elf-headers\", or \"all\"") {
        text in
        let kinds = [
            "private-anonymous", "shared-anonymous", "private-file-backed", "shared-file-backed", "elf-headers",
            "private-huge", "shared-huge", "private-dax", "shared-dax",
        ]
        guard text != "all", let words = UnitText.words(text) else { return text == "all" ? .uint64(.max) : nil }
        let bits = words.map { kinds.firstIndex(of: $0) }
        guard !words.isEmpty, !bits.contains(nil) else { return nil }
        return .uint64(bits.compactMap(\.self).reduce(0) { $0 | 1 << UInt64($1) })
    }
}
