// SPDX-License-Identifier: Apache-2.0

/// What all processes of an instance may use together. Limits of each single process are part of its launch.
public struct LimitsSpecification: Hashable, Sendable {
    /// The instance is ended when it has more memory than this; nil is no limit.
    public var memoryBytes: UInt64?
    /// The instance is restarted, with all its grace, when it has more memory than this; nil is no limit.
    public var memoryRestartBytes: UInt64?
    /// So many processes and threads it may have; nil is no limit.
    public var tasks: Int?
    /// Processor time in per cent of one processor; nil is no limit.
    public var cpuPercent: Int?

    /// Limits; none where nothing is given.
    public init(
        memoryBytes: UInt64? = nil, memoryRestartBytes: UInt64? = nil, tasks: Int? = nil, cpuPercent: Int? = nil
    ) {
        self.memoryBytes = memoryBytes
        self.memoryRestartBytes = memoryRestartBytes
        self.tasks = tasks
        self.cpuPercent = cpuPercent
    }

    /// Nothing is limited.
    public var isEmpty: Bool { self == LimitsSpecification() }
}
