// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// How output may look: colour, symbols and width of a terminal; nothing of that in a pipe.
struct Style {
    /// What a thing is like, and so its colour.
    enum Tone {
        case good, moving, warning, bad, faint, strong
    }

    /// Whether it is for a person's eyes: a terminal.
    let isTerminal: Bool
    /// Whether escape codes may stand in it.
    let hasColour: Bool
    /// Whether symbols beyond ASCII may stand in it.
    let hasSymbols: Bool
    /// The width in columns; nil where lines may be as long as they like.
    let columns: Int?

    /// The style that suits descriptor `raw`. `isPlain`: without colour in any case.
    init(of raw: Int32, isPlain: Bool) {
        isTerminal = Terminal.isTerminal(raw)
        let isDumb = Places.variable("TERM") == "dumb"
        hasColour = isTerminal && !isPlain && !isDumb && Places.variable("NO_COLOR") == nil
        hasSymbols = isTerminal && !isDumb && Self.isUnicode
        columns = isTerminal ? max(Terminal.columns(raw) ?? 80, 40) : nil
    }

    /// `text` in the colour of `tone`.
    func paint(_ text: String, _ tone: Tone?) -> String {
        guard hasColour, let tone, !text.isEmpty else { return text }
        let code =
            switch tone {
            case .good: "32"
            case .moving: "36"
            case .warning: "33"
            case .bad: "31"
            case .faint: "2"
            case .strong: "1"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// The `index`th of several names, so that each has a colour of its own as long as there are enough.
    func paintName(_ text: String, _ index: Int) -> String {
        let codes = ["36", "33", "35", "32", "34", "31", "96", "93", "95", "92", "94", "91"]
        return hasColour ? "\u{1B}[\(codes[index % codes.count])m\(text)\u{1B}[0m" : text
    }

    /// What stands where a line was cut.
    var ellipsis: String { hasSymbols ? "…" : "..." }

    /// `text` in at most `width` columns.
    func cut(_ text: String, _ width: Int) -> String { TextWidth.cut(text, width, ellipsis: ellipsis) }

    /// A locale that is set and says nothing of UTF-8 has no more than ASCII; one that is not set says nothing.
    private static var isUnicode: Bool {
        guard let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(Places.variable).first else { return true }
        let word = locale.lowercased()
        return word.hasSuffix("utf-8") || word.hasSuffix("utf8") || word.contains("utf-8@") || word.contains("utf8@")
    }
}
