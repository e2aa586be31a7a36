// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import HostLinux
import Testing

/// `sandbox` and `unit`: what stands in a unit file, and what systemd is told of it.
struct UnitKeyTests {
    private func unit(_ line: String) throws -> [UnitProperty] {
        let text = "[service.a]\ncommand = [\"x\"]\nunit = { \(line) }"
        return try #require(try configuration([("hostd.toml", text)]).services.first).launch.unitProperties
    }

    private static let read: [(String, [UnitProperty])] = [
        ("PrivateTmp = true", [UnitProperty("PrivateTmp", .bool(true))]),
        ("PrivateTmp = \"off\"", [UnitProperty("PrivateTmp", .bool(false))]),
        ("ProtectSystem = \"strict\"", [UnitProperty("ProtectSystem", .string("strict"))]),
        ("ProtectSystem = true", [UnitProperty("ProtectSystem", .string("yes"))]),
        ("MemoryLow = \"1.5G\"", [UnitProperty("MemoryLow", .uint64(1_610_612_736))]),
        ("MemoryLow = \"50%\"", [UnitProperty("MemoryLowScale", .uint32(2_147_483_648))]),
        ("MemorySwapMax = \"infinity\"", [UnitProperty("MemorySwapMax", .uint64(.max))]),
        ("CPUQuotaPeriodSec = \"50ms\"", [UnitProperty("CPUQuotaPeriodUSec", .uint64(50_000))]),
        (
            "LimitCPU = \"1h 5min\"",
            [UnitProperty("LimitCPU", .uint64(3900)), UnitProperty("LimitCPUSoft", .uint64(3900))]
        ),
        (
            "LimitSTACK = \"8M:infinity\"",
            [UnitProperty("LimitSTACK", .uint64(.max)), UnitProperty("LimitSTACKSoft", .uint64(8 << 20))]
        ),
        ("TimerSlackNSec = \"50us\"", [UnitProperty("TimerSlackNSec", .uint64(50_000))]),
        ("AllowedCPUs = \"0-3,9\"", [UnitProperty("AllowedCPUs", .bytes([0x0f, 0x02]))]),
        ("CPUAffinity = \"numa\"", [UnitProperty("CPUAffinityFromNUMA", .bool(true))]),
        (
            "SystemCallFilter = \"~@mount @swap\"",
            [UnitProperty("SystemCallFilter", .filter(allows: false, ["@mount", "@swap"]))]
        ),
        (
            "SystemCallFilter = [\"@system-service\", \"~@mount\"]",
            [
                UnitProperty("SystemCallFilter", .filter(allows: true, ["@system-service"])),
                UnitProperty("SystemCallFilter", .filter(allows: false, ["@mount"])),
            ]
        ),
        ("CapabilityBoundingSet = \"~CAP_SYS_TIME\"", [UnitProperty("CapabilityBoundingSet", .uint64(~(1 << 25)))]),
        ("RestrictNamespaces = true", [UnitProperty("RestrictNamespaces", .uint64(0))]),
        ("RestrictNamespaces = \"net mnt\"", [UnitProperty("RestrictNamespaces", .uint64(0x4002_0000))]),
        ("ReadWritePaths = \"/a '-/b c'\"", [UnitProperty("ReadWritePaths", .strings(["/a", "-/b c"]))]),
        (
            "BindPaths = \"-/a:/b:norbind\"",
            [
                UnitProperty(
                    "BindPaths",
                    .array(of: "(ssbt)", [.tuple([.string("/a"), .string("/b"), .bool(true), .uint64(0)])]))
            ]
        ),
        (
            "IPAddressAllow = \"10.0.0.0/8 ::1\"",
            [
                UnitProperty(
                    "IPAddressAllow",
                    .array(
                        of: "(iayu)",
                        [
                            .tuple([.int32(2), .bytes([10, 0, 0, 0]), .uint32(8)]),
                            .tuple([.int32(10), .bytes([UInt8](repeating: 0, count: 15) + [1]), .uint32(128)]),
                        ]))
            ]
        ),
        (
            "SocketBindDeny = \"ipv4:tcp:1-1023\"",
            [
                UnitProperty(
                    "SocketBindDeny",
                    .array(of: "(iiqq)", [.tuple([.int32(2), .int32(6), .uint16(1023), .uint16(1)])]))
            ]
        ),
        (
            "IOReadBandwidthMax = \"/dev/sda 5M\"",
            [
                UnitProperty(
                    "IOReadBandwidthMax", .array(of: "(st)", [.tuple([.string("/dev/sda"), .uint64(5_000_000)])]))
            ]
        ),
        ("AppArmorProfile = \"-agent\"", [UnitProperty("AppArmorProfile", .tuple([.bool(true), .string("agent")]))]),
        ("PrivateDevices = \"\"", []),
    ]

    @Test(arguments: read)
    func whatStandsInAUnitFileIsWhatSystemdIsTold(line: String, properties: [UnitProperty]) throws {
        #expect(try unit(line) == properties)
    }

    @Test(arguments: [
        (
            "unit = { PrivatTmp = true }",
            "10: service.a.unit.PrivatTmp: unknown unit property (did you mean \"PrivateTmp\"?)"
        ),
        (
            "unit = { privatetmp = true }",
            "10: service.a.unit.privatetmp: unknown unit property (did you mean \"PrivateTmp\"?)"
        ),
        (
            "unit = { Nonsense = 1 }",
            "10: service.a.unit.Nonsense: unknown unit property (docs/units.md has all of them)"
        ),
        (
            "unit = { MemoryLow = \"1X\" }",
            "22: service.a.unit.MemoryLow: \"1X\" is no value of it "
                + "(write a size, like \"1G\", a share, like \"10%\", or \"infinity\")"
        ),
        (
            "unit = { ProtectHome = \"ro\" }",
            "24: service.a.unit.ProtectHome: \"ro\" is no value of it "
                + "(write \"yes\", \"no\", \"read-only\" or \"tmpfs\")"
        ),
        (
            "unit = { PrivateTmp = [\"yes\"] }",
            "23: service.a.unit.PrivateTmp: this is an array, and there is only one value "
                + "(write \"yes\" or \"no\")"
        ),
        (
            "unit = { ReadWritePaths = [\"/a\", \"b\"] }",
            "34: service.a.unit.ReadWritePaths: \"b\" is no value of it "
                + "(write absolute paths, like \"/srv/agent -/opt/tools\")"
        ),
        (
            "unit = { User = \"agent\" }",
            "10: service.a.unit.User: the keeper has to stay hostd's user: "
                + "it becomes the program's user itself (write user)"
        ),
        (
            "unit = { ExecStartPre = \"x\" }",
            "10: service.a.unit.ExecStartPre: hostd runs what comes before a start "
                + "(write before_start)"
        ),
        (
            "unit = { MemoryMax = \"1G\" }",
            "10: service.a.unit.MemoryMax: hostd keeps it with both launchers "
                + "(write limits.memory)"
        ),
        (
            "unit = { ConditionPathExists = \"/x\" }",
            "10: service.a.unit.ConditionPathExists: hostd decides when it starts "
                + "(write needs or before_start)"
        ),
        (
            "unit = { SystemCallFilter = \"~@setuid\" }",
            "29: service.a.unit.SystemCallFilter: \"~@setuid\" takes @setuid from "
                + "the keeper, which works inside (leave it out)"
        ),
        (
            "unit = { RestrictAddressFamilies = \"AF_INET\" }",
            "36: service.a.unit.RestrictAddressFamilies: \"AF_INET\" takes "
                + "AF_UNIX from the keeper, which works inside (add it)"
        ),
        (
            "unit = { CapabilityBoundingSet = \"~CAP_KILL\" }",
            "34: service.a.unit.CapabilityBoundingSet: \"~CAP_KILL\" takes "
                + "CAP_KILL from the keeper, which becomes the program's user (leave them out; the program does not "
                + "have them)"
        ),
        (
            "unit = \"PrivateTmp=yes\"",
            "8: service.a.unit: \"PrivateTmp=yes\" is a string "
                + "(write a table, like { PrivateTmp = \"yes\" })"
        ),
        (
            "sandbox = \"tight\"",
            "11: service.a.sandbox: \"tight\" is unknown (write \"none\", \"basic\" or \"strict\")"
        ),
    ])
    func whatIsWrongWithThem(line: String, message: String) {
        #expect(error(line) == message)
    }

    @Test(arguments: [
        "IPAddressAllow = \"10.0.0.0/33\"", "IPAddressAllow = \"1.2.3\"", "IPAddressAllow = \"1::2::3\"",
        "SocketBindAllow = \"tcp:0\"", "SocketBindAllow = \"sctp:1\"", "DeviceAllow = \"sda rw\"",
        "DeviceAllow = \"/dev/sda x\"",
        "AllowedCPUs = \"3-1\"", "LimitNPROC = \"2:1\"", "LimitNPROC = -1", "IOSchedulingPriority = 8",
        "TimerSlackNSec = \"soon\"",
        "ReadOnlyPaths = \"'/a\"", "Slice = \"agents\"", "StartupIOWeight = 0", "RestrictNamespaces = \"pid foo\"",
        "MemoryLow = \"101%\"", "BindPaths = \"/a:b\"", "Wants = \"network\"",
    ])
    func whatSystemdWouldRefuseIsRefusedHere(line: String) {
        #expect(error("unit = { \(line) }").contains("is no value of it (write "), "\(line)")
    }

    @Test func aLaterFileAddsPropertiesAndReplacesThoseItNames() throws {
        let first = "[service.a]\ncommand = [\"x\"]\nunit = { PrivateTmp = true, MemoryLow = \"1G\" }"
        let second = "[service.a]\nsandbox = \"basic\"\nunit = { MemoryLow = \"2G\", KeyringMode = \"private\" }"
        let read = try configuration([("hostd.toml", first), ("conf.d/a.toml", second)])
        let launch = try #require(read.services.first).launch
        #expect(launch.sandbox == .basic)
        #expect(
            launch.unit.map { "\($0.name)=\($0.lines)" } == [
                "KeyringMode=[\"private\"]", "MemoryLow=[\"2G\"]", "PrivateTmp=[\"yes\"]",
            ])
    }

    @Test func kindsHaveThemToo() throws {
        let text = "[kind.a]\ncommand = [\"x\"]\nsandbox = \"strict\"\nunit = { PrivateIPC = false }"
        let kind = try #require(try configuration([("hostd.toml", text)]).kinds.first)
        #expect(kind.launch.sandbox == .strict)
        #expect(kind.launch.unitProperties == [UnitProperty("PrivateIPC", .bool(false))])
    }

    @Test func aChangeIsARestartAndNamesTheProperty() throws {
        func read(_ line: String) throws -> HostConfiguration {
            try configuration([("hostd.toml", "[service.a]\ncommand = [\"x\"]\n\(line)")])
        }
        let plan = ConfigurationPlan(
            from: try read("unit = { PrivateTmp = true, KeyringMode = \"private\" }"),
            to: try read("sandbox = \"basic\"\nunit = { PrivateTmp = false, KeyringMode = \"private\" }"))
        let change = try #require(plan.changes.first)
        #expect(change.action == .restart)
        #expect(change.keys == ["sandbox", "unit.PrivateTmp"])
    }

    @Test func theReferenceIsFresh() throws {
        let page = #filePath.replacing("/Tests/HostConfigTests/UnitKeyTests.swift", with: "/docs/units.md")
        let text = try Files.readText(page)
        let mark = try #require(text.firstRange(of: UnitReferencePage.mark), "the mark of the reference is gone")
        #expect(text[mark.upperBound...] == UnitReferencePage.text + "\n", "make docs writes it anew")
    }
}
