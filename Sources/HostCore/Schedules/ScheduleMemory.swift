// SPDX-License-Identifier: Apache-2.0

/// What has to be remembered of a schedule, so that no time is taken twice or forgotten.
///
/// Due times within `spans` are dealt with: they were submitted, left out, or caught up by a later one. There is one
/// span as long as the clock only goes on; a clock that is put forward begins another, since it may have been wrong.
public struct ScheduleMemory: Hashable, Sendable {
    /// The schedule and its zone as they were written: another one begins anew.
    public let schedule: String
    /// Seconds since 1970, in order, none touching another.
    public private(set) var spans: [ClosedRange<Int64>]

    /// More spans than these are not kept: the oldest two become one.
    static let spanLimit = 16

    /// A schedule that was first seen at `seconds`: nothing before is caught up.
    init(schedule: String, seenAt seconds: Int64) {
        self.schedule = schedule
        spans = [0...max(0, seconds)]
    }

    /// Whether a time is dealt with.
    func covers(_ seconds: Int64) -> Bool { spans.contains { $0.contains(seconds) } }

    /// The end of the span that a time is in.
    func end(covering seconds: Int64) -> Int64? { spans.first { $0.contains(seconds) }?.upperBound }

    /// Notes that a time is dealt with, and with `fromLast` all between the span before and it.
    mutating func note(_ seconds: Int64, fromLast: Bool) {
        var span = seconds...seconds
        if fromLast, let last = spans.last(where: { $0.upperBound < seconds }) {
            span = last.lowerBound...seconds
        }
        spans.removeAll { $0.overlaps(span) }
        spans.append(span)
        spans.sort { $0.lowerBound < $1.lowerBound }
        if spans.count > Self.spanLimit {
            spans.replaceSubrange(0...1, with: [spans[0].lowerBound...spans[1].upperBound])
        }
    }

    /// As text for the store: `0..1796103197 Mon 09:00 Europe/Berlin`.
    public var text: String {
        spans.map { "\($0.lowerBound)..\($0.upperBound)" }.joined(separator: ",") + " " + schedule
    }

    /// Reads what `text` wrote; nil for anything else.
    public init?(text: String) {
        guard let space = text.firstIndex(of: " ") else { return nil }
        schedule = String(text[space...].dropFirst())
        spans = []
        for part in text[..<space].split(separator: ",") {
            let ends = part.split(separator: ".").compactMap { Int64($0) }
            guard ends.count == 2, ends[0] <= ends[1], ends[0] > spans.last?.upperBound ?? -1 else { return nil }
            spans.append(ends[0]...ends[1])
        }
        guard (1...Self.spanLimit).contains(spans.count) else { return nil }
    }
}
