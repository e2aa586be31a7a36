// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// hostd as a unit: each event is one entry of the journal.
@Suite final class JournalTests {
    private let folder: TemporaryFolder
    private let journal: Descriptor
    private var path: String { folder.path + "/journal" }

    init() throws {
        folder = try TemporaryFolder()
        journal = try Sockets.datagramReceiver(at: folder.path + "/journal")
    }

    /// A hostd whose stderr is the journal, as JOURNAL_STREAM says it.
    private func host(_ configuration: String, journal name: String = "journal") throws -> HostUnderTest {
        let host = try HostUnderTest(configuration, environment: ["HOSTD_JOURNAL_SOCKET": folder.path + "/" + name])
        let output = host.dir + "/hostd.out"
        try Files.replace(output, with: [])
        var info = stat()
        try #require(stat(output, &info) == 0)
        host.furtherEnvironment = ["JOURNAL_STREAM=\(info.st_dev):\(info.st_ino)"]
        return host
    }

    /// The next entry; nil when none waits.
    private func next() -> [String: [String]]? {
        guard let bytes = try? journal.read(upTo: 1 << 20) else { return nil }
        var fields: [String: [String]] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let text = String(decoding: line, as: UTF8.self)
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2 { fields[parts[0], default: []].append(parts[1]) }
        }
        return fields
    }

    private func entries(upTo last: String) throws -> [[String: [String]]] {
        var found: [[String: [String]]] = []
        try waitUntil("an entry \(last)") {
            while let entry = next() { found.append(entry) }
            return found.contains { $0["HOSTD_EVENT"] == [last] }
        }
        return found
    }

    @Test func everyEventIsAnEntryWithItsFields() throws {
        let host = try host("[service.picky]\ncommand = \"echo no key; exit 78\"\n")
        try host.start()
        try host.wait("picky", for: "held")
        let entries = try entries(upTo: "service.held")
        let exited = try #require(entries.first { $0["HOSTD_EVENT"] == ["service.exited"] })
        #expect(exited["MESSAGE_ID"] == ["f805c5604b9c406e83d5975447c55732"])
        #expect(exited["PRIORITY"] == ["6"])
        #expect(exited["SYSLOG_IDENTIFIER"] == ["hostd"])
        #expect(exited["HOSTD_SERVICE"] == ["picky"])
        #expect(exited["HOSTD_INSTANCE"] == ["picky.1"])
        #expect(exited["HOSTD_REASON"]?.first?.hasPrefix("exit 78") == true)
        #expect(exited["MESSAGE"] == ["picky: exited: " + (exited["HOSTD_REASON"]?.first ?? "")])
        let held = try #require(entries.last { $0["HOSTD_EVENT"] == ["service.held"] })
        #expect(held["PRIORITY"] == ["3"])
        let started = try #require(entries.first { $0["HOSTD_EVENT"] == ["host.started"] })
        #expect(started["HOSTD_SERVICE"] == nil)
        #expect(host.said == "", "what is in the journal is not on stderr as well")
        var kinds = Set(entries.compactMap { $0["HOSTD_EVENT"]?.first })
        let stored = Set(try host.events().map(\.kind))
        try waitUntil("an entry for each event of the history") {
            while let entry = next() { kinds.formUnion(entry["HOSTD_EVENT"] ?? []) }
            return kinds.isSuperset(of: stored)
        }
    }

    @Test func aJournalThatHangsHoldsNothingUpAndMissesNothing() throws {
        let filler = try DatagramSender(to: path)
        while filler.send(Array("FILLER=1\n".utf8)) == .sent {}
        let host = try host("[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n")
        try host.start()
        try host.waitReady("sleeper")
        for _ in 0..<20 { #expect(try host.act("restart", "sleeper").ok) }
        let seen = try entries(upTo: "service.ready").filter { $0["FILLER"] == nil }
        #expect(seen.first?["HOSTD_EVENT"] == ["host.started"])
    }

    @Test func withoutAJournalTheLinesAreOnStderrWithTheirPriority() throws {
        let host = try host("[service.picky]\ncommand = \"exit 78\"\n", journal: "nobody")
        try host.start()
        try host.wait("picky", for: "held")
        try waitUntil("the line of the end") { host.said.contains("<3>picky: held: ") }
    }

    @Test func aStreamThatIsNotItsStderrMakesNoEntries() throws {
        let host = try HostUnderTest("", environment: ["HOSTD_JOURNAL_SOCKET": path, "JOURNAL_STREAM": "1:2"])
        try host.start()
        try waitUntil("the line of the start") { host.said.contains(" runs as pid ") }
        #expect(next() == nil)
    }

    @Test func anOutputThatTakesNothingCostsLinesAndNoTime() throws {
        let host = try HostUnderTest("[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n")
        mkfifo(host.dir + "/hostd.out", 0o600)
        let reader = try Descriptor(opening: host.dir + "/hostd.out", O_RDWR | O_NONBLOCK)
        while (try? reader.write(all: [UInt8](repeating: 10, count: 1))) != nil {}
        try host.start()
        try host.waitReady("sleeper")
        while let part = try? reader.read(upTo: 65536), part.allSatisfy({ $0 == 10 }) {}
        _ = try host.act("restart", "sleeper")
        var text = ""
        try waitUntil("a word on the lost lines") {
            if let part = try? reader.read(upTo: 65536) { text += String(decoding: part, as: UTF8.self) }
            return text.contains("lines were not taken here and are lost") && text.contains("sleeper: stopping")
        }
    }
}
