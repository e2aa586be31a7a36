// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// The index says which launch wrote what, and a reader finds the lines of one.
@Suite struct LaunchLinesTests {
    private let stand: Stand
    private let reader: LogReader
    private let index: String

    init() throws {
        stand = try Stand()
        reader = LogReader(folder: stand.log + "/web")
        index = stand.log + "/web/current.idx"
    }

    /// A launch that has written `text` and is over.
    private func launch(_ number: Int, _ text: String) throws {
        let pipe = try stand.pipe("web.\(number)")
        stand.want(pipe, in: "web")
        try pipe.write(text)
        stand.settle(after: 10)
        try pipe.end()
        stand.settle(after: 10)
    }

    private func tail(_ launch: UInt64, lines: Int = 100) throws -> [String] { try tailPart(launch, lines).texts }

    private func tailPart(_ launch: UInt64, _ lines: Int) throws -> LogPart {
        try reader.tail(lines: lines, of: launch)
    }

    private func entries() throws -> [IndexEntry] {
        try Files.read(index).dropFirst(16).withUnsafeBytes { buffer in
            stride(from: 0, to: buffer.count, by: 16).map { IndexEntry(bytes: .init(rebasing: buffer[$0..<$0 + 16])) }
        }
    }

    @Test func eachLaunchIsNamedBeforeItsFirstByte() throws {
        try launch(1, "a\nb\n")
        try launch(2, "c\n")
        let entries = try entries()
        #expect(entries.map(\.launch) == [1, nil, 2, nil])
        #expect(entries.map(\.end) == [0, 4, 4, 6])
        #expect(entries[2].flags == 4)
        #expect(try tail(1) == ["a", "b"])
        #expect(try tail(2) == ["c"])
        #expect(try tail(3).isEmpty)
        #expect(try reader.tail(lines: 100).texts == ["a", "b", "c"])
    }

    @Test func theTimesOfLinesAreThoseOfTheirArrivalAllTheSame() throws {
        let before = Clock.wallMicroseconds
        try launch(1, "a\n")
        try launch(2, "b\n")
        let after = Clock.wallMicroseconds
        for line in try reader.tail(lines: 9).lines { #expect((before...after).contains(line.wallMicroseconds)) }
        #expect(try reader.read(after: reader.place(since: before)).texts == ["a", "b"])
        #expect(try reader.read(after: reader.place(since: after + 1)).texts.isEmpty)
    }

    @Test func aLaunchThatSaysNothingIsNotNamed() throws {
        try launch(1, "a\n")
        try launch(2, "")
        try launch(3, "c\n")
        #expect(try entries().compactMap(\.launch) == [1, 3])
    }

    @Test func theLinesOfALaunchAreFoundOverRotations() throws {
        stand.wanted.want(log: "web", LogSpecification(maxSizeBytes: 20, keep: 99))
        try launch(1, "one a\none b\none c\none d\n")
        try launch(2, "two a\ntwo b\ntwo c\ntwo d\ntwo e\ntwo f\ntwo g\ntwo h\n")
        try launch(3, "three\n")
        #expect(try RotatedName.list(stand.log + "/web").count >= 3)
        #expect(try tail(1) == ["a", "b", "c", "d"].map { "one " + $0 })
        #expect(try tail(2) == "abcdefgh".map { "two \($0)" })
        #expect(try tail(2, lines: 3) == "fgh".map { "two \($0)" })
        #expect(try tail(3) == ["three"])
        #expect(try !tailPart(2, 3).isAll)
        #expect(try tailPart(2, 8).isAll)
        var place = LogCursor.start
        var found: [String] = []
        for _ in 0..<20 {
            let part = try reader.read(after: place, of: 2, limitLines: 3)
            found += part.texts
            place = part.next
            if part.isAll { break }
        }
        #expect(found == "abcdefgh".map { "two \($0)" })
    }

    @Test func followingALaunchShowsNothingOfTheNext() throws {
        let first = try stand.pipe("web.1")
        stand.want(first, in: "web")
        try first.write("a\nha")
        stand.settle(after: 10)
        let part = try reader.tail(lines: 10, of: 1)
        #expect(part.texts == ["a"])
        #expect(part.rest?.text == Array("ha".utf8))
        try first.write("lf\n")
        stand.settle(after: 10)
        try first.end()
        stand.settle(after: 10)
        try launch(2, "next\n")
        let next = try reader.read(after: part.next, of: 1)
        #expect(next.texts == ["half"])
        #expect(next.isAll)
        #expect(try reader.read(after: next.next, of: 1).texts.isEmpty)
    }

    @Test func aLaunchIsNamedAgainAfterTheLoggerWasAway() throws {
        try launch(7, "a\n")
        // The first logger lets go of the log.
        stand.wanted.keepOnly(logs: [], pipes: [])
        stand.settle(after: 10)
        let second = try Stand(log: stand.log)
        let pipe = try second.pipe("web.7")
        second.want(pipe, in: "web")
        try pipe.write("b\n")
        second.settle(after: 10)
        #expect(try entries().compactMap(\.launch) == [7, 7])
        #expect(try tail(7) == ["a", "b"])
    }

    @Test func theTailOfALaunchBelongsToIt() throws {
        try launch(1, "a\n")
        let pipe = try stand.pipe("web.2")
        try Files.replace(pipe.tail, with: "left by the keeper\n".utf8)
        try pipe.end()
        stand.want(pipe, in: "web")
        stand.settle(after: 10)
        #expect(try tail(2) == ["left by the keeper"])
        #expect(try tail(1) == ["a"])
    }

    @Test func entriesWithUnknownFlagsArePassedOver() throws {
        try launch(1, "a\nb\n")
        let file = try Descriptor(opening: index, 0o2001)
        for entry in [
            IndexEntry(end: 4, wallMicroseconds: 1, flags: 8), IndexEntry(end: 4, wallMicroseconds: 5, flags: 64),
        ] {
            var words = entry.words
            try file.write(all: withUnsafeBytes(of: &words) { Array($0) })
        }
        #expect(try tail(1) == ["a", "b"])
        #expect(try reader.tail(lines: 1).lines.first.map { $0.wallMicroseconds > 5 } == true)
        #expect(try reader.read(after: reader.place(since: 6)).texts == ["a", "b"])
    }
}

extension LogPart {
    /// The lines as text.
    var texts: [String] { lines.map { String(decoding: $0.text, as: UTF8.self) } }
}
