// SPDX-License-Identifier: Apache-2.0

/// Why the bytes of a time zone are none.
public struct TimeZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) {
        self.description = description
    }
}

extension TimeZoneRules {
    /// No file is larger: the largest of the time zone database has 4 KiB.
    public static let fileLimitBytes = 1 << 16
    /// The rule at the end of a file is spelled out up to this year.
    static let lastYear = 2199

    /// Reads the bytes of a file of /usr/share/zoneinfo (RFC 8536): the 64-bit part of version 2 or later, and the rule
    /// for the time after it.
    public init(file bytes: [UInt8]) throws(TimeZoneError) {
        var first = try Header(bytes, at: 0)
        guard first.version >= 2 else { throw TimeZoneError("the file is of version 1, which has no 64-bit times") }
        first = try Header(bytes, at: first.end(timeSize: 4))
        let end = first.end(timeSize: 8)
        guard end <= bytes.count else { throw TimeZoneError("the file ends too early") }
        var reader = Bytes(bytes: bytes, next: first.start)
        let times = (0..<first.times).map { _ in reader.integer(8) }
        let kinds = (0..<first.times).map { _ in Int(reader.integer(1) & 0xFF) }
        let offsets = (0..<first.types).map { _ in
            let offset = reader.integer(4)
            reader.next += 2
            return offset
        }
        guard let start = offsets.first, kinds.allSatisfy(offsets.indices.contains),
            offsets.allSatisfy({ (-86_400...86_400).contains($0) })
        else { throw TimeZoneError("the file names offsets that it does not have, or that no clock has") }
        guard zip(times, times.dropFirst()).allSatisfy(<) else { throw TimeZoneError("its times are out of order") }
        let changes = zip(times, kinds).map { Change(seconds: $0, offset: offsets[$1]) }
        let footer = bytes[end...].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard footer.count >= 3 else { throw TimeZoneError("the rule at its end is missing") }
        let rule = String(decoding: footer[1], as: UTF8.self)
        guard !rule.isEmpty else {
            self.init(first: start, changes: changes)
            return
        }
        let tail = try PosixTimeZone(parsing: rule)
        let last = changes.last?.seconds ?? .min
        let further = tail.changes(through: Self.lastYear).filter { $0.seconds > last }
        self.init(first: changes.isEmpty && further.isEmpty ? tail.standard : start, changes: changes + further)
    }

    /// The counts at the beginning of each part.
    private struct Header {
        let version: Int
        let start: Int
        let times: Int
        let types: Int
        private let flags: Int
        private let leaps: Int
        private let letters: Int

        init(_ bytes: [UInt8], at start: Int) throws(TimeZoneError) {
            guard bytes.count <= fileLimitBytes, bytes.count >= start + 44,
                bytes[start..<start + 4].elementsEqual("TZif".utf8)
            else { throw TimeZoneError("this is no file of a time zone") }
            let mark = bytes[start + 4]
            version = mark == 0 ? 1 : Int(mark) - Int(UInt8(ascii: "0"))
            var reader = Bytes(bytes: bytes, next: start + 20)
            let counts = (0..<6).map { _ in Int(reader.integer(4)) }
            guard counts.allSatisfy({ (0...fileLimitBytes).contains($0) }) else {
                throw TimeZoneError("its counts are out of range")
            }
            flags = counts[0] + counts[1]
            leaps = counts[2]
            times = counts[3]
            types = counts[4]
            letters = counts[5]
            self.start = start + 44
        }

        func end(timeSize: Int) -> Int {
            start + times * (timeSize + 1) + types * 6 + letters + leaps * (timeSize + 4) + flags
        }
    }

    /// Numbers with the highest byte first.
    private struct Bytes {
        let bytes: [UInt8]
        var next: Int

        mutating func integer(_ size: Int) -> Int64 {
            defer { next += size }
            var bits: UInt64 = 0
            for index in next..<next + size { bits = bits << 8 | UInt64(bytes[index]) }
            let unused = UInt64(64 - size * 8)
            return Int64(bitPattern: bits << unused) >> Int64(unused)
        }
    }
}
