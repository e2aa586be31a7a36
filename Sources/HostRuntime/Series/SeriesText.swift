// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// Series as they lie in the store: for each its name, the minute of its first point since 1970, and a value a minute,
/// with a dot for a minute in which nothing was seen. Wall time means the same after a boot.
nonisolated enum SeriesText {
    private static let minuteMilliseconds: Int64 = 60_000
    /// Of each series so many minutes, of so many series, whatever the text says.
    private static let minutesLimit = 1440
    private static let seriesLimit = 200

    /// The text of these series, the points of each in order.
    static func text(_ series: [String: [SampleSeries.Point]], _ clock: WallClock) -> String {
        var text = ""
        for (name, points) in series.sorted(by: { $0.key < $1.key }).prefix(seriesLimit) where !name.contains("\n") {
            let minutes = points.map { minute(of: $0, clock) }
            guard let last = minutes.last else { continue }
            // A day, whatever lies before it.
            var words: [String] = []
            var next: Int64?
            for (minute, point) in zip(minutes, points) where last - minute < minutesLimit && minute >= next ?? minute {
                if next == nil { words.append("\(minute)") }
                for _ in (next ?? minute)..<minute { words.append(".") }
                words.append(number(point.value))
                next = minute + 1
            }
            text += "\(name)\n\(words.joined(separator: " "))\n"
        }
        return text
    }

    private static func minute(of point: SampleSeries.Point, _ clock: WallClock) -> Int64 {
        (clock.wall(point.at).milliseconds + minuteMilliseconds / 2) / minuteMilliseconds
    }

    /// What such a text says, without what lies in the future, as after a clock that was set; of what is no such text
    /// nothing.
    static func series(_ text: String, _ clock: WallClock, at now: Instant) -> [String: [SampleSeries.Point]] {
        let lines = text.split(separator: "\n")
        var series: [String: [SampleSeries.Point]] = [:]
        for index in stride(from: 0, to: min(lines.count, 2 * seriesLimit) - 1, by: 2) {
            let words = lines[index + 1].split(separator: " ")
            guard let start = words.first.flatMap({ Int32($0) }) else { continue }
            let points = words.dropFirst().prefix(minutesLimit).enumerated().compactMap { minute, word in
                Double(word).map {
                    let milliseconds = (Int64(start) + Int64(minute)) * minuteMilliseconds
                    return SampleSeries.Point(at: clock.instant(wallMilliseconds: milliseconds), value: $0)
                }
            }
            series[String(lines[index])] = points.filter { $0.value.isFinite && $0.at <= now }
        }
        return series
    }

    /// To a thousandth; whole numbers as such.
    private static func number(_ value: Double) -> String {
        let rounded = (value * 1000).rounded() / 1000
        return Int64(exactly: rounded).map { "\($0)" } ?? "\(rounded)"
    }
}
