// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostLinux
internal import HostWire

/// A point of time as people write it on a command line.
enum PointInTime {
    private static let shapes =
        "\"10m\" ago, \"09:30\", \"2026-05-18\", \"2026-05-18 09:30\" or \"2026-05-18T09:30:00Z\""

    /// The point that `text` says, seen from `now`; fails with what would be right.
    static func read(_ text: String, now: WallTime) throws(Failure) -> WallTime {
        if let time = WallTime(text) { return time }
        if let local = local(text, now: now) { return local }
        let isSpan = text.first?.isNumber == true && text.last?.isLetter == true
        guard isSpan else { throw .usage("\"\(CleanText.of(text))\" is no time (\(shapes))") }
        do throws(WrittenTime.Wrong) {
            let span = try WrittenTime.read(text, in: .zero...(.seconds(36_525 * 86_400)))
            return WallTime(milliseconds: now.milliseconds - span.components.seconds * 1000)
        } catch {
            throw .usage("\(error)")
        }
    }

    /// `2026-05-18`, `2026-05-18 09:30[:00]`, or `09:30[:00]`: the newest time of day of that kind.
    private static func local(_ text: String, now: WallTime) -> WallTime? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2 else { return nil }
        if parts.count == 1, let clock = numbers(first, ":", 2...3) {
            let today = LocalTime(wallMilliseconds: now.milliseconds)
            let atThatTime = at([today.year, today.month, today.day], clock)
            guard let atThatTime, atThatTime > now else { return atThatTime }
            let before = LocalTime(wallMilliseconds: now.milliseconds - 86_400_000)
            return at([before.year, before.month, before.day], clock)
        }
        guard let day = numbers(first, "-", 3...3) else { return nil }
        guard parts.count == 2 else { return at(day, [0, 0]) }
        return numbers(parts[1], ":", 2...3).flatMap { at(day, $0) }
    }

    private static func at(_ day: [Int], _ clock: [Int]) -> WallTime? {
        let second = clock.count > 2 ? clock[2] : 0
        return LocalTime(
            year: day[0], month: day[1], day: day[2], hour: clock[0], minute: clock[1], second: second
        ).wallMilliseconds.map { WallTime(milliseconds: $0) }
    }

    /// Numbers of at most four digits between separators; nil for anything else.
    private static func numbers(_ text: Substring, _ separator: Character, _ count: ClosedRange<Int>) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard count.contains(parts.count) else { return nil }
        let numbers = parts.compactMap { part -> Int? in
            (1...4).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
        }
        return numbers.count == parts.count ? numbers : nil
    }
}
