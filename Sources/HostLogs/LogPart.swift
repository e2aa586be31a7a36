// SPDX-License-Identifier: Apache-2.0

/// A part of a log: whole lines, and where they end.
public struct LogPart: Hashable, Sendable {
    /// The lines, oldest first.
    public var lines: [LogLine]
    /// The beginning of a line that was not complete when the end of the log was reached. `next` stands before it:
    /// whoever goes on there gets the whole line once it is.
    public var rest: LogLine?
    /// The place behind the lines.
    public var next: LogCursor
    /// Whether nothing was left out at the end towards which was read.
    public var isAll: Bool

    init(lines: [LogLine] = [], rest: LogLine? = nil, next: LogCursor, isAll: Bool) {
        self.lines = lines
        self.rest = rest
        self.next = next
        self.isAll = isAll
    }
}
