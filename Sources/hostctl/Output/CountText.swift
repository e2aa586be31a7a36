// SPDX-License-Identifier: Apache-2.0

/// Counts as people read them.
enum CountText {
    private static let units: [(size: UInt64, letter: String)] = [
        (1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"),
    ]

    /// "830", "12.3k", "4.0M": cut, not rounded, so that it never says more than there is.
    static func short(_ count: UInt64) -> String {
        guard let unit = units.first(where: { count >= $0.size }) else { return "\(count)" }
        return "\(count / unit.size).\(count % unit.size * 10 / unit.size)\(unit.letter)"
    }
}
