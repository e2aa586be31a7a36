// SPDX-License-Identifier: Apache-2.0

/// A point of wall time, written as RFC 3339 in UTC with milliseconds: `2026-05-18T09:30:00.125Z`.
public struct WallTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
    public var milliseconds: Int64

    /// The years that RFC 3339 can write: 0001 to 9999.
    private static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// The point `milliseconds` after 1970; cut to the years 0001 to 9999.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound)
    }

    /// Earlier is less.
    public static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }

    /// The RFC 3339 text.
    public var description: String { text }

    /// The RFC 3339 text.
    public var text: String {
        let day = milliseconds.flooringDivision(by: 86_400_000)
        let rest = milliseconds - day * 86_400_000
        let date = CivilDate(daysSince1970: day)
        // Byte by byte: a status of a thousand services has thousands of these.
        return String(unsafeUninitializedCapacity: 24) { bytes in
            Self.put(date.year, 4, into: bytes, at: 0, then: "-")
            Self.put(date.month, 2, into: bytes, at: 5, then: "-")
            Self.put(date.day, 2, into: bytes, at: 8, then: "T")
            Self.put(rest / 3_600_000, 2, into: bytes, at: 11, then: ":")
            Self.put(rest / 60_000 % 60, 2, into: bytes, at: 14, then: ":")
            Self.put(rest / 1000 % 60, 2, into: bytes, at: 17, then: ".")
            Self.put(rest % 1000, 3, into: bytes, at: 20, then: "Z")
            return 24
        }
    }

    /// Reads an RFC 3339 text: any offset, any number of digits of a second (cut to milliseconds), also a leap second
    /// (read as the second after it). Nil for anything else.
    public init?(_ text: String) {
        var digits = Scanner(Array(text.utf8))
        guard let year = digits.number(4), digits.skip("-"), let month = digits.number(2), digits.skip("-"),
            let day = digits.number(2), digits.skip("Tt "), let hour = digits.number(2), digits.skip(":"),
            let minute = digits.number(2), digits.skip(":"), let second = digits.number(2)
        else { return nil }
        guard (1...12).contains(month), (1...CivilDate.days(inMonth: month, of: year)).contains(day), year >= 1,
            hour < 24, minute < 60, second < 61, let fraction = digits.fraction(), let offset = digits.offset(),
            digits.isAtEnd
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        self.init(milliseconds: seconds * 1000 + fraction)
    }

    private static func put(
        _ value: Int64, _ width: Int, into bytes: UnsafeMutableBufferPointer<UInt8>, at start: Int,
        then mark: Unicode.Scalar
    ) {
        var value = value
        for index in (start..<(start + width)).reversed() {
            bytes[index] = UInt8(ascii: "0") + UInt8(value % 10)
            value /= 10
        }
        bytes[start + width] = UInt8(ascii: mark)
    }
}

private struct Scanner {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ oneOf: String) -> Bool {
        guard let next = rest.first, oneOf.utf8.contains(next) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int64? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy(Self.isDigit) else { return nil }
        rest.removeFirst(width)
        return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// Milliseconds behind a point; 0 without one.
    mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        let digits = rest.prefix(while: Self.isDigit)
        guard !digits.isEmpty else { return nil }
        rest.removeFirst(digits.count)
        let milliseconds = (digits.prefix(3) + repeatElement(UInt8(ascii: "0"), count: max(0, 3 - digits.count)))
        return milliseconds.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// Minutes east of UTC.
    mutating func offset() -> Int64? {
        if skip("Zz") { return 0 }
        let sign: Int64 = rest.first == UInt8(ascii: "-") ? -1 : 1
        guard skip("+-"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else {
            return nil
        }
        return sign * (hours * 60 + minutes)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
