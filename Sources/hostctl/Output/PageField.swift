// SPDX-License-Identifier: Apache-2.0

/// A line of a page: the name of something to the left, what is known of it to the right.
enum PageField {
    /// Where the text begins.
    static let indent = 13

    /// The lines of `text` under `name`; on a terminal it is wrapped to the width.
    static func lines(_ name: String, _ text: String, _ style: Style) -> [String] {
        let head = style.paint(TextWidth.paddedLeft(name, indent - 2), .faint) + "  "
        // A text with colours is short.
        guard let columns = style.columns, !text.contains("\u{1B}"), TextWidth.of(text) + indent > columns else {
            return [head + text]
        }
        return TextWidth.wrapped(text, width: columns - indent).enumerated().map { index, part in
            (index == 0 ? head : String(repeating: " ", count: indent)) + part
        }
    }
}
