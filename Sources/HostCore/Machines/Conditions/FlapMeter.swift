// SPDX-License-Identifier: Apache-2.0

/// Whether something changes so often that each change says little. After Nagios (base/flapping.c): of the last 21
/// readings the changes count, later ones more (0.75 to 1.25), as a share of the 20 that there could be; it begins at
/// 30 % and ends at 20 %.
public struct FlapMeter: Hashable, Sendable {
    private static let length = 21
    private static let begin = 0.30
    private static let end = 0.20

    /// Whether it flaps now.
    public private(set) var isFlapping = false
    private var levels: [ConditionLevel] = []

    /// Nothing was seen yet.
    public init() {}

    /// The share of changes, weighted: 0 to 1.
    public var share: Double {
        let changes = zip(levels, levels.dropFirst()).map { $0 != $1 }
        let offset = Self.length - 1 - changes.count
        let weighted = changes.enumerated().reduce(0.0) { sum, change in
            let weight = 0.75 + Double(offset + change.offset) * 0.5 / Double(Self.length - 2)
            return change.element ? sum + weight : sum
        }
        return weighted / Double(Self.length - 1)
    }

    /// Takes a reading.
    public mutating func note(_ level: ConditionLevel) {
        if levels.count == Self.length { levels.removeFirst() }
        levels.append(level)
        let share = share
        isFlapping = isFlapping ? share > Self.end : share >= Self.begin
    }
}
