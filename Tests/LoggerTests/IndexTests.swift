// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

@Suite struct IndexTests {
    private let place: TemporaryFolder
    private let path: String

    init() throws {
        place = try TemporaryFolder()
        path = place.path + "/current.idx"
    }

    /// A writer as an object (`#expect` copies what it looks at), with times in milliseconds.
    private final class Writing {
        var writer: IndexWriter
        init(_ path: String, logSize: Int64) throws { writer = try IndexWriter(opening: path, logSize: logSize) }
        var isPending: Bool { writer.isPending }
        func arrive(_ end: Int64, at time: Int64) { writer.noteArrival(end: end, now: Self.instant(time)) }
        func flushIfDue(at time: Int64) -> Bool { writer.flushIfDue(now: Self.instant(time)) }
        func flush(at time: Int64) { writer.flush(now: Self.instant(time)) }
        private static func instant(_ time: Int64) -> Instant { Instant(nanoseconds: time * 1_000_000) }
    }

    /// Asks for several times with one reader.
    private func times(at ends: [Int64], fallback: Int64 = -1) -> [Int64] {
        var reader = IndexReader(opening: path, fallback: fallback)
        return ends.map { reader.time(at: $0) }
    }

    private func entries() throws -> [IndexEntry] {
        let bytes = try Files.read(path)
        #expect(Array(bytes.prefix(16)) == IndexEntry.header)
        return bytes.dropFirst(16).withUnsafeBytes { buffer in
            stride(from: 0, to: buffer.count, by: 16).map { IndexEntry(bytes: .init(rebasing: buffer[$0..<$0 + 16])) }
        }
    }

    private func put(_ entries: [IndexEntry], then rest: [UInt8] = []) throws {
        var bytes = IndexEntry.header
        for entry in entries {
            var words = entry.words
            bytes += withUnsafeBytes(of: &words) { Array($0) }
        }
        try Files.replace(path, with: bytes + rest)
    }

    @Test func anEntryIs16LittleEndianBytes() {
        var words = IndexEntry(end: 0x0102_0304, wallMicroseconds: 0x0a0b_0c0d, flags: IndexEntry.cutFlag).words
        let bytes = withUnsafeBytes(of: &words) { Array($0) }
        #expect(bytes == [4, 3, 2, 1, 0, 0, 0, 0, 0x0d, 0x0c, 0x0b, 0x0a, 0, 0, 0, 1])
        let early = IndexEntry(end: 7, wallMicroseconds: -5, flags: 0x80)
        var earlyWords = early.words
        #expect(withUnsafeBytes(of: &earlyWords) { IndexEntry(bytes: $0) } == early)
    }

    @Test func arrivalsWithin2MillisecondsShareAnEntry() throws {
        let writing = try Writing(path, logSize: 0)
        #expect(!writing.isPending)
        writing.arrive(10, at: 100)
        writing.arrive(20, at: 101)
        writing.arrive(30, at: 101)
        #expect(writing.isPending)
        #expect(!writing.flushIfDue(at: 101))
        #expect(try entries().map(\.end) == [10])
        #expect(writing.flushIfDue(at: 102))
        #expect(!writing.isPending)
        #expect(try entries().map(\.end) == [10, 30])
        writing.flush(at: 110)
        #expect(try entries().count == 2, "nothing has arrived since")
    }

    @Test func aLineThatIsCutByRotationIsMarked() throws {
        let writing = try Writing(path, logSize: 0)
        writing.arrive(10, at: 1)
        writing.writer.finish(isCut: true)
        #expect(try entries().map(\.flags) == [0, IndexEntry.cutFlag])
        #expect(try entries().map(\.end) == [10, 10])
    }

    @Test func aTornEntryIsOverwritten() throws {
        try put([IndexEntry(end: 10, wallMicroseconds: 1), IndexEntry(end: 20, wallMicroseconds: 2)], then: [1, 2, 3])
        let writing = try Writing(path, logSize: 25)
        #expect(writing.isPending, "5 bytes came before the kill and no entry speaks of them")
        writing.flush(at: 0)
        #expect(try entries().map(\.end) == [10, 20, 25])
    }

    @Test func entriesOfBytesThatAreNotThereAreCutOff() throws {
        try put([10, 20, 30, 40].map { IndexEntry(end: $0, wallMicroseconds: $0) })
        let writing = try Writing(path, logSize: 20)
        #expect(!writing.isPending)
        writing.arrive(35, at: 0)
        #expect(try entries().map(\.end) == [10, 20, 35])
    }

    @Test(arguments: [[], [1, 2, 3], Array("hostdidx".utf8) + [2, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]])
    func aMissingOrForeignIndexIsMadeAnew(_ content: [UInt8]) throws {
        try Files.replace(path, with: content)
        let writing = try Writing(path, logSize: 12)
        writing.flush(at: 0)
        #expect(try entries().map(\.end) == [12])
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "only root can fill a disk"))
    func aDiskThatRefusesAnEntryIsAskedAgainOnlyWithTheNextBytes() throws {
        let disk = try SmallDisk(pages: 8)
        let writing = try Writing(disk.path + "/current.idx", logSize: 0)
        try disk.fill()
        // The index has one page; its 256th entry needs another.
        for count in Int64(1)...300 { writing.arrive(count, at: count * 10) }
        #expect(writing.isPending)
        #expect(writing.flushIfDue(at: 4000), "there is nothing to wake up for")
        #expect(writing.isPending)
        try disk.free()
        writing.arrive(301, at: 4010)
        #expect(!writing.isPending, "the entry covers what was missed")
    }

    @Test func theReaderTellsWhenEachPartHadArrived() throws {
        try put((1...1000).map { IndexEntry(end: $0 * 10, wallMicroseconds: $0) })
        let ends: [Int64] = [1, 10, 11, 5000, 5001, 5010, 9999, 10_000] + stride(from: 10_000, to: 0, by: -137)
        #expect(times(at: ends) == ends.map { ($0 + 9) / 10 })
        #expect(times(at: [10_001]) == [-1], "what no entry speaks of has the time of the file")
    }

    @Test func withoutAnIndexAllTimesAreThatOfTheFile() throws {
        #expect(times(at: [1, 100], fallback: 77) == [77, 77])
        try Files.replace(path, with: [UInt8](repeating: 0, count: 64))
        #expect(times(at: [1, 100], fallback: 77) == [77, 77])
    }
}
