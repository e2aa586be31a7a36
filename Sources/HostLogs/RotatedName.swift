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
        for file in files {
            let plain = file.hasSuffix(compressedEnding) ? file.dropLast(compressedEnding.count) : file[...]
            guard plain.hasSuffix(".log") else { continue }
            let name = String(plain.dropLast(4))
            // Both are there for a moment.
            if isRight(name), names.last != name { names.append(name) }
        }
        return names
    }

    /// Whether a name is one of ours.
    static func isRight(_ name: String) -> Bool {
        let shape = "00000000T000000.000000Z".utf8
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
