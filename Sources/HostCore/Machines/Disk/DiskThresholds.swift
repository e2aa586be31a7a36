// SPDX-License-Identifier: Apache-2.0

/// How little room may be left on a file system of some size, in bytes or in inodes.
///
/// A share of the size alone wastes a large disk and comes too late on a small one. So a threshold is the share, but no
/// more than a ceiling and no less than a floor; and on a file system that is small itself (a tmpfs for /run) the floor
/// is at most twice the share, or it would never be content.
public struct DiskThresholds: Hashable, Sendable {
    private struct Rule {
        let share: Double
        let floor: Double
        let ceiling: Double
    }

    private static let mebibyte = 1_048_576.0
    private static let gibibyte = 1024 * mebibyte
    private static let noMore = Double.greatestFiniteMagnitude

    private static func rule(_ step: DiskStep) -> Rule {
        switch step {
        case .fine: Rule(share: 0, floor: 0, ceiling: 0)
        case .warn: Rule(share: 0.15, floor: 2 * gibibyte, ceiling: 40 * gibibyte)
        case .gate: Rule(share: 0.10, floor: 1.5 * gibibyte, ceiling: 20 * gibibyte)
        case .evict: Rule(share: 0.05, floor: gibibyte, ceiling: 10 * gibibyte)
        case .emergency: Rule(share: 0.02, floor: 512 * mebibyte, ceiling: 2 * gibibyte)
        }
    }

    /// What there is in all: bytes, or inodes.
    public let capacity: Double
    private let isBytes: Bool

    /// Those of a file system with so many bytes for users like hostd.
    public init(capacityBytes: UInt64) {
        capacity = Double(capacityBytes)
        isBytes = true
    }

    /// Those of a file system with so many inodes: shares alone.
    public init(inodes: UInt64) {
        capacity = Double(inodes)
        isBytes = false
    }

    /// With less than this left the step is reached.
    public func limit(_ step: DiskStep) -> Double {
        let rule = Self.rule(step)
        let share = rule.share * capacity
        guard isBytes else { return share }
        return min(max(min(share, rule.ceiling), rule.floor), 2 * share)
    }

    /// With so much left the step is over. It lies above the limit, so that what was just freed is not used up at once.
    public func clear(_ step: DiskStep) -> Double {
        let margin = 0.02 * capacity
        guard isBytes else { return limit(step) + margin }
        return limit(step) + min(max(margin, 512 * Self.mebibyte), 0.05 * capacity)
    }
}
