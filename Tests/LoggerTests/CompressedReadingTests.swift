// SPDX-License-Identifier: Apache-2.0

import CZstd
import Glibc
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// Reading files that have been compressed, and while they are.
@Suite struct CompressedReadingTests {
    private let place: TemporaryFolder
    private let folder: String
    private let reader: LogReader

    init() throws {
        place = try TemporaryFolder()
        folder = place.path
        reader = LogReader(folder: folder)
    }

    private func name(_ number: Int) -> String { RotatedName.text(Int64(number) * 1_000_000) }

    /// Lines `range` with an index entry each, the line `n` at `n` seconds.
    private func put(_ range: ClosedRange<Int>, as log: String, index: String, padding: Int = 0) throws {
        var bytes: [UInt8] = []
        var entries = IndexEntry.header
        for number in range {
            bytes += "line \(number) \(String(repeating: "x", count: padding))\n".utf8
            var words = IndexEntry(end: Int64(bytes.count), wallMicroseconds: Int64(number) * 1_000_000).words
            entries += withUnsafeBytes(of: &words) { Array($0) }
        }
        try Files.replace(folder + "/" + log, with: bytes)
        try Files.replace(folder + "/" + index, with: entries)
    }

    /// A rotated file that ended with the last of these lines.
    private func put(_ range: ClosedRange<Int>, padding: Int = 0, isCompressed: Bool = true) throws {
        let name = name(range.upperBound)
        try put(range, as: name + ".log", index: name + ".idx", padding: padding)
        if isCompressed { try Compression.compress("\(folder)/\(name).log") }
    }

    private func numbers(_ lines: [LogLine]) -> [Int] {
        lines.map { line in
            Int(String(decoding: line.text, as: UTF8.self).split(separator: " ").dropFirst().first ?? "") ?? -1
        }
    }

    /// All lines behind a place, in parts.
    private func readAll(after start: LogCursor, limitBytes: Int = 100_000) throws -> [Int] {
        var place = start
        var found: [Int] = []
        while true {
            let part = try reader.read(after: place, limitBytes: limitBytes)
            found += numbers(part.lines)
            place = part.next
            if part.isAll { return found }
        }
    }

    @Test func compressedFilesAreReadInOrderWithTheOthers() throws {
        try put(1...20_000, padding: 100)
        try put(20_001...30_000, padding: 100)
        try put(30_001...30_010, isCompressed: false)
        try put(30_011...30_020, as: "current", index: "current.idx")
        #expect(try readAll(after: .start) == Array(1...30_020))
        #expect(try numbers(reader.tail(lines: 25).lines) == Array(29_996...30_020))
        let tail = try reader.tail(lines: 10_000)
        #expect(numbers(tail.lines) == Array(20_021...30_020))
        #expect(tail.lines.first?.wallMicroseconds == 20_021_000_000)
    }

    @Test(arguments: [1, 2, 9_999, 10_000, 10_001, 25_000, 30_000])
    func aTimeIsFoundInThem(second: Int) throws {
        try put(1...10_000, padding: 100)
        try put(10_001...20_000, padding: 100)
        try put(20_001...30_000, as: "current", index: "current.idx")
        let found = try reader.place(since: Int64(second) * 1_000_000)
        #expect(try numbers(reader.read(after: found, limitLines: 3).lines) == Array(Array(second...30_000).prefix(3)))
    }

    @Test func whatEndedBeforeTheTimeIsNotEvenOpened() throws {
        try put(1...10)
        try put(11...20)
        try put(21...30, as: "current", index: "current.idx")
        // No file that could be read: a folder.
        try Files.remove("\(folder)/\(name(10)).log.zst")
        try Files.makeFolder("\(folder)/\(name(10)).log.zst")
        #expect(try numbers(reader.read(after: reader.place(since: 15_000_000)).lines) == Array(15...30))
    }

    @Test func aCursorStaysValidWhileItsFileIsRotatedAndCompressed() throws {
        try put(1...10, as: "current", index: "current.idx")
        let part = try reader.read(after: .start, limitLines: 4)
        #expect(numbers(part.lines) == Array(1...4))
        try Rotation.giveName(name(10), in: folder)
        #expect(try numbers(reader.read(after: part.next).lines) == Array(5...10), "before there is a new one")
        try put(11...12, as: "current", index: "current.idx")
        #expect(try readAll(after: part.next) == Array(5...12))
        try Compression.compress("\(folder)/\(name(10)).log")
        #expect(try readAll(after: part.next) == Array(5...12))
    }

    @Test func betweenTheTwoRenamesOfARotationTheCursorStaysValid() throws {
        try put(1...10, as: "current", index: "current.idx")
        let part = try reader.read(after: .start, limitLines: 4)
        try Files.move(folder + "/current", to: "\(folder)/\(name(10)).log")
        #expect(try numbers(reader.read(after: part.next).lines) == Array(5...10))
    }

    @Test func whileBothAreThereEachLineCountsOnce() throws {
        try put(1...10, isCompressed: false)
        let plain = try Files.read("\(folder)/\(name(10)).log")
        try Compression.compress("\(folder)/\(name(10)).log")
        try Files.replace("\(folder)/\(name(10)).log", with: plain)
        try put(11...12, as: "current", index: "current.idx")
        #expect(try readAll(after: .start) == Array(1...12))
    }

    @Test func aFileThatIsCompressedBetweenListAndReadIsFound() throws {
        try put(1...10, isCompressed: false)
        try put(11...12, as: "current", index: "current.idx")
        let files = try LogFileList.open(folder)
        try Compression.compress("\(folder)/\(name(10)).log")
        #expect(try files.first?.read(at: 0, count: 7) == Array("line 1 ".utf8))
    }

    @Test(arguments: [1, 9, 20, 40])
    func withoutAWholeSeekTableAllIsReadAllTheSame(cut: Int) throws {
        try put(1...20_000, padding: 100)
        let path = "\(folder)/\(name(20_000)).log.zst"
        let bytes = try Files.read(path, limit: 64 << 20)
        try Files.replace(path, with: bytes.dropLast(cut))
        try put(20_001...20_002, as: "current", index: "current.idx")
        #expect(try readAll(after: .start) == Array(1...20_002))
    }

    @Test func aTableThatSaysSomethingElseIsNotBelieved() throws {
        try put(1...20_000, padding: 100)
        let path = "\(folder)/\(name(20_000)).log.zst"
        var bytes = try Files.read(path, limit: 64 << 20)
        // The compressed size of the first frame.
        bytes[bytes.count - 9 - 3 * 8 + 3] = 0x70
        try Files.replace(path, with: bytes)
        try put(20_001...20_002, as: "current", index: "current.idx")
        #expect(try readAll(after: .start) == Array(1...20_002))
    }

    @Test func aSingleLongFrameOfAnotherProgramIsRead() throws {
        try put(1...20_000, padding: 100, isCompressed: false)
        let path = "\(folder)/\(name(20_000)).log"
        let content = try Files.read(path, limit: 64 << 20)
        let room = ZSTD_compressBound(content.count)
        let packed = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            count = ZSTD_compress(buffer.baseAddress, room, content, content.count, 3)
        }
        try Files.replace(path + ".zst", with: packed)
        try Files.remove(path)
        try put(20_001...20_002, as: "current", index: "current.idx")
        #expect(try readAll(after: .start, limitBytes: 1 << 20) == Array(1...20_002))
        #expect(try numbers(reader.tail(lines: 3).lines) == Array(20_000...20_002))
    }

    @Test func aDamagedFrameCostsItsOwnLinesAndIsSaid() throws {
        try put(1...30_000, padding: 100)
        let path = "\(folder)/\(name(30_000)).log.zst"
        var bytes = try Files.read(path, limit: 64 << 20)
        let second = try secondFrame(of: bytes)
        for offset in second + 20..<second + 60 { bytes[offset] ^= 0x55 }
        try Files.replace(path, with: bytes)
        try put(30_001...30_002, as: "current", index: "current.idx")
        var place = LogCursor.start
        var texts: [String] = []
        for _ in 0..<1000 {
            let part = try reader.read(after: place, limitBytes: 100_000)
            texts += part.texts
            place = part.next
            if part.isAll { break }
        }
        let notes = texts.filter { $0.hasPrefix("hostd: ") }
        #expect(notes == ["hostd: 1048576 bytes of this log are damaged"])
        #expect(texts.first?.hasPrefix("line 1 ") == true && texts.last == "line 30002 ")
        #expect(texts.count > 18_000, "two of three frames and more")
        #expect(try reader.tail(lines: 5).texts.last == "line 30002 ")
    }

    private func secondFrame(of bytes: [UInt8]) throws -> Int {
        let size = bytes.withUnsafeBytes { ZSTD_findFrameCompressedSize($0.baseAddress, $0.count) }
        try #require(ZSTD_isError(size) == 0)
        return size
    }
}
