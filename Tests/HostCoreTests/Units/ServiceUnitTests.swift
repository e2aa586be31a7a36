// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// The transient unit of a launch.
struct ServiceUnitTests {
    private let system = ServiceUnit.Manager(isUser: false, ownUnit: "hostd.service")

    private func unit(
        _ launch: LaunchSpecification = LaunchSpecification(command: ["x"]),
        limits: LimitsSpecification = LimitsSpecification(), manager: ServiceUnit.Manager? = nil
    ) throws -> [UnitProperty] {
        let instance = try #require(InstanceID("gateway@2.17"))
        let service = ServiceSpecification(
            name: instance.service, launch: launch,
            stop: StopSpecification(grace: .seconds(330), leftovers: .seconds(5)), limits: limits)
        return ServiceUnit(
            instance, service, .service, folders: .init(written: ["/run/hostd", "/srv/agent", "/srv/agent"]),
            manager: manager ?? system
        ).properties
    }

    private func value(_ name: String, in properties: [UnitProperty]) -> UnitValue? {
        properties.last { $0.name == name }?.value
    }

    @Test func systemdGivesTheKeeperAllTheTimeThatTheStopMayTake() throws {
        let properties = try unit()
        #expect(value("KillMode", in: properties) == .string("mixed"))
        #expect(value("TimeoutStopUSec", in: properties) == .uint64(350_000_000))
        #expect(value("OOMPolicy", in: properties) == .string("continue"))
        #expect(value("User", in: properties) == nil, "the keeper stays who hostd is")
    }

    @Test func atShutdownHostdGoesFirst() throws {
        #expect(value("Before", in: try unit()) == .strings(["hostd.service"]))
        let alone = try unit(manager: .init(isUser: false, ownUnit: nil))
        #expect(value("Before", in: alone) == nil)
    }

    @Test func servicesAndJobsHaveSlicesAndNamesOfTheirOwn() throws {
        #expect(value("Slice", in: try unit()) == .string("hostd-services.slice"))
        #expect(value("Description", in: try unit()) == .string("gateway@2, kept by hostd"))
        let job = try #require(JobID(42))
        let service = ServiceSpecification(name: job.name, launch: LaunchSpecification(command: []))
        func described(_ subject: ServiceUnit.Subject) -> ServiceUnit {
            ServiceUnit(job.instance(1), service, subject, folders: .init(written: []), manager: system)
        }
        #expect(described(.job(kind: "review")).description == "job 42, attempt 1 (review), kept by hostd")
        #expect(described(.job(kind: nil)).description == "job 42, attempt 1, kept by hostd")
        #expect(
            value("Slice", in: described(.job(kind: nil)).properties) == .string("hostd-jobs.slice"))
    }

    @Test func limitsAreTheUnits() throws {
        let limits = LimitsSpecification(
            memoryBytes: 4 << 30, memoryRestartBytes: 3 << 30, memoryHighBytes: 2 << 30, tasks: 512, cpuPercent: 250,
            cpuWeight: 50, ioWeight: 20)
        let properties = try unit(limits: limits)
        let expected: [String: UInt64] = [
            "MemoryMax": 4 << 30, "MemorySwapMax": 0, "MemoryHigh": 2 << 30, "TasksMax": 512,
            "CPUQuotaPerSecUSec": 2_500_000, "CPUWeight": 50, "IOWeight": 20,
        ]
        for (name, number) in expected { #expect(value(name, in: properties) == .uint64(number), "\(name)") }
        #expect(value("TasksMax", in: try unit()) == .uint64(.max), "not what the manager has for small programs")
        #expect(value("MemoryMax", in: try unit()) == nil)
    }

    @Test func whatIsGivenTakesThePlaceOfTheSandboxes() throws {
        var launch = LaunchSpecification(command: ["x"], sandbox: .strict)
        let filter = UnitProperty("SystemCallFilter", .filter(allows: false, ["@mount"]))
        launch.unit = [
            UnitSetting(name: "PrivateDevices", lines: [""], properties: []),
            UnitSetting(name: "SystemCallFilter", lines: ["~@mount"], properties: [filter]),
        ]
        let properties = try unit(launch)
        #expect(properties.filter { $0.name == "SystemCallFilter" } == [filter], "lists would be added to")
        #expect(value("PrivateDevices", in: properties) == nil, "as systemd has it by itself")
        #expect(value("ProtectSystem", in: properties) == .string("strict"))
    }

    @Test func anOrderOfOnesOwnLeavesHostdFirst() throws {
        var launch = LaunchSpecification(command: ["x"])
        let own = UnitProperty("Before", .strings(["web.service"]))
        launch.unit = [UnitSetting(name: "Before", lines: ["web.service"], properties: [own])]
        let before = try unit(launch).filter { $0.name == "Before" }.map(\.value)
        #expect(before == [.strings(["web.service"]), .strings(["hostd.service"])])
    }

    @Test func foldersStayOpenWhereverSomethingClosesThem() throws {
        let bind = UnitValue.binds(["/run/hostd", "/srv/agent"])
        #expect(value("BindPaths", in: try unit()) == nil, "it would mean a mount namespace")
        #expect(value("BindPaths", in: try unit(LaunchSpecification(command: [], sandbox: .strict))) == bind)
        var launch = LaunchSpecification(command: [], sandbox: .basic)
        #expect(value("BindPaths", in: try unit(launch)) == nil)
        launch.unit = [UnitSetting(name: "ProtectHome", lines: ["tmpfs"], properties: [])]
        #expect(value("BindPaths", in: try unit(launch)) == bind)
    }

    @Test(arguments: [Sandbox.basic, .strict])
    func aUsersManagerIsAskedForWhatItMay(sandbox: Sandbox) throws {
        let launch = LaunchSpecification(command: [], sandbox: sandbox)
        let names = Set(try unit(launch, manager: .init(isUser: true, ownUnit: nil)).map(\.name))
        #expect(names.contains("NoNewPrivileges"))
        for name in ["ProtectSystem", "CapabilityBoundingSet", "OOMScoreAdjust", "BindPaths", "PrivateTmp"] {
            #expect(!names.contains(name), "\(name)")
        }
    }

    @Test(arguments: [Sandbox.basic, .strict])
    func everySandboxLeavesTheKeeperWhatItNeeds(sandbox: Sandbox) throws {
        let properties = sandbox.properties(isUserManager: false)
        guard case .uint64(let set) = value("CapabilityBoundingSet", in: properties) else {
            Issue.record("no capabilities")
            return
        }
        #expect(set & Capability.set(Capability.ofKeeper) == Capability.set(Capability.ofKeeper))
        #expect(set & Capability.set(Capability.overTheHost) == 0)
        #expect(Set(properties.map(\.name)).count == properties.count)
    }

    @Test func aChangeOfSandboxOrUnitIsAnotherLaunch() throws {
        let instance = try #require(ServiceName("a"))
        func digest(_ launch: LaunchSpecification) -> UInt64 {
            ServiceSpecification(name: instance, launch: launch).launchDigest
        }
        let plain = LaunchSpecification(command: ["x"])
        var given = plain
        given.unit = [UnitSetting(name: "PrivateTmp", lines: ["yes"], properties: [])]
        var other = plain
        other.unit = [UnitSetting(name: "PrivateTmp", lines: ["no"], properties: [])]
        let digests = [plain, LaunchSpecification(command: ["x"], sandbox: .basic), given, other].map(digest)
        #expect(Set(digests).count == digests.count)
    }

    @Test(arguments: [
        (UnitValue.bool(true), "b", ["true"]), (.uint64(.max), "t", ["18446744073709551615"]),
        (.bytes([1, 255]), "ay", ["2", "1", "255"]), (.strings([]), "as", ["0"]),
        (.filter(allows: false, ["a", "b"]), "(bas)", ["false", "2", "a", "b"]),
        (.binds(["/x"]), "a(ssbt)", ["1", "/x", "/x", "true", "16384"]),
        (.array(of: "(iiqq)", []), "a(iiqq)", ["0"]),
    ])
    func valuesAreWrittenAsTheBusWantsThem(value: UnitValue, signature: String, words: [String]) {
        #expect(value.signature == signature)
        #expect(UnitProperty("Name", value).words == ["Name", signature] + words)
    }
}
