// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Ends that nobody wanted, one a line.
struct CrashTable {
    private static let gap = "  "

    private let crashes: [CrashBrief]
    private let style: Style
    private let now: WallTime

    init(_ crashes: [CrashBrief], style: Style, now: WallTime) {
        self.crashes = crashes
        self.style = style
        self.now = now
    }

    func lines() -> [String] {
        let times = crashes.map { TimeText.relative($0.at, to: now) }
        let idWidth = crashes.map { TextWidth.of(CleanText.of($0.id)) }.max() ?? 2
        let timeWidth = max(times.map { TextWidth.of($0) }.max() ?? 0, 4)
        let used = idWidth + timeWidth + 2 * Self.gap.count
        let head = [TextWidth.padded("ID", idWidth), TextWidth.padded("WHEN", timeWidth), "HOW"]
        var lines = [style.paint(head.joined(separator: Self.gap), .faint)]
        for (crash, time) in zip(crashes, times) {
            let text = Self.how(crash)
            let shown = style.columns.map { style.cut(text, max($0 - used, 20)) } ?? text
            lines.append(
                [
                    TextWidth.padded(CleanText.of(crash.id), idWidth),
                    style.paint(TextWidth.padded(time, timeWidth), .faint), shown,
                ].joined(separator: Self.gap))
        }
        return lines
    }

    /// "exit 1 after 400 ms, last line: boom"; before it, what hostd ended it for.
    static func how(_ crash: CrashBrief) -> String {
        let head = crash.why.map { "\($0): \(crash.text)" } ?? crash.text
        return CleanText.of(head + (crash.lastLine.map { ", last line: \($0)" } ?? ""))
    }
}
