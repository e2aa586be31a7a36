// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// The names of rotated files: the UTC time of the rotation, `20261124T131502.123456Z`, so that they sort by time.
enum RotatedName {
    /// What a compressed file has behind `NAME.log`.
    static let compressedEnding = ".zst"

    /// The name for `microseconds` since 1970.
    static func text(_ microseconds: Int64) -> String {
        var seconds = time_t(microseconds / 1_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1, 2) + digits(parts.tm_mday, 2)
        let time = digits(parts.tm_hour, 2) + digits(parts.tm_min, 2) + digits(parts.tm_sec, 2)
        return date + "T" + time + "." + digits(Int32(microseconds % 1_000_000), 6) + "Z"
    }

    /// A name for now that sorts behind `last`, also when the clock was set back.
    static func next(after last: String?, wallMicroseconds: Int64) -> String {
        let name = text(wallMicroseconds)
        guard let last, name <= last else { return name }
        return following(last)
    }

    /// The rotated names in a folder without their endings, oldest first. Files that somebody else put there are none.
    static func list(_ folder: String) throws(SystemError) -> [String] {
        pick(from: try Files.list(folder))
    }

    /// Those of the sorted names of files that are rotated ones, compressed or not, without their endings.
    static func pick(from files: [String]) -> [String] {
        var names: [String] = []
        for file in files where file.hasSuffix(".log") || file.hasSuffix(".log" + compressedEnding) {
            // Both are there for a moment.
            if let name = base(of: file), names.last != name { names.append(name) }
        }
        return names
    }

    /// The name that a file of a rotation has before its ending, be it the log, its index or what compressing leaves;
    /// nil for files of others.
    static func base(of file: String) -> String? {
        let name = String(file.prefix(shape.utf8.count))
        let ending = file.dropFirst(name.count)
        guard isRight(name) else { return nil }
        return endings.contains(String(ending)) ? name : nil
    }

    /// The time that a name says, in microseconds since 1970.
    static func microseconds(of name: String) -> Int64 {
        let digits = name.utf8.filter { $0 != UInt8(ascii: "T") && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "Z") }
        func number(_ range: Range<Int>) -> Int32 {
            digits[range].reduce(0) { $0 * 10 + Int32($1) - Int32(UInt8(ascii: "0")) }
        }
        guard digits.count == 20 else { return 0 }
        var parts = tm()
        parts.tm_year = number(0..<4) - 1900
        parts.tm_mon = number(4..<6) - 1
        parts.tm_mday = number(6..<8)
        parts.tm_hour = number(8..<10)
        parts.tm_min = number(10..<12)
        parts.tm_sec = number(12..<14)
        return Int64(timegm(&parts)) * 1_000_000 + Int64(number(14..<20))
    }

    /// What the files of one rotation have behind their name.
    static let endings = [
        ".log", ".log" + compressedEnding, ".log" + compressedEnding + Compression.temporaryEnding, ".idx",
    ]

    private static let shape = "00000000T000000.000000Z"

    /// Whether a name is one of ours.
    static func isRight(_ name: String) -> Bool {
        let shape = shape.utf8
        let zero = UInt8(ascii: "0")
        return name.utf8.count == shape.count
            && zip(name.utf8, shape).allSatisfy { byte, wanted in
                wanted == zero ? (zero...UInt8(ascii: "9")).contains(byte) : byte == wanted
            }
    }

    /// The next name in order: the last one counted up as a number, its digits taken together.
    private static func following(_ name: String) -> String {
        var bytes = Array(name.utf8)
        var index = bytes.count - 1
        while index >= 0 {
            let byte = bytes[index]
            if (UInt8(ascii: "0")..<UInt8(ascii: "9")).contains(byte) {
                bytes[index] += 1
                break
            }
            if byte == UInt8(ascii: "9") { bytes[index] = UInt8(ascii: "0") }
            index -= 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digits(_ value: Int32, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(width - text.utf8.count, 0)) + text
    }
}
