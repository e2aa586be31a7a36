// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// Lines that are looked for behind a cursor.
@Suite struct LogWatchTests {
    private let place: TemporaryFolder
    private var folder: String { place.path }

    init() throws {
        place = try TemporaryFolder()
    }

    /// Writes a log file, each part with its time in the index.
    private func put(_ name: String, _ parts: [(text: String, at: Int64)]) throws {
        let (log, index) = name == "current" ? ("current", "current.idx") : (name + ".log", name + ".idx")
        var bytes = IndexEntry.header
        var end: Int64 = 0
        for part in parts {
            end += Int64(part.text.utf8.count)
            var words = IndexEntry(end: end, wallMicroseconds: part.at).words
            bytes += withUnsafeBytes(of: &words) { Array($0) }
        }
        // In place, so that a file that grows keeps its inode.
        for (name, content) in [(log, Array(parts.map(\.text).joined().utf8)), (index, bytes)] {
            let file = try Descriptor(opening: "\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC)
            try file.write(all: content)
        }
    }

    private func rotated(_ number: Int) -> String { "2026112\(number)T000000.000000Z" }

    private func watch(since: Int64, _ pattern: String = "^ready") -> LogWatch {
        LogWatch(folders: [folder], since: since, pattern: pattern)
    }

    private func find(_ watch: inout LogWatch, limitBytes: Int = 1 << 20) throws -> String? {
        while true {
            let finding = try watch.look(limitBytes: limitBytes)
            if let line = finding.line { return line }
            if !finding.isBehind { return nil }
        }
    }

    @Test func aLogThatIsNotThereYetHasNoSuchLine() throws {
        var watch = LogWatch(folders: [folder + "/none"], since: 0, pattern: "x")
        #expect(try find(&watch) == nil)
        try Files.makeFolder(folder + "/none")
        #expect(try find(&watch) == nil)
    }

    @Test func linesFromBeforeDoNotCount() throws {
        try put("current", [("ready 1\n", 10), ("ready 2\n", 20), ("ready 3\n", 30)])
        for (since, found) in [(0, "ready 1"), (10, "ready 1"), (11, "ready 2"), (30, "ready 3")] as [(Int64, String)] {
            var watch = watch(since: since)
            #expect(try find(&watch) == found)
        }
        // Behind the last entry stands what the index does not know yet.
        var late = watch(since: 31)
        #expect(try find(&late) == nil)
    }

    @Test func eachLineCountsOnce() throws {
        try put("current", [("ready 1\n", 10)])
        var watch = watch(since: 0)
        #expect(try find(&watch) == "ready 1")
        #expect(try find(&watch) == nil)
        try put("current", [("ready 1\n", 10), ("read", 20)])
        #expect(try find(&watch) == nil, "half a line is none")
        try put("current", [("ready 1\n", 10), ("read", 20), ("y 2\n", 30)])
        #expect(try find(&watch) == "ready 2")
    }

    @Test func aRotationLosesNoLine() throws {
        try put("current", [("a\n", 10)])
        var watch = watch(since: 0)
        #expect(try find(&watch) == nil)
        try put("current", [("a\n", 10), ("ready 1\n", 20)])
        try Files.move(folder + "/current", to: "\(folder)/\(rotated(1)).log")
        try Files.move(folder + "/current.idx", to: "\(folder)/\(rotated(1)).idx")
        try put("current", [("ready 2\n", 30)])
        #expect(try find(&watch) == "ready 1")
        #expect(try find(&watch) == nil, "one look takes all that is there")
    }

    @Test func thePlaceOfATimeIsFoundOverRotations() throws {
        try put(rotated(1), [("a\n", 10), ("b\n", 20)])
        try put(rotated(2), [("c\n", 30)])
        try put("current", [("d\n", 40), ("e\n", 50)])
        let reader = LogReader(folder: folder)
        for (since, lines) in [(0, "abcde"), (11, "bcde"), (20, "bcde"), (21, "cde"), (35, "de"), (41, "e"), (50, "e")]
            as [(Int64, String)]
        {
            let start = try reader.place(since: since)
            let found = try reader.read(after: start, limitBytes: 1 << 20).lines
            #expect(found.map { String(decoding: $0.text, as: UTF8.self) }.joined() == lines, "since \(since)")
        }
    }

    @Test func muchIsReadInParts() throws {
        let text = (1...20_000).map { "line \($0)\n" }.joined() + "ready at last\n"
        try put("current", [(text, 10)])
        var watch = watch(since: 0)
        #expect(try watch.look(limitBytes: 10_000).isBehind)
        #expect(try find(&watch, limitBytes: 10_000) == "ready at last")
        #expect(try !watch.look(limitBytes: 10_000).isBehind)
    }

    @Test func severalLogsAreLookedInto() throws {
        try Files.makeFolder(folder + "/stderr")
        try put("current", [("nothing\n", 10)])
        try Files.replace(folder + "/stderr/current", with: "ready here\n".utf8)
        var watch = LogWatch(folders: [folder, folder + "/stderr"], since: 0, pattern: "^ready")
        #expect(try find(&watch) == "ready here")
    }

    @Test func aLongLineIsShownInPart() throws {
        try put("current", [("ready " + String(repeating: "x", count: 5000) + "\n", 10)])
        var watch = watch(since: 0)
        #expect(try find(&watch)?.utf8.count == 200)
    }
}
