// SPDX-License-Identifier: Apache-2.0

/// How bad something about the host is.
public enum ConditionLevel: String, Hashable, Sendable, CaseIterable, Comparable {
    /// As it should be.
    case ok
    /// People should know; everything goes on.
    case warn
    /// What needs it is not started now.
    case critical

    /// Its place in the order: 0, 1, 2.
    public var rank: Int {
        switch self {
        case .ok: 0
        case .warn: 1
        case .critical: 2
        }
    }

    /// Whether it is less bad.
    public static func < (left: ConditionLevel, right: ConditionLevel) -> Bool { left.rank < right.rank }
}
