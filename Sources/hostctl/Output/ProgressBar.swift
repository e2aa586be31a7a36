// SPDX-License-Identifier: Apache-2.0

/// A bar that says how much of something is done.
enum ProgressBar {
    private static let columns = 24

    /// `██████░░░░ 60%` for a share of 0 to 1.
    static func text(_ share: Double, _ style: Style) -> String {
        let share = min(max(share, 0), 1)
        let filled = Int(share * Double(columns))
        return String(repeating: style.hasSymbols ? "█" : "#", count: filled)
            + String(repeating: style.hasSymbols ? "░" : ".", count: columns - filled) + " \(Int(share * 100))%"
    }
}
