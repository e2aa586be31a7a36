// SPDX-License-Identifier: Apache-2.0

/// How long somebody asked to wait, as errors say it: "Retry-After: 40", "try again in 1.5s", "retry after 2 minutes".
enum RetryAfter {
    /// No wait is longer.
    static let longest = Duration.seconds(86_400)

    private static let introductions = ["retry-after", "retry after", "try again in", "retry in", "reset after"]
        .map { Array($0.utf8) }

    /// The time that `text` names; nil when it names none.
    static func read(_ text: String) -> Duration? {
        let bytes = TextNeedle.folded(text)
        for introduction in introductions {
            guard let end = end(of: introduction, in: bytes) else { continue }
            if let wait = duration(at: end, in: bytes) { return wait }
        }
        return nil
    }

    /// A number of seconds as a wait; nil when it is none.
    static func seconds(_ value: AgentScalar?) -> Duration? {
        switch value {
        case .integer(let seconds)? where seconds >= 0: bounded(milliseconds: Double(seconds) * 1000)
        case .number(let seconds)? where seconds >= 0: bounded(milliseconds: seconds * 1000)
        case .text(let text)?: duration(at: 0, in: TextNeedle.folded(text))
        default: nil
        }
    }

    private static func end(of word: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= word.count else { return nil }
        return (0...(bytes.count - word.count)).first { bytes[$0..<$0 + word.count].elementsEqual(word) }
            .map { $0 + word.count }
    }

    private static func duration(at start: Int, in bytes: [UInt8]) -> Duration? {
        let isFiller: (UInt8) -> Bool = { " :=\"'".utf8.contains($0) }
        var rest = bytes[start...].drop(while: isFiller)
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
        guard digits.count <= 12, let number = Double(String(decoding: digits, as: UTF8.self)) else { return nil }
        rest = rest[digits.endIndex...].drop(while: isFiller)
        let unit = String(
            decoding: rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }, as: UTF8.self)
        return bounded(milliseconds: number * millisecondsOf(unit))
    }

    private static func millisecondsOf(_ unit: String) -> Double {
        switch unit {
        case "ms", "milliseconds": 1
        case "m", "min", "mins", "minute", "minutes": 60_000
        case "h", "hour", "hours": 3_600_000
        default: 1000
        }
    }

    private static func bounded(milliseconds: Double) -> Duration? {
        guard milliseconds.isFinite, milliseconds >= 0 else { return nil }
        return min(longest, .milliseconds(Int64(min(milliseconds, 1e9).rounded(.up))))
    }
}
