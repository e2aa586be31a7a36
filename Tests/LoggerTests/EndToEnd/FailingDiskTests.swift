// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

/// Disks that fill up or fail again and again under output, while the logger is killed at random moments.
@Suite struct FailingDiskTests {
    /// Writes numbered lines, so many at a time, until it is told to stop, and says how many it has written.
    private static func script(_ stop: String, atOnce: Int) -> String {
        "i=0; while [ ! -e \(stop) ]; do seq -f 'line %010.0f of a program' $((i + 1)) $((i + \(atOnce))); "
            + "i=$((i + \(atOnce))); echo $i > \(stop).count; done"
    }

    private func written(_ stop: String) -> Int {
        ((try? Files.readText(stop + ".count")) ?? "").split(separator: "\n").first.flatMap { Int($0) } ?? 0
    }

    /// Lines of the log that are no line of hostd's: each whole, and in order; how many.
    private func countLines(_ logger: LoggerUnderTest, allowingGaps: Bool) throws -> Int {
        var last = 0
        var count = 0
        for line in logger.text("web").split(separator: "\n") where !line.hasPrefix("hostd: ") {
            let number = Int(line.dropFirst(5).prefix(10)) ?? -1
            let isRight = line == "line \(line.dropFirst(5).prefix(10)) of a program"
            let isNext = allowingGaps ? number > last : number == last + 1
            if !isRight || !isNext { Issue.record("after line \(last): \(line.prefix(200))") }
            guard isRight, isNext else { return count }
            last = number
            count += 1
        }
        return count
    }

    private func losses(_ hostd: LoggerConnection) -> [Loss] {
        hostd.heard.compactMap { if case .lost(_, let loss) = $0 { loss } else { nil } }
    }

    private func wanted(_ whenFull: LogSpecification.WhenFull, _ kept: Kept) -> [LoggerMessage] {
        let settings = LogSpecification(maxSizeBytes: 300_000, keep: 100_000, whenFull: whenFull)
        return [.log(name: "web", settings), kept.wanted(in: "web")]
    }

    /// What is written under `block` while the disk comes and goes and the logger is killed.
    private func blocks(_ logger: LoggerUnderTest, rounds: Int, setFailing: (Bool) throws -> Void) throws {
        let stop = logger.folder.path + "/stop"
        let script = Self.script(stop, atOnce: 100)
        let kept = try Kept(run: logger.run, instance: "web.1", pipeSizeBytes: 1 << 20, script: script)
        for round in 1...rounds {
            let hostd = try logger.start()
            try hostd.send([.begin] + wanted(.block, kept) + [.commit])
            letPass(microseconds: .random(in: 0...20_000))
            try setFailing(round % 4 != 0)
            letPass(microseconds: .random(in: 0...20_000))
            logger.kill()
            try setFailing(round % 3 == 0)
        }
        try setFailing(false)
        try Files.replace(stop, with: [])
        let hostd = try logger.start()
        try hostd.want(wanted(.block, kept))
        try hostd.wait(for: .drained(instance: "web.1"))
        #expect(try countLines(logger, allowingGaps: false) == written(stop))
        #expect(losses(hostd).isEmpty)
    }

    /// What is dropped while the disk refuses is counted, to the line.
    private func drops(_ logger: LoggerUnderTest, reason: String, setFailing: (Bool) throws -> Void) throws {
        let stop = logger.folder.path + "/stop"
        let hostd = try logger.start()
        let kept = try Kept(run: logger.run, instance: "web.1", script: Self.script(stop, atOnce: 2000))
        try hostd.want(wanted(.drop, kept))
        for round in 1...3 {
            try waitUntil("lines", seconds: 60) { logger.text("web").utf8.count > round * 10_000 }
            try setFailing(true)
            try hostd.waitForReply("an error") { if case .error("web", _) = $0 { true } else { false } }
            // More than memory takes.
            let before = written(stop)
            try waitUntil("many lines", seconds: 120) { written(stop) > before + 100_000 }
            try setFailing(false)
            try waitUntil("word of loss \(round)", seconds: 120) {
                try hostd.roundTrip()
                return losses(hostd).count == round
            }
        }
        try Files.replace(stop, with: [])
        try hostd.wait(for: .drained(instance: "web.1"))
        let lost = losses(hostd)
        #expect(lost.allSatisfy { $0.lines > 0 && $0.bytes == $0.lines * 29 })
        #expect(try countLines(logger, allowingGaps: true) + lost.reduce(0) { $0 + $1.lines } == written(stop))
        let said = logger.text("web").split(separator: "\n").filter { $0.hasPrefix("hostd: ") }
        #expect(said == lost.map { "hostd: \($0.text): \(reason)"[...] })
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "only root can mount"))
    func aDiskThatIsFullAgainAndAgainCostsNoLine() throws {
        let disk = try SmallDisk(pages: max(20_000, Rounds.count(2000)))
        try blocks(try LoggerUnderTest(log: disk.path), rounds: Rounds.count(30)) { try $0 ? disk.fill() : disk.free() }
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "only root can mount"))
    func whatAFullDiskCostsIsCountedToTheLine() throws {
        let disk = try SmallDisk(pages: 20_000)
        try drops(try LoggerUnderTest(log: disk.path), reason: "disk full") { try $0 ? disk.fill() : disk.free() }
    }

    @Test(.enabled(if: FailingDisk.canBeMounted, "needs root, /dev/fuse and python3-fusepy"))
    func aDiskThatFailsAgainAndAgainCostsNoLine() throws {
        let disk = try FailingDisk()
        try blocks(try LoggerUnderTest(log: disk.path), rounds: Rounds.count(30)) { try disk.setFailing($0) }
    }

    @Test(.enabled(if: FailingDisk.canBeMounted, "needs root, /dev/fuse and python3-fusepy"))
    func whatAFailingDiskCostsIsCountedToTheLine() throws {
        let disk = try FailingDisk()
        try drops(try LoggerUnderTest(log: disk.path), reason: "Input/output error") { try disk.setFailing($0) }
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "only root can mount"))
    func aFloodOntoAFullDiskDoesNotMakeTheLoggerGrow() throws {
        let disk = try SmallDisk(pages: 64)
        let logger = try LoggerUnderTest(log: disk.path)
        let hostd = try logger.start()
        try disk.fill()
        let script = "while :; do seq -f 'line %010.0f of a flood that goes on and on' 1 20000; done"
        let kept = try (1...24).map {
            try Kept(run: logger.run, instance: "web\($0).1", pipeSizeBytes: 1 << 20, script: script)
        }
        let pid = try #require(logger.process?.pid)
        try hostd.want(
            kept.flatMap { one -> [LoggerMessage] in
                let log = String(one.instance.dropLast(2))
                return [.log(name: log, LogSpecification(whenFull: .drop)), one.wanted(in: log)]
            })
        // Each of them is at its limit, or all together are, when so much was taken from the pipes.
        var most = 0
        for _ in 1...40 {
            letPass(microseconds: 50_000)
            most = max(most, try residentKibibytes(pid))
        }
        try hostd.roundTrip()
        #expect(most > 0 && most <= 32 << 10, "\(most) KiB")
        for one in kept { one.killTree() }
    }

    private func residentKibibytes(_ pid: Int32) throws -> Int {
        let status = try Files.readText("/proc/\(pid)/status")
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
