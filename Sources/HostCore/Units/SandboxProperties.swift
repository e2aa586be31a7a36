// SPDX-License-Identifier: Apache-2.0

extension Sandbox {
    /// Its properties under the system's manager, or under a user's, which has no right to most of them.
    public func properties(isUserManager: Bool) -> [UnitProperty] {
        switch self {
        case .none: []
        case .basic: Self.filters + (isUserManager ? [] : Self.host + Self.basicHost)
        case .strict: Self.filters + Self.strictFilters + (isUserManager ? [] : Self.host + Self.strictHost)
        }
    }

    /// What seccomp(2) does: it needs no rights. All of it stays with the child.
    private static let filters: [UnitProperty] = [
        UnitProperty("NoNewPrivileges", .bool(true)),
        UnitProperty("RestrictRealtime", .bool(true)),
        UnitProperty("LockPersonality", .bool(true)),
        UnitProperty("SystemCallArchitectures", .strings(["native"])),
    ]

    /// What the host is protected by. No ProtectClock here: it closes all devices, graphics processors too.
    private static let host: [UnitProperty] = [
        UnitProperty("ProtectKernelModules", .bool(true)),
        UnitProperty("ProtectKernelLogs", .bool(true)),
        UnitProperty("ProtectKernelTunables", .bool(true)),
        UnitProperty("ProtectControlGroups", .bool(true)),
        UnitProperty("ProtectHostname", .bool(true)),
    ]

    private static let basicHost: [UnitProperty] = [
        UnitProperty("ProtectSystem", .string("full")),
        UnitProperty("CapabilityBoundingSet", .uint64(~Capability.set(Capability.overTheHost))),
    ]

    /// No MemoryDenyWriteExecute: the compilers in Node and in Java write what they execute. Programs lock their own
    /// children in with seccomp and landlock, and V8 its own pages with keys; the group of the former is newer than
    /// systemd 252.
    private static let strictFilters: [UnitProperty] = [
        UnitProperty("RestrictNamespaces", .uint64(0)),
        UnitProperty("RestrictSUIDSGID", .bool(true)),
        UnitProperty(
            "RestrictAddressFamilies", .filter(allows: true, ["AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"])),
        UnitProperty(
            "SystemCallFilter",
            .filter(
                allows: true,
                [
                    "@system-service", "@pkey", "seccomp", "landlock_create_ruleset", "landlock_add_rule",
                    "landlock_restrict_self",
                ])),
        // A call that is not allowed fails; without this the program would be killed.
        UnitProperty("SystemCallErrorNumber", .int32(1)),
    ]

    private static let strictHost: [UnitProperty] = [
        UnitProperty("ProtectSystem", .string("strict")),
        UnitProperty("CapabilityBoundingSet", .uint64(Capability.set(Capability.ofKeeper + ["CAP_NET_BIND_SERVICE"]))),
        UnitProperty("ProtectHome", .string("read-only")),
        UnitProperty("PrivateTmp", .bool(true)),
        UnitProperty("PrivateDevices", .bool(true)),
        UnitProperty("PrivateIPC", .bool(true)),
        UnitProperty("ProtectClock", .bool(true)),
        UnitProperty("ProtectProc", .string("invisible")),
    ]
}
