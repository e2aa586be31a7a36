// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[service.NAME.limits]`
enum LimitsSection {
    /// So much is the least that a program can be given, and more than any host has.
    private static let memoryRange: ClosedRange<UInt64> = (1 << 20)...(1 << 44)

    static let section = Section(
        "service.NAME.limits",
        empty: LimitedLaunch(limits: LimitsSpecification(), launch: LaunchSpecification(command: [])),
        hint: "a table, like { memory = \"4GiB\" }",
        keys: [
            Key(
                "memory", .size(memoryRange), \.limits.memoryBytes, also: ["memory_max", "mem_limit", "max_memory"],
                change: .inPlace, "The instance is ended when its processes have more memory than this together."),
            Key(
                "memory_restart", .size(memoryRange), \.limits.memoryRestartBytes,
                also: ["max_memory_restart"],
                change: .inPlace,
                "The instance is restarted, with all its grace, when its processes have more memory than this."),
            Key(
                "memory_high", .size(memoryRange), \.limits.memoryHighBytes, also: ["mem_high"],
                change: .inPlace,
                "Above this the kernel slows it down and takes memory back, instead of ending it; needs a cgroup "
                    + "of its own."),
            Key(
                "tasks", .integer(1...4_194_304), \.limits.tasks, also: ["tasks_max", "pids", "nproc"],
                change: .inPlace, "So many processes and threads it may have."),
            Key(
                "cpu", .percent(1...102_400), \.limits.cpuPercent, also: ["cpu_quota", "cpus"],
                change: .inPlace, "Processor time, in per cent of one processor; needs a cgroup of its own."),
            Key(
                "cpu_weight", .integer(1...10_000), \.limits.cpuWeight, also: ["cpu_shares"],
                change: .inPlace,
                "Its share of the processors where they do not suffice, beside 100 of others; needs a cgroup."
            ),
            Key(
                "io_weight", .integer(1...10_000), \.limits.ioWeight, also: ["blkio_weight"],
                change: .inPlace,
                "Its share of the disks where they do not suffice, beside 100 of others; needs a cgroup of its own."),
            Key(
                "open_files", .integer(16...1_073_741_816), \.launch.openFiles, also: ["nofile", "limit_nofile"],
                "So many descriptors each process may have open; hostd's own limit if not given."),
        ])
}

/// What the table is about: limits of the whole tree, and those that each process gets when it is launched.
struct LimitedLaunch: Sendable {
    var limits: LimitsSpecification
    var launch: LaunchSpecification
}

extension ServiceSpecification {
    var limited: LimitedLaunch {
        get { LimitedLaunch(limits: limits, launch: launch) }
        set { (limits, launch) = (newValue.limits, newValue.launch) }
    }
}

extension KindSpecification {
    var limited: LimitedLaunch {
        get { LimitedLaunch(limits: limits, launch: launch) }
        set { (limits, launch) = (newValue.limits, newValue.launch) }
    }
}

extension LaunchSpecification {
    /// The resource limit `nofile`.
    fileprivate var openFiles: UInt64? {
        get { limits.first { $0.name == "nofile" }?.value }
        set {
            limits.removeAll { $0.name == "nofile" }
            if let newValue { limits.append(ResourceLimit(name: "nofile", value: newValue)) }
        }
    }
}
