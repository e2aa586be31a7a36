// SPDX-License-Identifier: Apache-2.0

/// Times as text: RFC 3339 in UTC with milliseconds, `2026-05-18T09:30:00.125Z`, 24 bytes always.
enum Stamp {
    static let size = 24
    private static let shape = Array("0000-00-00T00:00:00.000Z".utf8)

    /// The text for `microseconds` since 1970.
    static func text(_ microseconds: Int64) -> String {
        var bytes = [UInt8](repeating: 0, count: size)
        bytes.withUnsafeMutableBytes { write(microseconds, to: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes the text into the first `size` bytes of `space`. Years that have no four digits become 1970 or 9999.
    static func write(_ microseconds: Int64, to space: UnsafeMutableRawBufferPointer) {
        let milliseconds = min(max(microseconds / 1000, 0), 253_402_300_799_999)
        let (days, time) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        let (year, month, day) = civil(days)
        space.copyBytes(from: shape)
        put(year, 4, at: 0, in: space)
        put(month, 2, at: 5, in: space)
        put(day, 2, at: 8, in: space)
        put(time / 3_600_000, 2, at: 11, in: space)
        put(time / 60_000 % 60, 2, at: 14, in: space)
        put(time / 1000 % 60, 2, at: 17, in: space)
        put(time % 1000, 3, at: 20, in: space)
    }

    private static func put(_ value: Int64, _ width: Int, at offset: Int, in space: UnsafeMutableRawBufferPointer) {
        var rest = value
        for index in (offset..<offset + width).reversed() {
            space[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    /// The date of a day counted from 1970. Years are taken from March on, so that a leap day is the last of its year.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
