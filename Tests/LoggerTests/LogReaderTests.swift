// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

@Suite struct LogReaderTests {
    private let place: TemporaryFolder
    private let folder: String
    private let reader: LogReader

    init() throws {
        place = try TemporaryFolder()
        folder = place.path
        reader = LogReader(folder: folder)
    }

    private typealias Parts = [(text: String, at: Int64)]

    /// Writes a rotated file (`number` orders them), each part with its time in the index.
    private func put(_ number: Int, _ parts: Parts) throws {
        try put(parts, "2026112\(number)T000000.000000Z.log", index: "2026112\(number)T000000.000000Z.idx")
    }

    private func putCurrent(_ parts: Parts) throws {
        try put(parts, "current", index: "current.idx")
    }

    private func put(_ parts: Parts, _ name: String, index: String) throws {
        try Files.replace(folder + "/" + name, with: parts.map(\.text).joined().utf8)
        var bytes = IndexEntry.header
        var end: Int64 = 0
        for part in parts {
            end += Int64(part.text.utf8.count)
            var words = IndexEntry(end: end, wallMicroseconds: part.at).words
            bytes += withUnsafeBytes(of: &words) { Array($0) }
        }
        try Files.replace(folder + "/" + index, with: bytes)
    }

    private func texts(_ lines: [LogLine]) -> [String] { lines.map { String(decoding: $0.text, as: UTF8.self) } }

    @Test func aLogThatIsNotThereIsAnErrorAndAnEmptyOneHasNoLines() throws {
        #expect(throws: SystemError.self) { try LogReader(folder: folder + "/none").tail(lines: 1) }
        #expect(try reader.tail(lines: 10).lines.isEmpty)
        #expect(try reader.read(after: .start, limitBytes: 100).next == .start)
    }

    @Test func theTailIsTheLastLinesOverRotations() throws {
        try put(1, [("a\nb\n", 1)])
        try put(2, [("c\n", 2), ("d\n", 3)])
        try putCurrent([("e\n", 4), ("f\n", 5)])
        #expect(try texts(reader.tail(lines: 1).lines) == ["f"])
        #expect(try texts(reader.tail(lines: 2).lines) == ["e", "f"])
        #expect(try texts(reader.tail(lines: 4).lines) == ["c", "d", "e", "f"])
        #expect(try reader.tail(lines: 5).lines.map(\.wallMicroseconds) == [1, 2, 3, 4, 5])
        #expect(try texts(reader.tail(lines: 99).lines) == ["a", "b", "c", "d", "e", "f"])
        #expect(try reader.tail(lines: 0).lines.isEmpty)
        #expect(try [0, 5, 6, 99].map { try reader.tail(lines: $0).isAll } == [false, false, true, true])
    }

    @Test func aLineThatIsNotCompleteIsNoneYet() throws {
        try put(1, [("a\n", 1)])
        try putCurrent([("b\n", 2), ("half", 3)])
        for count in [0, 1, 2, 9] {
            let part = try reader.tail(lines: count)
            #expect(texts(part.lines) == ["a", "b"].suffix(count))
            #expect(part.rest == LogLine(wallMicroseconds: 3, text: Array("half".utf8)))
        }
        #expect(try reader.read(after: .start).rest.map { texts([$0]) } == ["half"])
        let place = try reader.tail(lines: 1).next
        let file = try Descriptor(opening: folder + "/current", O_WRONLY | O_APPEND)
        try file.write(all: " and half\nc\n".utf8)
        let part = try reader.read(after: place)
        #expect(texts(part.lines) == ["half and half", "c"], "whoever goes on there gets it whole, once")
        #expect(part.rest == nil)
    }

    @Test func theTailHasNoMoreTextThanItsLimitAndNoPartsOfLines() throws {
        try put(1, [((1...9).map { "line \($0)\n" }.joined(), 1)])
        try putCurrent([("the last\n", 2)])
        let part = try reader.tail(lines: 5, limitBytes: 9 + 7 + 7 + 3)
        #expect(texts(part.lines) == ["line 8", "line 9", "the last"])
        #expect(!part.isAll)
        #expect(try texts(reader.tail(lines: 5, limitBytes: 3).lines) == ["st"], "of a long line its end")
    }

    @Test func theTailOfManyLinesAndOfLongOnes() throws {
        let long = String(repeating: "x", count: 200_000)
        try putCurrent([((1...30_000).map { "\($0)\n" }.joined() + long + "\n", 1)])
        #expect(try texts(reader.tail(lines: 20_001).lines) == (10_001...30_000).map(String.init) + [long])
        #expect(try texts(reader.tail(lines: 1).lines) == [long])
    }

    @Test func readingGoesOnBehindTheTail() throws {
        try putCurrent([("a\n", 1)])
        let place = try reader.tail(lines: 1).next
        #expect(try reader.read(after: place, limitBytes: 100).lines.isEmpty)
        let file = try Descriptor(opening: folder + "/current", O_WRONLY | O_APPEND)
        try file.write(all: "b\nc".utf8)
        let part = try reader.read(after: place, limitBytes: 100)
        #expect(texts(part.lines) == ["b"], "the rest is no line yet")
        let next = part.next
        try file.write(all: "c\n".utf8)
        #expect(try texts(reader.read(after: next, limitBytes: 100).lines) == ["cc"])
    }

    @Test func aCursorOutlivesRotation() throws {
        try putCurrent([("a\nb\n", 1)])
        let place = try reader.tail(lines: 1).next
        try Files.replace(folder + "/current", with: "a\nb\nc\nd\n".utf8)
        let kept = LogCursor(inode: try inode("current"), offset: place.offset)
        try Rotation.giveName("20261121T000000.000000Z", in: folder)
        try putCurrent([("e\n", 2)])
        let part = try reader.read(after: kept, limitBytes: 100)
        #expect(texts(part.lines) == ["c", "d", "e"])
        let next = part.next
        let index = try inode("current.idx")
        #expect(next == LogCursor(inode: index, offset: 2), "which stays, whatever becomes of the file")
        #expect(LogCursor(next.description) == next)
    }

    @Test func whenTheFileOfACursorIsGoneItGoesOnAtTheOldest() throws {
        try put(1, [("a\n", 1)])
        try putCurrent([("b\n", 2)])
        #expect(try texts(reader.read(after: LogCursor(inode: 1, offset: 500), limitBytes: 100).lines) == ["a", "b"])
    }

    @Test func aFileThatWasCutOffIsReadFromItsBeginning() throws {
        try putCurrent([("new\n", 1)])
        let place = LogCursor(inode: try inode("current"), offset: 1000)
        #expect(try texts(reader.read(after: place, limitBytes: 100).lines) == ["new"])
    }

    @Test func theLimitHoldsAndNothingIsLeftOut() throws {
        try put(1, [((1...50).map { "line \($0)\n" }.joined(), 1)])
        try putCurrent([((51...100).map { "line \($0)\n" }.joined(), 2)])
        var place = LogCursor.start
        var all: [String] = []
        while true {
            let part = try reader.read(after: place, limitBytes: 40)
            #expect(part.lines.reduce(0) { $0 + $1.text.count + 1 } <= 40)
            all += texts(part.lines)
            place = part.next
            if part.isAll { break }
        }
        #expect(all == (1...100).map { "line \($0)" })
    }

    @Test func theLimitOfLinesHoldsAndNothingIsLeftOut() throws {
        try put(1, [((1...50).map { "\($0)\n" }.joined(), 1)])
        try putCurrent([((51...100).map { "\($0)\n" }.joined() + "rest", 2)])
        var place = LogCursor.start
        var counts: [Int] = []
        var all: [String] = []
        while true {
            let part = try reader.read(after: place, limitLines: 30)
            counts.append(part.lines.count)
            all += texts(part.lines)
            place = part.next
            #expect(part.isAll == (part.rest != nil))
            if part.isAll { break }
        }
        #expect(counts == [30, 30, 30, 10])
        #expect(all == (1...100).map(String.init))
    }

    @Test func aPlaceIsFoundByTime() throws {
        try put(1, [("a\nb\n", 10), ("c\n", 20)])
        try put(2, [("d\ne", 30), ("e\nf\n", 40)])
        try putCurrent([("g\n", 50), ("ha", 60)])
        let found = { (time: Int64) in
            try texts(reader.read(after: reader.place(since: time)).lines).joined()
        }
        #expect(try [0, 10].map(found) == ["abcdeefg", "abcdeefg"])
        #expect(try [11, 20].map(found) == ["cdeefg", "cdeefg"])
        #expect(try found(30) == "deefg")
        #expect(try found(31) == "eefg", "a line had arrived when its end had")
        #expect(try found(50) == "g")
        #expect(try found(51) == "", "the beginning of a line that is not complete")
        #expect(try reader.read(after: reader.place(since: 51)).rest.map { texts([$0]) } == ["ha"])
        #expect(try reader.read(after: reader.place(since: .max)).rest.map { texts([$0]) } == ["ha"])
        let empty = try TemporaryFolder()
        #expect(try LogReader(folder: empty.path).place(since: 0) == .start)
    }

    @Test func withoutAnIndexThePlaceGoesByTheTimeOfTheFile() throws {
        try Files.replace(folder + "/current", with: "a\nb\n".utf8)
        #expect(try texts(reader.read(after: reader.place(since: 1)).lines) == ["a", "b"])
        #expect(try reader.read(after: reader.place(since: .max)).lines.isEmpty)
    }

    @Test func aLineThatIsLongerThanTheLimitComesInParts() throws {
        try putCurrent([("ab\n0123456789\ncd\n", 1)])
        var place = LogCursor.start
        var all: [String] = []
        for _ in 0..<6 {
            let part = try reader.read(after: place, limitBytes: 4)
            all += texts(part.lines)
            place = part.next
        }
        #expect(all == ["ab", "0123", "4567", "89", "cd"])
    }

    @Test func aLineThatRotationCutComesInTwo() throws {
        try put(1, [("a\nbeg", 1)])
        try putCurrent([("in\nb\n", 2)])
        #expect(try texts(reader.read(after: .start, limitBytes: 100).lines) == ["a", "beg", "in", "b"])
        #expect(try texts(reader.tail(lines: 3).lines) == ["beg", "in", "b"])
    }

    @Test(arguments: ["", ":", "1", "1:", ":1", "-1:2", "1:2:3", "a:b"])
    func whatIsNoCursorIsRefused(_ text: String) {
        #expect(LogCursor(text) == nil)
    }

    @Test func theLastLineIsTheOneBeforeTheEnd() throws {
        try putCurrent([("start\n", 10), ("Error: listen EADDRINUSE :::18789\n \t\r\n\n", 20)])
        let line = try reader.lastLine(since: 15, limitBytes: 4096)
        #expect(line == LogLine(wallMicroseconds: 20, text: Array("Error: listen EADDRINUSE :::18789".utf8)))
        #expect(try reader.lastLine(since: 20, limitBytes: 4096) == line)
        #expect(try reader.lastLine(since: 21, limitBytes: 4096) == nil, "what came before is somebody else's")
    }

    @Test func theLastLineNeedsNoNewlineAndMayStandInARotatedFile() throws {
        try put(1, [("a\nkilled in the mid", 5)])
        try putCurrent([("\n", 6)])
        #expect(try reader.lastLine(since: 0, limitBytes: 4096).map { texts([$0]) } == ["killed in the mid"])
        try putCurrent([("dle", 7)])
        #expect(try reader.lastLine(since: 0, limitBytes: 4096).map { texts([$0]) } == ["dle"])
        try putCurrent([])
        #expect(try reader.lastLine(since: 6, limitBytes: 4096) == nil)
    }

    @Test func ofALastLineBeyondTheLimitItsEndIsTaken() throws {
        try putCurrent([("first\n", 1), ("0123456789\n", 2)])
        #expect(try reader.lastLine(since: 0, limitBytes: 5).map { texts([$0]) } == ["6789"])
        try putCurrent([("first" + String(repeating: "\n", count: 10), 1)])
        #expect(try reader.lastLine(since: 0, limitBytes: 10) == nil)
    }

    private func inode(_ name: String) throws -> UInt64 {
        let file = try Descriptor(opening: folder + "/" + name, O_RDONLY)
        return try FileStatus(of: file.raw).inode
    }
}
