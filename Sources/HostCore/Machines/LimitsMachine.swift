// SPDX-License-Identifier: Apache-2.0

/// What all processes of an instance use together.
public struct ResourceUse: Hashable, Sendable {
    /// Memory of their own, in bytes, with what of it is swapped out.
    public var memoryBytes: UInt64
    /// Processes and threads.
    public var tasks: Int
    /// Processes alone.
    public var processes: Int
    /// Open descriptors; nil where they were not counted.
    public var descriptors: Int?

    /// So much memory and so many of the others.
    public init(memoryBytes: UInt64, tasks: Int, processes: Int = 0, descriptors: Int? = nil) {
        self.memoryBytes = memoryBytes
        self.tasks = tasks
        self.processes = processes
        self.descriptors = descriptors
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
/// may be passed for a moment: only readings in a row count, and the instance gets all of its grace. What is over
/// `memory_restart` while it is busy waits for a quiet moment, until there is hardly anything left below `memory`.
public struct LimitsMachine: Hashable, Sendable {
    /// So many readings in a row count.
    public static let patience = 2
    /// From this share of `memory` on nothing is waited for.
    public static let nearShare = 0.9

    /// The limits that this is to keep.
    public var limits: LimitsSpecification
    /// `limits.memory`, whoever keeps it.
    public var mostMemoryBytes: UInt64?
    /// The newest reading, with the newest count of descriptors.
    public private(set) var newest: ResourceUse?
    /// At which pace its memory grows.
    public private(set) var leak = LeakMeter()
    /// It is over `memory_restart`, and busy.
    public private(set) var waitsForQuiet = false
    private var memoryInRow = 0
    private var tasksInRow = 0

    /// An instance of which nothing is known yet.
    public init(_ limits: LimitsSpecification) {
        self.limits = limits
        mostMemoryBytes = limits.memoryBytes
    }

    /// Takes a reading; what it means, where it means anything. `isBusy`: a restart now would cost somebody's work.
    public mutating func take(_ use: ResourceUse, isBusy: Bool = false, at now: Instant) -> LimitBreach? {
        let descriptors = use.descriptors ?? newest?.descriptors
        newest = use
        newest?.descriptors = descriptors
        leak.note(use.memoryBytes, at: now)
        memoryInRow = limits.memoryRestartBytes.map { use.memoryBytes > $0 } == true ? memoryInRow + 1 : 0
        tasksInRow = limits.tasks.map { use.tasks > $0 } == true ? tasksInRow + 1 : 0
        waitsForQuiet = memoryInRow >= Self.patience && isBusy && !isNearTheEnd(use)
        if let most = limits.memoryBytes, use.memoryBytes > most {
            return LimitBreach(reason: memory(use, over: "limits.memory", most, at: now), isUrgent: true)
        }
        if let most = limits.memoryRestartBytes, memoryInRow >= Self.patience, !waitsForQuiet {
            return LimitBreach(reason: memory(use, over: "limits.memory_restart", most, at: now), isUrgent: false)
        }
        if let most = limits.tasks, tasksInRow >= Self.patience {
            return LimitBreach(
                reason: "\(use.tasks) processes and threads are over limits.tasks, \(most)", isUrgent: false)
        }
        return nil
    }

    private func isNearTheEnd(_ use: ResourceUse) -> Bool {
        mostMemoryBytes.map { Double(use.memoryBytes) >= Self.nearShare * Double($0) } ?? false
    }

    private func memory(_ use: ResourceUse, over key: String, _ most: UInt64, at now: Instant) -> String {
        let text = "memory of \(ByteText.text(use.memoryBytes)) is over \(key), \(ByteText.text(most))"
        guard let pace = leak.bytesPerHour(at: now) ?? leak.recentBytesPerHour(at: now), pace > 0 else { return text }
        return text + ", and grows by \(ByteText.text(UInt64(min(pace, 1e18)))) an hour"
    }
}
