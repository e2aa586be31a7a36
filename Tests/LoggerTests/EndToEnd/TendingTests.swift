// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

/// The real logger with its tending child.
@Suite struct TendingTests {
    private let logger: LoggerUnderTest
    private var stop: String { logger.folder.path + "/stop" }

    init() throws {
        logger = try LoggerUnderTest()
    }

    private func names(_ log: String) -> [String] { (try? Files.list(logger.log + "/" + log)) ?? [] }

    private func isAllCompressed(_ log: String) -> Bool {
        !names(log).contains { $0.hasSuffix("Z.log") || $0.hasSuffix(".tmp") }
            && names(log).contains { $0.hasSuffix("Z.log.zst") }
    }

    /// The tending children of the logger under test.
    private func tenders() -> [Int32] {
        Processes.all().filter { pid in
            let line = (try? Files.readText("/proc/\(pid)/cmdline", limit: 8192)) ?? ""
            return line.contains("--tend") && line.contains(logger.log) && !Processes.isZombie(pid)
        }
    }

    /// A finished file that takes a while to compress.
    private func makeFinished(_ log: String, megabytes: Int) throws {
        try Files.makeFolder(logger.log + "/" + log)
        let path = logger.log + "/\(log)/20261121T000000.000000Z.log"
        let maker = try TestProcess("/bin/sh", ["-c", "head -c \(megabytes)M /dev/urandom > \(path)"])
        #expect(try maker.waitForEnd() == exited(0))
    }

    @Test func finishedFilesAreCompressedAndNoByteIsLost() throws {
        let kept = try Kept(run: logger.run, instance: "web.1", script: "exec seq -f 'line %.0f of the log' 1 200000")
        let hostd = try logger.start()
        try hostd.want([.log(name: "web", LogSpecification(maxSizeBytes: 300_000)), kept.wanted(in: "web")])
        try hostd.wait(for: .drained(instance: "web.1"))
        try waitUntil("all to be compressed", seconds: 60) { isAllCompressed("web") }
        #expect(try logger.rotated("web").count == 8)
        let text = logger.text("web")
        #expect((1...200_000).map { "line \($0) of the log\n" }.joined().hasSuffix(text))
        #expect(text.utf8.count > 2_400_000)
        #expect(names("web").filter { $0.hasSuffix("Z.idx") }.count == 8)
        try waitUntil("the child to end") { tenders().isEmpty }
    }

    @Test func withoutCompressionTheyAreSyncedAndStayAsTheyAre() throws {
        let kept = try Kept(run: logger.run, instance: "web.1", script: "exec seq 1 50000")
        let hostd = try logger.start()
        let settings = LogSpecification(maxSizeBytes: 50_000, keep: 3, isCompressed: false)
        try hostd.want([.log(name: "web", settings), kept.wanted(in: "web")])
        try hostd.wait(for: .drained(instance: "web.1"))
        try waitUntil("all to be synced", seconds: 60) {
            try logger.rotated("web").allSatisfy {
                try FileStatus(at: "\(logger.log)/web/\($0).log").rights == 0o440
            }
        }
        #expect(try logger.rotated("web").count == 3 && names("web").filter { $0.hasSuffix("Z.log") }.count == 3)
    }

    @Test func whatWasLeftHalfDoneIsFinishedAtTheStart() throws {
        let folder = logger.log + "/web"
        try Files.makeFolder(folder)
        try Files.replace(folder + "/20261121T000000.000000Z.log", with: "first\n".utf8)
        try Files.replace(folder + "/20261121T000000.000000Z.log.zst.tmp", with: "half".utf8)
        try logger.start().want([.log(name: "web", LogSpecification(maxAge: .zero))])
        try waitUntil("all to be compressed", seconds: 60) { isAllCompressed("web") }
        #expect(logger.text("web") == "first\n")
    }

    @Test func theChildHasTheLowestPriorityAndEndsWithItsLogger() throws {
        try makeFinished("web", megabytes: 400)
        try logger.start().want([.log(name: "web", LogSpecification(maxAge: .zero))])
        let pid = try waitFor("the child", seconds: 60) { tenders().first }
        // Field 19 of /proc/PID/stat.
        try waitUntil("it to be nice") {
            let stat = try Files.readText("/proc/\(pid)/stat", limit: 4096)
            return stat.split(separator: ")").last?.split(separator: " ").dropFirst(16).first == "19"
        }
        logger.kill()
        try waitUntil("it to end", seconds: 60) { tenders().isEmpty }
    }

    @Test func aChildThatHangsHindersNothing() throws {
        try makeFinished("web", megabytes: 400)
        let hostd = try logger.start()
        let settings = LogSpecification(maxSizeBytes: 1000, keep: 1000, maxAge: .zero)
        try hostd.want([.log(name: "web", settings)])
        let pid = try waitFor("the child", seconds: 60) { tenders().first }
        kill(pid, SIGSTOP)
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try hostd.want([.log(name: "web", settings), pipe.wanted(in: "web")])
        for number in 1...100 { try pipe.write("line \(number) goes on while the child hangs\n") }
        try waitUntil("all to be captured") { pipe.readableBytes == 0 }
        try waitUntil("rotation to go on") { try logger.rotated("web").count > 3 }
        #expect(tenders() == [pid], "there is never a second one")
        kill(pid, SIGKILL)
        try waitUntil("the next one to finish", seconds: 120) { isAllCompressed("web") }
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "only root can fill a disk"))
    func onAFullDiskOldFilesStillGoAndTheErrorIsSaidOnce() throws {
        let disk = try SmallDisk(pages: 256)
        let logger = try LoggerUnderTest(log: disk.path)
        let folder = disk.path + "/web"
        try Files.makeFolder(folder)
        let noise = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        for day in 21...23 { try Files.replace("\(folder)/202611\(day)T000000.000000Z.log", with: noise) }
        try disk.fill()
        let hostd = try logger.start()
        try hostd.want([.log(name: "web", LogSpecification(keep: 3, maxAge: .zero))])
        try hostd.waitForReply("an error that says so") {
            if case .error("web", let text) = $0 { text.contains("No space left on device") } else { false }
        }
        try hostd.want([.log(name: "web", LogSpecification(keep: 2, maxAge: .zero))])
        try waitUntil("the oldest to go, which makes room to compress the others", seconds: 60) {
            try Files.list(folder).filter { $0.hasSuffix(".zst") }.count == 2
        }
        #expect(try LogContent.rotated(folder) == ["20261122T000000.000000Z", "20261123T000000.000000Z"])
        #expect(hostd.heard.allSatisfy { if case .error(_, let text) = $0 { text.contains("No space") } else { true } })
    }

    @Test func theLogsOfTheHostTogetherTakeNoMoreThanTheirTotal() throws {
        for (day, log) in [(21, "web"), (22, "gone"), (23, "web")] {
            try Files.makeFolder(logger.log + "/" + log)
            let path = "\(logger.log)/\(log)/202611\(day)T000000.000000Z.log"
            try Files.replace(path, with: [UInt8](repeating: 10, count: 100_000))
        }
        let settings = LogSpecification(maxAge: .zero, isCompressed: false)
        try logger.start().want([.host(totalBytes: 150_000), .log(name: "web", settings)])
        try waitUntil("the two oldest to go") {
            names("gone").isEmpty && names("web").filter { $0.hasSuffix("Z.log") } == ["20261123T000000.000000Z.log"]
        }
    }

    // MARK: - Kills

    /// Writes numbered lines in blocks that end anywhere, until it is told to stop.
    private func writer() -> String {
        """
        i=0; while [ ! -e \(stop) ]; do
        seq -f '%.0f a line of the writer' $i $((i + 999)); i=$((i + 1000)); done; echo $i > \(stop).count
        """
    }

    /// A child that was just being made when its logger was killed holds its socket for a moment.
    private func start(_ wanted: [LoggerMessage]) throws -> LoggerConnection {
        let first = try logger.start()
        if (try? first.want(wanted)) != nil { return first }
        return try waitFor("the new logger", seconds: 60) {
            let hostd = try logger.connect()
            return (try? hostd.want(wanted)) == nil ? nil : hostd
        }
    }

    @Test func killsOfTheLoggerAndOfItsChildLoseDoubleAndTearNoLine() throws {
        let kept = try Kept(run: logger.run, instance: "web.1", script: writer())
        let settings = LogSpecification(maxSizeBytes: 256 << 10, keep: 1_000_000, totalBytes: .max)
        let wanted: [LoggerMessage] = [.log(name: "web", settings), kept.wanted(in: "web")]
        var hostd = try start(wanted)
        var childKills = 0
        for round in 1...18 {
            if round % 3 != 0, let pid = try? waitFor("a child", seconds: 5, { tenders().first }) {
                letPass(microseconds: .random(in: 0...60_000))
                kill(pid, SIGKILL)
                childKills += 1
            }
            letPass(microseconds: .random(in: 0...50_000))
            guard round % 3 != 1 else { continue }
            logger.kill()
            hostd = try start(wanted)
        }
        try Files.replace(stop, with: [])
        try hostd.wait(for: .drained(instance: "web.1"))
        try waitUntil("all to be compressed", seconds: 120) { isAllCompressed("web") }
        let count = try #require(Int(Files.readText(stop + ".count").dropLast()))
        #expect(childKills > 5 && count > 10_000)
        var next = 0
        for line in try logger.content("web").split(separator: UInt8(ascii: "\n")) {
            guard line.elementsEqual("\(next) a line of the writer".utf8) else {
                Issue.record("line \(next) is missing or torn: \(String(decoding: line.prefix(80), as: UTF8.self))")
                return
            }
            next += 1
        }
        #expect(next == count)
    }
}
