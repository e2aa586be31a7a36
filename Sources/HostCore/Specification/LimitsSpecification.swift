// SPDX-License-Identifier: Apache-2.0

/// What all processes of an instance may use together. Limits of each single process are part of its launch.
public struct LimitsSpecification: Hashable, Sendable {
    /// The instance is ended when it has more memory than this; nil is no limit.
    public var memoryBytes: UInt64?
    /// The instance is restarted, with all its grace, when it has more memory than this; nil is no limit.
    public var memoryRestartBytes: UInt64?
    /// Above this much memory the kernel slows the instance down and takes pages back; nil is no limit.
    public var memoryHighBytes: UInt64?
    /// So many processes and threads it may have; nil is no limit.
    public var tasks: Int?
    /// Processor time in per cent of one processor; nil is no limit.
    public var cpuPercent: Int?
    /// Its share of the processors where they do not suffice for all, 1 to 10000; nil is 100.
    public var cpuWeight: Int?
    /// Its share of the disks where they do not suffice for all, 1 to 10000; nil is 100.
    public var ioWeight: Int?

    /// Limits; none where nothing is given.
    public init(
        memoryBytes: UInt64? = nil, memoryRestartBytes: UInt64? = nil, memoryHighBytes: UInt64? = nil,
        tasks: Int? = nil, cpuPercent: Int? = nil, cpuWeight: Int? = nil, ioWeight: Int? = nil
    ) {
        self.memoryHighBytes = memoryHighBytes
        self.cpuWeight = cpuWeight
        self.ioWeight = ioWeight
        self.memoryBytes = memoryBytes
        self.memoryRestartBytes = memoryRestartBytes
        self.tasks = tasks
        self.cpuPercent = cpuPercent
    }

    /// Nothing is limited.
    public var isEmpty: Bool { self == LimitsSpecification() }
}
