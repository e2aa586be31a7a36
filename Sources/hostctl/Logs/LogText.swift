// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// How a log line is shown. In a pipe it is what the program wrote, unchanged.
enum LogText {
    /// The width of a time: `2026-05-18 09:30:00.125`.
    private static let timeWidth = 23

    /// One line. `name`, painted and padded, stands before it where lines of several services are mixed; `cut` cuts at
    /// the terminal's width.
    static func line(
        _ line: LogLines.Line, name: String? = nil, style: Style, withTime: Bool, cut: Bool = false
    ) -> String {
        var head = ""
        if withTime {
            let time = line.at.map(TimeText.precise) ?? ""
            head += style.paint(TextWidth.padded(time, timeWidth), .faint) + "  "
        }
        if let name { head += name + "  " }
        guard style.isTerminal else { return head + line.text }
        guard cut, let columns = style.columns else {
            return head + CleanText.logLine(line.text, colours: style.hasColour)
        }
        let used = withTime ? timeWidth + 2 : 0
        return head + style.cut(CleanText.logLine(line.text, colours: false), max(columns - used, 20))
    }
}
