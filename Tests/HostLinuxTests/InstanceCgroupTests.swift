// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import TestKit
import Testing

/// What is written into the files of a cgroup, in a folder that looks like one.
struct InstanceCgroupTests {
    private let folder: TemporaryFolder
    private let instance: InstanceID
    private var path: String { "\(folder.path)/\(instance)" }

    init() throws {
        folder = try TemporaryFolder()
        instance = try #require(InstanceID("gateway@2.17"))
        try Files.makeFolder("\(folder.path)/\(instance)")
        let files = [
            "cgroup.procs", "memory.max", "memory.swap.max", "memory.high", "memory.oom.group", "pids.max", "cpu.max",
            "cpu.weight", "io.weight",
        ]
        for name in files {
            try Files.replace("\(folder.path)/\(instance)/\(name)", with: "".utf8)
        }
    }

    private func cgroup(_ controllers: Set<String> = ["memory", "pids", "cpu", "io"]) -> InstanceCgroup {
        InstanceCgroup(instance, in: DelegatedCgroup(path: folder.path, controllers: controllers))
    }

    private func content(_ name: String) throws -> String { try Files.readText("\(path)/\(name)") }

    @Test func itHasTheNameOfItsInstance() {
        #expect(cgroup().path == path)
        #expect(cgroup().exists)
    }

    @Test func limitsAreWrittenAsTheKernelReadsThem() throws {
        try cgroup().apply(LimitsSpecification(memoryBytes: 64 << 20, tasks: 512, cpuPercent: 250))
        #expect(try content("memory.max") == "67108864")
        #expect(try content("memory.swap.max") == "0", "what is swapped out is memory too")
        #expect(try content("memory.oom.group") == "1", "half a tree is of no use")
        #expect(try content("pids.max") == "512")
        #expect(try content("cpu.max") == "250000 100000")
    }

    @Test func whatHoldsAnInstanceBackIsWrittenToo() throws {
        try cgroup().apply(LimitsSpecification(memoryHighBytes: 1 << 20, cpuWeight: 50, ioWeight: 200))
        #expect(try content("memory.high") == "1048576")
        #expect(try content("memory.max") == "max")
        #expect(try content("cpu.weight") == "50")
        #expect(try content("io.weight") == "default 200")
        try cgroup().apply(LimitsSpecification())
        // A plain file keeps what is behind what is written.
        #expect(try content("memory.high").hasPrefix("max"))
        #expect(try content("cpu.weight") == "100", "what others have")
        #expect(try content("io.weight") == "default 100")
    }

    @Test func whatIsNotLimitedIsSetFree() throws {
        try cgroup().apply(LimitsSpecification(memoryRestartBytes: 1 << 20))
        #expect(try content("memory.max") == "max")
        #expect(try content("pids.max") == "max")
        #expect(try content("cpu.max") == "max")
    }

    @Test func onlyWhatItsControllersKeepIsWritten() throws {
        try cgroup(["pids"]).apply(LimitsSpecification(memoryBytes: 1 << 20, tasks: 5, cpuPercent: 50))
        #expect(try content("pids.max") == "5")
        #expect(try content("memory.max").isEmpty)
        #expect(try content("cpu.max").isEmpty)
    }

    @Test func theRestIsNotKept() {
        let limits = LimitsSpecification(memoryBytes: 4, memoryRestartBytes: 3, tasks: 2, cpuPercent: 1)
        #expect(limits.notKept(by: []) == limits)
        #expect(limits.notKept(by: ["memory", "pids", "cpu"]) == LimitsSpecification(memoryRestartBytes: 3))
        #expect(limits.notKept(by: ["cpu"]).memoryBytes == 4)
        let soft = LimitsSpecification(memoryHighBytes: 3, cpuWeight: 2, ioWeight: 1)
        #expect(soft.notKept(by: ["memory", "cpu", "io"]).isEmpty)
        #expect(soft.notKept(by: ["memory", "cpu"]).ioWeight == 1)
    }

    @Test(arguments: [
        ("", false), ("low 0\noom 2\noom_kill 0\n", false), ("oom 1\noom_kill 1\noom_group_kill 1\n", true),
    ])
    func theKernelSaysWhetherItKilledForMemory(events: String, killed: Bool) throws {
        try Files.replace(path + "/memory.events", with: events.utf8)
        #expect(cgroup().ranOutOfMemory == killed)
    }
}
