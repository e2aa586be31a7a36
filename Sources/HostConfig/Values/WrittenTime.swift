// SPDX-License-Identifier: Apache-2.0

/// Times as the configuration writes them ("500ms", "10s", "1m30s"), for command lines.
public enum WrittenTime {
    /// Text that is no such time.
    public struct Wrong: Error, Equatable, Sendable, CustomStringConvertible {
        /// What is wrong, and what would be right in parentheses.
        public let description: String
    }

    /// The time that `text` says; fails when it says none, or one outside `range`.
    public static func read(_ text: String, in range: ClosedRange<Duration>) throws(Wrong) -> Duration {
        let shown = "\(TimeText.text(range.lowerBound)) to \(TimeText.text(range.upperBound))"
        do throws(ValueError) {
            return try TimeText.parse(text, range: range, shownRange: shown)
        } catch {
            throw Wrong(description: error.message)
        }
    }
}
