// SPDX-License-Identifier: Apache-2.0

/// What all processes of an instance use together.
public struct ResourceUse: Hashable, Sendable {
    /// Memory of their own, in bytes, with what of it is swapped out.
    public var memoryBytes: UInt64
    /// Processes and threads.
    public var tasks: Int

    /// So much memory and so many tasks.
    public init(memoryBytes: UInt64, tasks: Int) {
        self.memoryBytes = memoryBytes
        self.tasks = tasks
    }
}

/// A limit that an instance does not keep.
public struct LimitBreach: Hashable, Sendable {
    /// Which one, and by how much, in words.
    public let reason: String
    /// There is no time for its grace.
    public let isUrgent: Bool

    /// A breach that is told as `reason`.
    public init(reason: String, isUrgent: Bool) {
        self.reason = reason
        self.isUrgent = isUrgent
    }
}

/// Decides about the limits of one instance, from readings of what it uses.
///
/// `memory` is the end of the line: the first reading over it ends the instance at once. `memory_restart` and `tasks`
/// may be passed for a moment: only readings in a row count, and the instance gets all of its grace.
public struct LimitsMachine: Hashable, Sendable {
    /// So many readings in a row count.
    public static let patience = 2

    /// The limits.
    public var limits: LimitsSpecification
    /// The newest reading.
    public private(set) var newest: ResourceUse?
    private var memoryInRow = 0
    private var tasksInRow = 0

    /// An instance of which nothing is known yet.
    public init(_ limits: LimitsSpecification) {
        self.limits = limits
    }

    /// Takes a reading; what it means, where it means anything.
    public mutating func take(_ use: ResourceUse) -> LimitBreach? {
        newest = use
        memoryInRow = limits.memoryRestartBytes.map { use.memoryBytes > $0 } == true ? memoryInRow + 1 : 0
        tasksInRow = limits.tasks.map { use.tasks > $0 } == true ? tasksInRow + 1 : 0
        if let most = limits.memoryBytes, use.memoryBytes > most {
            return LimitBreach(reason: Self.memory(use, over: "limits.memory", most), isUrgent: true)
        }
        if let most = limits.memoryRestartBytes, memoryInRow >= Self.patience {
            return LimitBreach(reason: Self.memory(use, over: "limits.memory_restart", most), isUrgent: false)
        }
        if let most = limits.tasks, tasksInRow >= Self.patience {
            return LimitBreach(
                reason: "\(use.tasks) processes and threads are over limits.tasks, \(most)", isUrgent: false)
        }
        return nil
    }

    private static func memory(_ use: ResourceUse, over key: String, _ most: UInt64) -> String {
        "memory of \(ByteText.text(use.memoryBytes)) is over \(key), \(ByteText.text(most))"
    }
}
