// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// `timestamps = "inline"`: a second file with the time before each line.
@Suite final class InlineTests {
    private let place: TemporaryFolder
    private var stand: Stand
    private let pipe: HeldPipe

    init() throws {
        place = try TemporaryFolder()
        stand = try Stand(log: place.path + "/log")
        pipe = try HeldPipe(run: place.path + "/run", instance: "web.1")
    }

    private func want(_ settings: LogSpecification = LogSpecification(timestamps: .inline)) {
        stand.wanted.want(log: "web", settings)
        stand.want(pipe, in: "web")
        stand.settle()
    }

    /// The logger goes without a word, and another one takes its place.
    private func replaceLogger() throws {
        stand = try Stand()
        try waitUntilFree(place.path + "/log/web/lock")
        stand = try Stand(log: place.path + "/log")
    }

    private func inline(_ name: String = "current") throws -> String {
        try Files.readText(stand.log + "/web/inline/" + name, limit: 1 << 26)
    }

    /// The lines without their times; each time must be one.
    private func bare(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.isEmpty { return "" }
            let stamp = line.prefix(25)
            let shape = stamp.map { $0.isNumber ? "0" : String($0) }.joined()
            #expect(shape == "0000-00-00T00:00:00.000Z ", "\(line.prefix(80))")
            return String(line.dropFirst(25))
        }.joined(separator: "\n")
    }

    @Test func eachLineHasTheTimeOfItsArrivalFromTheIndex() throws {
        want()
        try pipe.write("first\nsecond\n")
        stand.settle()
        stand.settle(after: 5)
        try pipe.write("\nfourth\n")
        stand.settle()
        stand.settle(after: 5)
        #expect(bare(try inline()) == "first\nsecond\n\nfourth\n")
        let times = try LogReader(folder: stand.log + "/web").tail(lines: 9).lines.map(\.wallMicroseconds)
        let stamps = try inline().split(separator: "\n").map { String($0.prefix(24)) }
        #expect(stamps == times.map(Stamp.text))
        #expect(stand.current("web") == "first\nsecond\n\nfourth\n", "the log itself stays as it is")
        #expect(stand.sleepMilliseconds == -1)
    }

    @Test func aLineIsWrittenWhenItHasItsEnd() throws {
        want()
        try pipe.write("one\nhalf")
        stand.settle()
        stand.settle(after: 5)
        #expect(bare(try inline()) == "one\n")
        try pipe.write(" and half\n")
        stand.settle(after: 5)
        stand.settle(after: 5)
        #expect(bare(try inline()) == "one\nhalf and half\n")
    }

    @Test func aLineLongerThanAnyBufferHasOneTime() throws {
        want()
        let long = String(repeating: "x", count: 700_000)
        var rest = Array((long + "\nshort\n").utf8)[...]
        while !rest.isEmpty {
            try pipe.write(String(decoding: rest.prefix(60_000), as: UTF8.self))
            rest = rest.dropFirst(60_000)
            stand.settle(after: 5)
        }
        stand.settle(after: 5)
        #expect(bare(try inline()) == long + "\nshort\n")
    }

    @Test func bothFilesAreRotatedAndNoLineIsMissing() throws {
        want(LogSpecification(maxSizeBytes: 2000, keep: 1000, timestamps: .inline))
        let text = (1...3000).map { "line \($0)\n" }.joined()
        try pipe.write(text)
        stand.settle()
        stand.settle(after: 5)
        let folder = stand.log + "/web/inline"
        let files = try RotatedName.list(folder).map { try inline($0 + ".log") }
        #expect(files.count > 20)
        #expect(files.allSatisfy { $0.hasSuffix("\n") && $0.utf8.count < 2100 })
        #expect(bare(files.joined() + (try inline())) == text)
    }

    @Test func aLineThatRotationCutIsTwoLines() throws {
        want(LogSpecification(maxSizeBytes: 1000, keep: 1000, timestamps: .inline))
        let text = String(repeating: "y", count: 40_000)
        for _ in 0..<3 {
            try pipe.write(text)
            stand.settle(after: 5)
        }
        try pipe.write("\nend\n")
        stand.settle(after: 5)
        stand.settle(after: 5)
        let folder = stand.log + "/web/inline"
        let all = try RotatedName.list(folder).map { try inline($0 + ".log") }.joined() + inline()
        let lines = bare(all).split(separator: "\n")
        #expect(lines.joined() == text + text + text + "end")
        #expect(lines.count == 3 && lines.last == "end")
    }

    @Test func theNextLoggerGoesOnWhereTheFileSaysThatTheLastOneWas() throws {
        want()
        try pipe.write((1...500).map { "line \($0)\n" }.joined())
        stand.settle()
        stand.settle(after: 5)
        let whole = try inline()
        let path = place.path + "/log/web/inline/current"
        // Killed in the middle of a write, and long after the place was recorded.
        for size in [0, 7, 26, 30, 33, 35, 400, 5000] {
            try replaceLogger()
            let file = try Descriptor(opening: path, O_WRONLY)
            try file.truncate(to: Int64(size))
            want()
            stand.settle(after: 5)
            #expect(try inline().utf8.count == whole.utf8.count, "cut off at \(size)")
            #expect(bare(try inline()) == stand.current("web"))
        }
    }

    @Test func theNextLoggerGoesOnOverFilesThatWereRotatedMeanwhile() throws {
        let settings = LogSpecification(maxSizeBytes: 1000, keep: 1000, timestamps: .inline)
        want(settings)
        var text = ""
        for round in 1...30 {
            let part = (1...Int.random(in: 1...200)).map { "round \(round) line \($0)\n" }.joined()
            text += part
            try pipe.write(part)
            // In some rounds bytes are moved that the follower has not seen yet.
            stand.moveOnly()
            if round % 3 == 0 { stand.settle(after: 5) }
            try replaceLogger()
            want(settings)
        }
        stand.settle(after: 5)
        stand.settle(after: 5)
        let folder = stand.log + "/web/inline"
        let files = try RotatedName.list(folder).map { try inline($0 + ".log") }
        #expect(bare(files.joined() + (try inline())) == text)
    }

    @Test func whatIsWrittenBeforeItIsSwitchedOnIsNotInIt() throws {
        want(LogSpecification())
        try pipe.write("before\n")
        stand.settle()
        stand.settle(after: 5)
        stand.wanted.want(log: "web", LogSpecification(timestamps: .inline))
        stand.settle()
        try pipe.write("after\n")
        stand.settle(after: 5)
        stand.settle(after: 5)
        #expect(bare(try inline()) == "after\n")
        stand.wanted.want(log: "web", LogSpecification())
        stand.settle()
        #expect(!Files.exists(stand.log + "/web/inline/at"))
    }

    @Test func aFileThatSomebodyRemovesIsMadeAnew() throws {
        want()
        try pipe.write("before\n")
        stand.settle()
        stand.settle(after: 5)
        unlink(stand.log + "/web/inline/current")
        try pipe.write("after\n")
        stand.settle(after: 5)
        stand.settle(after: 5)
        #expect(bare(try inline()) == "after\n")
    }

    @Test func aRotatedFileThatIsStillToBeReadIsNeeded() throws {
        want()
        try pipe.write("a line\n")
        stand.settle(after: 5)
        #expect(FollowerRecords.need("20990101T000000.000000Z", in: stand.log + "/web"))
        #expect(!FollowerRecords.need("20200101T000000.000000Z", in: stand.log + "/web"))
        #expect(!FollowerRecords.need("20990101T000000.000000Z", in: stand.log + "/api"))
    }
}
