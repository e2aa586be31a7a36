// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

/// How the logger starts, sleeps, talks and ends.
@Suite struct LifeTests {
    private let logger: LoggerUnderTest

    init() throws {
        logger = try LoggerUnderTest()
    }

    @Test func aSecondLoggerSaysSoAndExits0() throws {
        let hostd = try logger.start()
        let second = try logger.spawn()
        #expect(try second.waitForEnd() == exited(0))
        #expect(logger.errorText.contains("another logger serves \(logger.run)"))
        try hostd.want([])
    }

    @Test func aLoggerThatWaitsTakesOverWhenTheOtherEnds() throws {
        try logger.start()
        let second = try logger.spawn("--wait")
        try waitUntil("it to wait") { (try? Files.readText("/proc/\(second.pid)/stack"))?.contains("flock") ?? true }
        logger.kill()
        let hostd = try waitFor("the other logger's socket") { try? logger.connect() }
        try hostd.want([])
        second.signal(SIGTERM)
        #expect(try second.waitForEnd() == exited(0))
    }

    @Test func aLoggerThatWaitsEndsOnSigterm() throws {
        let hostd = try logger.start()
        let second = try logger.spawn("--wait")
        second.signal(SIGTERM)
        let status = try second.waitForEnd()
        #expect(status == SIGTERM)
        try hostd.want([])
    }

    @Test(arguments: [[], ["--run", "/x"], ["--log", "/x", "--run", "/y"], ["--run", "/x", "--log", "/y", "--more"]])
    func wrongUsageExits2(_ arguments: [String]) throws {
        let process = try TestProcess(Programs.path("hostd-logger"), arguments)
        #expect(try process.waitForEnd() == exited(2))
    }

    @Test(.enabled(if: Files.exists("/proc/self/syscall"), "the kernel does not show system calls"))
    func withNothingToMoveItSleepsWithoutATimer() throws {
        let hostd = try logger.start()
        let pid = try #require(logger.process?.pid)
        try waitUntil("sleep without pipes") { epollTimeout(of: pid) == -1 }
        let kept = try (1...5).map {
            try Kept(run: logger.run, instance: "gateway.\($0)", script: "echo up; exec sleep 1000")
        }
        try hostd.want(kept.map { $0.wanted(in: "log-\($0.instance)") })
        for one in kept { try waitUntil("its line") { logger.text("log-\(one.instance)") == "up\n" } }
        try waitUntil("sleep with live pipes") { epollTimeout(of: pid) == -1 }
        for one in kept { one.killTree() }
        for one in kept { try hostd.wait(for: .drained(instance: one.instance)) }
        try waitUntil("sleep with ended pipes") { epollTimeout(of: pid) == -1 }
    }

    @Test func sigtermMovesWhatLiesInThePipes() throws {
        let hostd = try logger.start()
        let pipes = try (1...20).map { try HeldPipe(run: logger.run, instance: "web.\($0)") }
        try hostd.want(pipes.map { $0.wanted(in: $0.instance) })
        for pipe in pipes { try pipe.write(String(repeating: "0123456789\n", count: 5000)) }
        #expect(try logger.terminate() == exited(0))
        for pipe in pipes {
            #expect(pipe.readableBytes == 0)
            #expect(try logger.content(pipe.instance).count == 55_000)
        }
    }

    @Test func quitMovesWhatLiesInThePipesAndExits0() throws {
        let hostd = try logger.start()
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try hostd.want([pipe.wanted(in: "web")])
        try pipe.write("last words\n")
        try pipe.end()
        try hostd.send([.quit])
        try hostd.wait(for: .drained(instance: "web.1"))
        try hostd.waitForClose()
        #expect(try logger.process?.waitForEnd() == exited(0))
        #expect(logger.text("web") == "last words\n")
    }

    @Test func withoutHostdItGoesOnWithTheSetThatItHas() throws {
        var hostd: LoggerConnection? = try logger.start()
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try hostd?.want([pipe.wanted(in: "web")])
        // What was told since begin counts only with commit.
        try hostd?.send([.begin, .log(name: "other", LogSpecification(maxSizeBytes: 1, keep: 1))])
        hostd = nil
        try pipe.write("alone\n")
        try waitUntil("the line") { logger.text("web") == "alone\n" }
        let next = try logger.connect()
        try next.want([pipe.wanted(in: "web")])
        #expect(!Files.exists(logger.log + "/other"))
    }

    @Test func aNewConnectionReplacesTheOldOne() throws {
        let old = try logger.start()
        let new = try logger.connect()
        try old.waitForClose()
        try new.want([])
    }

    @Test func aLineThatIsNotUnderstoodDropsNothing() throws {
        let hostd = try logger.start()
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try hostd.want([pipe.wanted(in: "web")])
        try hostd.send(text: "begin\nlog\tother\tmax_size=1000\tkeep=1\npipe\tweb\tweb.1\tcompress=true\ncommit\n")
        try hostd.wait(for: .ok)
        try hostd.waitForReply("a word about it") {
            if case .error("-", let text) = $0 { text.contains("compress=true") } else { false }
        }
        try pipe.write("still read\n")
        try waitUntil("the line") { logger.text("web") == "still read\n" }
        #expect(Files.exists(logger.log + "/other/current"))
        try hostd.want([])
        try pipe.write("no more\n")
        try hostd.roundTrip()
        #expect(pipe.readableBytes == 8)
    }

    @Test func aLineThatIsTooLongIsRefusedAndTheNextOneTaken() throws {
        let hostd = try logger.start()
        let long = "drop\t" + String(repeating: "x", count: 100_000) + "\n"
        try hostd.send(text: long + "commit\nbegin\ncommit\n")
        try hostd.waitForReply("a word about it") {
            if case .error("-", let text) = $0 { text.contains("more than 8192 bytes") } else { false }
        }
        try hostd.waitForReply("commit without begin") {
            if case .error("-", let text) = $0 { text == "commit without begin" } else { false }
        }
        try hostd.wait(for: .ok)
        #expect(hostd.heard.isEmpty)
    }

    @Test(.enabled(if: Files.exists("/usr/bin/prlimit"), "prlimit is not installed"))
    func whenDescriptorsAreShortTheNextHostdStillGetsThrough() throws {
        // Kept while its descriptors are counted: one that is closed meanwhile would leave a hole below the limit.
        let first = try logger.start()
        try first.want([])
        let pid = try #require(logger.process?.pid)
        let open = Set(try Files.list("/proc/\(pid)/fd").compactMap { Int($0) })
        let limit = try #require((0...).first { !open.contains($0) })
        let limiter = try TestProcess("/usr/bin/prlimit", ["--pid", String(pid), "--nofile=\(limit):\(limit)"])
        #expect(try limiter.waitForEnd() == exited(0))
        withExtendedLifetime(first) {}
        for _ in 1...3 { try logger.connect().want([]) }
        let hostd = try logger.connect()
        try hostd.want([.log(name: "web", LogSpecification(maxSizeBytes: 1000, keep: 1))])
        try hostd.waitForReply("a word about it") {
            if case .error("web", let text) = $0 { text.contains("Too many open files") } else { false }
        }
        let next = try logger.connect()
        try hostd.waitForClose()
        try next.want([])
        try waitUntil("sleep") { epollTimeout(of: pid) == -1 }
    }

    /// The timeout of the epoll call that a process sleeps in; nil when it does something else.
    private func epollTimeout(of pid: Int32) -> Int32? {
        let fields = ((try? Files.readText("/proc/\(pid)/syscall")) ?? "").split(separator: " ")
        let waits: Set<Substring> = ["232", "281", "22"]
        guard fields.count > 4, waits.contains(fields[0]), let value = UInt64(fields[4].dropFirst(2), radix: 16) else {
            return nil
        }
        return Int32(truncatingIfNeeded: value)
    }
}
