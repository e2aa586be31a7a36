// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostLogs

/// What is kept in memory while a disk refuses, and what is counted.
@Suite struct SpillTests {
    private func take(_ text: String, at wall: Int64 = 1000, room: Int = .max, into spill: inout Spill) {
        Array(text.utf8).withUnsafeBytes { spill.take($0, at: wall, room: room) }
    }

    /// All that waits for the disk.
    private func rest(_ spill: inout Spill) -> String {
        var text = ""
        while let (bytes, _) = spill.front {
            text += String(decoding: bytes, as: UTF8.self)
            spill.consume(bytes.count)
        }
        return text
    }

    @Test func whatFitsIsKeptAsItCame() throws {
        var spill = try Spill(isInLine: false)
        take("one\ntw", into: &spill)
        take("o\n", into: &spill)
        #expect(spill.count == 8 && spill.loss == nil && !spill.isInLine)
        #expect(rest(&spill) == "one\ntwo\n")
        #expect(spill.usedBytes == 0)
    }

    @Test func linesThatDoNotFitAreCountedWholeAndNothingIsKeptBehindThem() throws {
        var spill = try Spill(isInLine: false)
        take("one\ntwo\nthree\n", at: 5, room: 10, into: &spill)
        take("four\n", at: 9, into: &spill)
        #expect(rest(&spill) == "one\ntwo\n")
        #expect(spill.loss == Loss(lines: 2, bytes: 11, fromMicroseconds: 5, toMicroseconds: 9))
    }

    @Test func theBeginningOfALineThatIsLostGoesWithIt() throws {
        var spill = try Spill(isInLine: false)
        take("one\ntw", at: 5, into: &spill)
        take("o, a long line\nthree", at: 900_000, room: 3, into: &spill)
        #expect(spill.isInLine == true)
        take("\n", at: 900_001, into: &spill)
        #expect(spill.isInLine == false)
        #expect(rest(&spill) == "one\n")
        #expect(spill.loss == Loss(lines: 2, bytes: 23, fromMicroseconds: 5, toMicroseconds: 900_001))
    }

    @Test func aLineWhoseEndNeverComesCountsToo() throws {
        var spill = try Spill(isInLine: false)
        take("no end", room: 0, into: &spill)
        spill.endLine()
        spill.endLine()
        #expect(spill.loss?.lines == 1 && spill.loss?.bytes == 6)
    }

    @Test func noMoreIsKeptThanTheLimit() throws {
        var spill = try Spill(isInLine: false)
        let line = String(repeating: "x", count: 99) + "\n"
        for _ in 0..<20_000 { take(line, into: &spill) }
        let kept = Spill.limitBytes / 100
        #expect(spill.count == kept * 100)
        #expect(spill.loss?.lines == 20_000 - kept && spill.loss?.bytes == (20_000 - kept) * 100)
    }

    @Test func partsKeepTheTimeOfTheirArrival() throws {
        var spill = try Spill(isInLine: false)
        take("one\n", at: 0, into: &spill)
        take("two\n", at: 50_000, into: &spill)
        take("three\n", at: 500_000, into: &spill)
        #expect(spill.front?.wall == 50_000 && spill.front?.bytes.count == 8)
        spill.consume(3)
        #expect(spill.front?.wall == 50_000 && spill.front?.bytes.count == 5)
        spill.consume(5)
        #expect(spill.front?.wall == 500_000)
    }

    @Test func aFloodOfTimesTakesNoMoreRoomThanTheBytes() throws {
        var spill = try Spill(isInLine: false)
        for number in 0..<1000 { take("a\n", at: Int64(number) * 1_000_000, into: &spill) }
        var parts = 0
        while let (bytes, _) = spill.front {
            parts += 1
            spill.consume(bytes.count)
        }
        #expect(parts <= 256)
    }

    @Test func whatNobodyWritesAnyMoreIsLost() throws {
        var spill = try Spill(isInLine: false)
        take("one\ntwo", at: 7, into: &spill)
        spill.giveUp()
        #expect(spill.loss == Loss(lines: 2, bytes: 7, fromMicroseconds: 7, toMicroseconds: 7))
        #expect(spill.count == 0)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_400_007_900, "2000-02-29T00:00:00.007Z"),
        (1_795_526_102_123_456, "2026-11-24T13:15:02.123Z"), (4_107_542_399_999_999, "2100-02-28T23:59:59.999Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"), (-5, "1970-01-01T00:00:00.000Z"),
        (Int64.max, "9999-12-31T23:59:59.999Z"),
    ])
    func aTimeIsWrittenInUTC(_ microseconds: Int64, _ text: String) {
        #expect(Stamp.text(microseconds) == text)
    }
}
