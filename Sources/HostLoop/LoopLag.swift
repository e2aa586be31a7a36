// SPDX-License-Identifier: Apache-2.0

/// How late the loop comes to its timers: what holds it up shows here, at no wake-up of its own.
public nonisolated struct LoopLag: Hashable, Sendable {
    /// The upper bounds of the classes, but for the last, which has none.
    public static let bounds: [Duration] = [
        .milliseconds(1), .milliseconds(5), .milliseconds(20), .milliseconds(100), .seconds(1),
    ]

    /// So many timers were late by at most each bound and more than the one before; the last are beyond all bounds.
    public private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// All lateness together.
    public private(set) var sum: Duration = .zero

    mutating func add(_ late: Duration) {
        let late = max(late, .zero)
        counts[Self.bounds.firstIndex { late <= $0 } ?? Self.bounds.count] += 1
        sum += late
    }
}
