// SPDX-License-Identifier: Apache-2.0

/// How urgent a line of output is, as far as it says so itself: `<4>text` as sd-daemon(3) has it, or a JSON object with
/// a `level`.
public struct LinePriority: Hashable, Sendable {
    /// The syslog priority, 0 (emergency) to 7 (debug).
    public let priority: Int
    /// How many bytes at the beginning say nothing but that.
    public let prefixBytes: Int

    /// What a line says that says nothing of it.
    public static let usual = LinePriority(priority: 6, prefixBytes: 0)

    /// Describes how urgent a line is.
    public init(priority: Int, prefixBytes: Int) {
        self.priority = priority
        self.prefixBytes = prefixBytes
    }

    /// Reads a line without its newline.
    public init(line: UnsafeRawBufferPointer) {
        self = Self.prefixed(line) ?? Self.structured(line) ?? .usual
    }

    private static func prefixed(_ line: UnsafeRawBufferPointer) -> LinePriority? {
        guard line.count >= 3, line[0] == UInt8(ascii: "<"), line[2] == UInt8(ascii: ">"),
            (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(line[1])
        else { return nil }
        return LinePriority(priority: Int(line[1] - UInt8(ascii: "0")), prefixBytes: 3)
    }

    /// The member `level` of the object itself, not of one inside it.
    private static func structured(_ line: UnsafeRawBufferPointer) -> LinePriority? {
        guard line.first == UInt8(ascii: "{") else { return nil }
        var place = 1
        var depth = 1
        while place < line.count {
            switch line[place] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                let text = string(in: line, from: place + 1)
                place = text.end
                let after = skipBlanks(in: line, from: text.end + 1)
                if depth == 1, text.isLevel, after < line.count, line[after] == UInt8(ascii: ":") {
                    let value = priority(in: line, from: skipBlanks(in: line, from: after + 1))
                    return value.map { LinePriority(priority: $0, prefixBytes: 0) }
                }
            default: break
            }
            place += 1
        }
        return nil
    }

    /// Where the string that begins at `start` has its closing quote, and whether it is `level`.
    private static func string(in line: UnsafeRawBufferPointer, from start: Int) -> (end: Int, isLevel: Bool) {
        var end = start
        while end < line.count, line[end] != UInt8(ascii: "\"") {
            end += line[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        end = min(end, line.count)
        return (end, end - start == 5 && line[start..<end].elementsEqual("level".utf8))
    }

    private static func skipBlanks(in line: UnsafeRawBufferPointer, from start: Int) -> Int {
        var place = start
        while place < line.count, line[place] == UInt8(ascii: " ") || line[place] == UInt8(ascii: "\t") { place += 1 }
        return place
    }

    private static func priority(in line: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < line.count else { return nil }
        if line[start] == UInt8(ascii: "\"") {
            let end = string(in: line, from: start + 1).end
            guard end - start <= 16 else { return nil }
            return priority(word: String(decoding: line[(start + 1)..<end], as: UTF8.self).lowercased())
        }
        var number = 0
        var place = start
        while place < line.count, let digit = digit(line[place]), place - start < 6 {
            number = number * 10 + digit
            place += 1
        }
        return place > start ? priority(number: number) : nil
    }

    private static func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }

    /// syslog's own numbers below 8; else those of bunyan and pino: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60
    /// fatal.
    private static func priority(number: Int) -> Int {
        switch number {
        case ..<8: number
        case ..<30: 7
        case ..<40: 6
        case ..<50: 4
        case ..<60: 3
        default: 2
        }
    }

    private static func priority(word: String) -> Int? {
        switch word {
        case "trace", "debug", "verbose", "silly": 7
        case "info", "information", "log", "http": 6
        case "notice": 5
        case "warn", "warning": 4
        case "error", "err": 3
        case "fatal", "critical", "crit": 2
        case "alert": 1
        case "emerg", "emergency", "panic": 0
        default: nil
        }
    }
}
