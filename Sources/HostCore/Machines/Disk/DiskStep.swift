// SPDX-License-Identifier: Apache-2.0

/// How far it has come with a file system, and so what is done about it.
public enum DiskStep: String, Hashable, Sendable, CaseIterable, Comparable {
    /// There is room.
    case fine
    /// People should know.
    case warn
    /// Old files are removed, jobs are held, and services that need the disk wait.
    case gate
    /// The fastest grower is to be stopped.
    case evict
    /// The ballast is given back: what must go on has to be able to write.
    case emergency

    /// Its place in the order.
    public var rank: Int {
        switch self {
        case .fine: 0
        case .warn: 1
        case .gate: 2
        case .evict: 3
        case .emergency: 4
        }
    }

    /// Whether there is more room.
    public static func < (left: DiskStep, right: DiskStep) -> Bool { left.rank < right.rank }

    /// What the condition `disk` is at this step.
    public var level: ConditionLevel {
        switch self {
        case .fine: .ok
        case .warn: .warn
        case .gate, .evict, .emergency: .critical
        }
    }

    /// How long a reading has to last before it counts.
    var patience: Duration {
        switch self {
        case .fine, .emergency: .zero
        case .warn: .seconds(300)
        case .gate: .seconds(120)
        case .evict: .seconds(20)
        }
    }
}
