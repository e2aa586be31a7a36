// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

/// `journal = true`: the real logger, and a socket in journald's place.
@Suite struct JournalForwardingTests {
    private let logger: LoggerUnderTest
    private let journal: TestJournal
    private static let settings = LogSpecification(isForwarded: true)

    init() throws {
        logger = try LoggerUnderTest()
        journal = try TestJournal(in: logger.folder.path)
        logger.environment.append("HOSTD_JOURNAL_SOCKET=\(journal.path)")
    }

    /// So many entries, in the order of their coming.
    private func entries(_ count: Int) throws -> [[String: [String]]] {
        var found: [[String: [String]]] = []
        try waitUntil("\(count) entries", seconds: 60) {
            found += try journal.all()
            return found.count >= count
        }
        return found
    }

    private func messages(_ entries: [[String: [String]]]) -> [String] {
        entries.compactMap { $0["MESSAGE"]?.first }
    }

    @Test func eachLineIsAnEntryWithItsFields() throws {
        let hostd = try logger.start()
        let pipe = try HeldPipe(run: logger.run, instance: "web@2.7")
        try hostd.want([.log(name: "web@2", Self.settings), pipe.wanted(in: "web@2")])
        try pipe.write("hello\n<3>bad\n\n{\"level\":40,\"msg\":\"hm\"}\n")
        let found = try entries(3)
        #expect(messages(found) == ["hello", "bad", "{\"level\":40,\"msg\":\"hm\"}"])
        #expect(found.map { $0["PRIORITY"] } == [["6"], ["3"], ["4"]])
        for entry in found {
            #expect(entry["HOSTD_SERVICE"] == ["web@2", "web"])
            #expect(entry["SYSLOG_IDENTIFIER"] == ["web@2"])
            #expect(entry["HOSTD_STREAM"] == ["merged"])
            #expect(entry["HOSTD_INSTANCE"] == ["web@2.7"])
        }
        #expect(logger.text("web@2").hasPrefix("hello\n<3>bad\n\n{"))
    }

    @Test func aStreamOfItsOwnIsNamed() throws {
        let hostd = try logger.start()
        var settings = Self.settings
        settings.streams = .separate
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try hostd.want([
            .log(name: "web", settings), .log(name: "web/stderr", settings), pipe.wanted(in: "web/stderr"),
        ])
        try pipe.write("oh\n")
        let found = try entries(1)
        #expect(found[0]["HOSTD_STREAM"] == ["stderr"] && found[0]["HOSTD_SERVICE"] == ["web"])
    }

    @Test func aLongLineGoesWhole() throws {
        let hostd = try logger.start()
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try hostd.want([.log(name: "web", Self.settings), pipe.wanted(in: "web")])
        let long = String(repeating: "long ", count: 50_000)
        var rest = Array((long + "\nshort\n").utf8)[...]
        while !rest.isEmpty {
            try waitUntil("an empty pipe") { pipe.readableBytes == 0 }
            try pipe.write(String(decoding: rest.prefix(60_000), as: UTF8.self))
            rest = rest.dropFirst(60_000)
        }
        #expect(messages(try entries(2)) == [long, "short"])
    }

    @Test func aJournalThatHangsHoldsUpNoFileAndGetsAllLinesLater() throws {
        let hostd = try logger.start()
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try hostd.want([.log(name: "web", Self.settings), pipe.wanted(in: "web")])
        let text = (1...9000).map { "line \($0)\n" }.joined()
        try pipe.write(String(text.prefix(60_000)))
        try waitUntil("an empty pipe") { pipe.readableBytes == 0 }
        try pipe.write(String(text.dropFirst(60_000)))
        try waitUntil("all lines in the file", seconds: 60) { logger.text("web").utf8.count == text.utf8.count }
        #expect(messages(try entries(9000)) == (1...9000).map { "line \($0)" })
        #expect(hostd.heard.isEmpty)
    }

    @Test func whereNobodyListensTheLinesWaitInTheFile() throws {
        let gone = try LoggerUnderTest()
        gone.environment.append("HOSTD_JOURNAL_SOCKET=\(gone.folder.path)/journal")
        let hostd = try gone.start()
        let pipe = try HeldPipe(run: gone.run, instance: "web.1")
        try hostd.want([.log(name: "web", Self.settings), pipe.wanted(in: "web")])
        try pipe.write("one\ntwo\n")
        try hostd.waitForReply("word of the missing journal") {
            if case .error("web", let text) = $0 { text.hasPrefix("journal: cannot send to") } else { false }
        }
        #expect(gone.text("web") == "one\ntwo\n")
        let late = try TestJournal(in: gone.folder.path)
        var found: [[String: [String]]] = []
        try waitUntil("both entries", seconds: 60) {
            found += try late.all()
            return found.count == 2
        }
        #expect(messages(found) == ["one", "two"])
    }

    @Test func aFloodIsHeldBackAndCounted() throws {
        let hostd = try logger.start()
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try hostd.want([.log(name: "web", Self.settings), pipe.wanted(in: "web")])
        var found: [[String: [String]]] = []
        for part in 0..<12 {
            try pipe.write((0..<1000).map { "line \(part * 1000 + $0)\n" }.joined())
            try waitUntil("the place of all lines", seconds: 60) {
                found += try journal.all()
                return pipe.readableBytes == 0 && (recordedLines() ?? 0) >= (part + 1) * 1000
            }
        }
        try waitUntil("the count", seconds: 90) {
            found += try journal.all()
            return found.count > 10_000
        }
        #expect(messages(Array(found.prefix(10_000))) == (0..<10_000).map { "line \($0)" })
        let last = try #require(found.last)
        #expect(last["MESSAGE"]?.first?.hasPrefix("2000 lines of web were not forwarded") == true)
        #expect(last["PRIORITY"] == ["4"])
    }

    /// How many lines the record says are through.
    private func recordedLines() -> Int? {
        guard let text = try? Files.readText(logger.log + "/web/journal.at"), let colon = text.firstIndex(of: ":"),
            let offset = Int(text[text.index(after: colon)...].prefix { $0 != " " })
        else { return nil }
        return logger.text("web").utf8.prefix(offset).reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    }

    @Test func noLineIsMissingWhenTheLoggerIsKilledAgainAndAgain() throws {
        let stop = logger.folder.path + "/stop"
        let script = "i=0; while [ ! -e \(stop) ]; do i=$((i + 1)); echo line $i; done; echo $i > \(stop).count"
        let kept = try Kept(run: logger.run, instance: "web.1", script: script)
        let settings = LogSpecification(maxSizeBytes: 20_000, keep: 100_000, isForwarded: true)
        let wanted: [LoggerMessage] = [.log(name: "web", settings), kept.wanted(in: "web")]
        var seen: Set<Int> = []
        func read() throws {
            for text in messages(try journal.all()) {
                if let number = Int(text.dropFirst(5)), text.hasPrefix("line ") { seen.insert(number) }
            }
        }
        for _ in 1...15 {
            try logger.start().send([.begin] + wanted + [.commit])
            letPass(microseconds: .random(in: 0...15_000))
            logger.kill()
            try read()
        }
        try Files.replace(stop, with: [])
        let hostd = try logger.start()
        try hostd.want(wanted)
        try hostd.wait(for: .drained(instance: "web.1"))
        let count = try #require(Int(try Files.readText(stop + ".count").dropLast()))
        // Each logger lets 10,000 lines pass in half a minute.
        try waitUntil("all \(count) lines", seconds: 120) {
            try read()
            return seen.count == min(count, 10_000) || seen.count == count
        }
        #expect(seen.max() ?? 0 <= count)
    }
}
