// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// `when_full = "drop"` over disks that fill up and get room again.
@Suite(.enabled(if: SmallDisk.canBeMounted, "only root can fill a disk")) struct SpillingTests {
    private let disk: SmallDisk
    private let stand: Stand

    init() throws {
        disk = try SmallDisk(pages: 1024)
        stand = try Stand(log: disk.path)
        stand.wanted.want(log: "web", LogSpecification(whenFull: .drop))
    }

    private func losses() -> [Loss] {
        stand.takeReplies().compactMap { if case .lost("web", let loss) = $0 { loss } else { nil } }
    }

    private func lines(_ range: ClosedRange<Int>) -> String {
        range.map { "line \($0) of a program that goes on whatever becomes of the disk\n" }.joined()
    }

    /// Writes text in parts that the pipe takes, and lets the logger do its rounds.
    private func write(_ text: String, to pipe: HeldPipe) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try pipe.write(String(decoding: rest.prefix(60_000), as: UTF8.self))
            rest = rest.dropFirst(60_000)
            stand.settle()
            #expect(pipe.readableBytes == 0, "the program never waits")
        }
    }

    @Test func whatFitsIntoMemoryIsInTheFileLaterAndNothingIsLost() throws {
        let pipe = try stand.pipe("web.1")
        stand.want(pipe, in: "web")
        stand.settle()
        try disk.fill()
        try write(lines(1...5000), to: pipe)
        #expect(stand.current("web") != lines(1...5000))
        #expect(stand.tools.spilledBytes > 0)
        try disk.free()
        stand.settle(after: 1000)
        #expect(stand.current("web") == lines(1...5000))
        #expect(losses().isEmpty && stand.tools.spilledBytes == 0)
        try pipe.write("and on\n")
        stand.settle()
        #expect(stand.current("web").hasSuffix("\nand on\n"))
    }

    @Test func whatDoesNotFitIsCountedExactlyAndToldInTheFileTheIndexAndToHostd() throws {
        let pipe = try stand.pipe("web.1")
        stand.want(pipe, in: "web")
        try write(lines(1...10), to: pipe)
        try disk.fill()
        let before = Clock.wallMicroseconds
        try write(lines(11...40_000), to: pipe)
        #expect(losses().isEmpty, "it is told when it is over")
        #expect(stand.tools.spilledBytes <= Spill.limitBytes)
        try disk.free()
        stand.settle(after: 1000)
        try write(lines(40_001...40_010), to: pipe)
        let said = losses()
        let loss = try #require(said.first)
        #expect(said.count == 1)
        #expect(loss.fromMicroseconds >= before && loss.toMicroseconds <= Clock.wallMicroseconds)
        let kept = 40_000 - loss.lines
        let marker = "hostd: \(loss.text): disk full\n"
        #expect(stand.current("web") == lines(1...kept) + marker + lines(40_001...40_010))
        #expect(loss.bytes == lines((kept + 1)...40_000).utf8.count)
        let index = try Files.read(disk.path + "/web/current.idx")
        let entries = index.withUnsafeBytes { bytes in
            stride(from: 16, to: bytes.count, by: 16).map { IndexEntry(bytes: .init(rebasing: bytes[$0..<$0 + 16])) }
        }
        let place = try #require(entries.firstIndex { $0.flags == IndexEntry.lossFlag })
        #expect(entries[place - 1].end == lines(1...kept).utf8.count)
        #expect(entries[place].end == entries[place - 1].end + Int64(marker.utf8.count))
        #expect(entries.filter { $0.flags == IndexEntry.lossFlag }.count == 1)
    }

    @Test func theEndOfTheLostLineUnderWayIsWaitedForBeforeItIsTold() throws {
        let pipe = try stand.pipe("web.1")
        stand.want(pipe, in: "web")
        stand.settle()
        try disk.fill()
        try write(lines(1...30_000), to: pipe)
        try pipe.write("half of")
        stand.settle(after: 500)
        try disk.free()
        stand.settle(after: 500)
        #expect(losses().isEmpty)
        try pipe.write(" a line\nnext\n")
        stand.settle()
        let loss = try #require(losses().first)
        #expect(stand.current("web").hasSuffix("disk full\nnext\n"))
        #expect(stand.current("web").split(separator: "\n").count + loss.lines == 30_000 + 3)
    }

    @Test func aLostLineThatHasNoEndIsNotWaitedForForEver() throws {
        let pipe = try stand.pipe("web.1")
        stand.want(pipe, in: "web")
        stand.settle()
        try disk.fill()
        try write(lines(1...30_000) + "a prompt> ", to: pipe)
        try disk.free()
        stand.settle(after: 1000)
        stand.settle(after: 1000)
        let loss = try #require(losses().first)
        #expect(stand.current("web").hasSuffix(": disk full\n"))
        #expect(stand.current("web").split(separator: "\n").count + loss.lines == 30_000 + 2)
        #expect(stand.sleepMilliseconds == -1)
    }

    @Test func aPipeThatEndsMeanwhileIsDrainedOnceItsBytesAreInTheFile() throws {
        let pipe = try stand.pipe("web.1")
        stand.want(pipe, in: "web")
        stand.settle()
        try disk.fill()
        try write(lines(1...1000), to: pipe)
        try Files.replace(pipe.tail, with: "its tail\n".utf8)
        try pipe.end()
        stand.settle()
        stand.settle(after: 1000)
        #expect(!stand.takeReplies().contains(.drained(instance: "web.1")))
        #expect(stand.sleepMilliseconds > 0, "an end that is known wakes nobody")
        try disk.free()
        stand.settle(after: 1000)
        stand.settle(after: 1000)
        #expect(stand.takeReplies().contains(.drained(instance: "web.1")))
        #expect(stand.current("web") == lines(1...1000) + "its tail\n")
    }

    @Test func aLittleRoomTakesALittle() throws {
        let pipe = try stand.pipe("web.1")
        stand.want(pipe, in: "web")
        stand.settle()
        try disk.fill()
        try write(lines(1...30_000), to: pipe)
        for pages in 1...5 {
            try disk.leave(pages: pages)
            stand.settle(after: 1000)
        }
        #expect(losses().isEmpty)
        try disk.free()
        stand.settle(after: 1000)
        let loss = try #require(losses().first)
        let kept = 30_000 - loss.lines
        #expect(stand.current("web") == lines(1...kept) + "hostd: \(loss.text): disk full\n")
    }

    @Test func whatIsKeptIsRotatedAsItIsWritten() throws {
        stand.wanted.want(log: "web", LogSpecification(maxSizeBytes: 100_000, keep: 100, whenFull: .drop))
        let pipe = try stand.pipe("web.1")
        stand.want(pipe, in: "web")
        stand.settle()
        try disk.fill()
        try write(lines(1...10_000), to: pipe)
        try disk.free()
        stand.settle(after: 1000)
        let names = try RotatedName.list(disk.path + "/web")
        let files = try names.map { try Files.readText(disk.path + "/web/" + $0 + ".log") }
        #expect(files.count > 5)
        #expect(files.allSatisfy { $0.hasSuffix("\n") && $0.utf8.count < 100_200 })
        #expect(files.joined() + stand.current("web") == lines(1...10_000))
    }

    @Test func thePipeIsLeftAloneWhereItIsToBlock() throws {
        stand.wanted.want(log: "web", LogSpecification())
        let pipe = try stand.pipe("web.1")
        stand.want(pipe, in: "web")
        stand.settle()
        try disk.fill()
        try pipe.write(lines(1...500))
        stand.settle()
        stand.settle(after: 1000)
        #expect(stand.current("web").utf8.count + pipe.readableBytes == lines(1...500).utf8.count)
        #expect(stand.tools.spilledBytes == 0)
    }

    @Test func theReserveLetsARotationComeToItsEndOnAFullDisk() throws {
        stand.wanted.want(log: "web", LogSpecification(maxSizeBytes: 4000, keep: 100))
        let pipe = try stand.pipe("web.1")
        stand.want(pipe, in: "web")
        stand.settle()
        #expect(try Files.size(disk.path + "/.reserve") == 64 << 10)
        try write(lines(1...10), to: pipe)
        try disk.fill()
        try write(lines(11...100), to: pipe)
        let names = try RotatedName.list(disk.path + "/web")
        #expect(!names.isEmpty)
        #expect(!Files.exists(disk.path + "/.reserve"))
        let files = try names.map { try Files.readText(disk.path + "/web/" + $0 + ".log") }
        #expect(files.joined() + stand.current("web") == lines(1...100))
        try disk.free()
        try pipe.write(lines(101...200))
        stand.settle(after: 1000)
        #expect(Files.exists(disk.path + "/.reserve"), "it is taken again")
    }
}
