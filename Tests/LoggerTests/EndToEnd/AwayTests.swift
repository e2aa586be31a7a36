// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

/// The logger is not there, or is killed, while programs write and end.
@Suite struct AwayTests {
    private let logger: LoggerUnderTest

    init() throws {
        logger = try LoggerUnderTest()
    }

    @Test func whatAProgramWroteAndEndedWithoutALoggerIsInItsLogLater() throws {
        let kept = try Kept(run: logger.run, instance: "web.1", script: "seq 1 5000; printf 'no newline'")
        try kept.waitForEnd()
        #expect(Files.exists(kept.folder + "/out.tail"), "the keeper has saved what lay in the FIFO")
        let hostd = try logger.start()
        try hostd.want([kept.wanted(in: "web")])
        try hostd.wait(for: .drained(instance: "web.1"))
        #expect(logger.text("web") == (1...5000).map { "\($0)\n" }.joined() + "no newline")
        #expect(!Files.exists(kept.folder + "/out.tail") && !Files.exists(kept.folder + "/out.tail.at"))
    }

    @Test func severalLaunchesMissedAreTakenInTheirOrder() throws {
        let missed = try (1...3).map { try Kept(run: logger.run, instance: "web.\($0)", script: "echo launch \($0)") }
        for kept in missed { try kept.waitForEnd() }
        let live = try HeldPipe(run: logger.run, instance: "web.4")
        try live.write("launch 4\n")
        let hostd = try logger.start()
        try hostd.want(missed.map { $0.wanted(in: "web") } + [live.wanted(in: "web")])
        for kept in missed { try hostd.wait(for: .drained(instance: kept.instance)) }
        try waitUntil("the live one") { logger.text("web").hasSuffix("4\n") }
        #expect(logger.text("web") == "launch 1\nlaunch 2\nlaunch 3\nlaunch 4\n")
    }

    @Test func aProgramThatEndsWhileTheLoggerIsKilledLosesNothing() throws {
        var hostd = try logger.start()
        let go = logger.folder.path + "/go"
        let script = "echo before; while [ ! -e \(go) ]; do sleep 0.01; done; seq 1 3000"
        let kept = try Kept(run: logger.run, instance: "web.1", script: script)
        try hostd.want([kept.wanted(in: "web")])
        try waitUntil("the first line") { logger.text("web") == "before\n" }
        logger.kill()
        try Files.replace(go, with: [])
        try kept.waitForEnd()
        hostd = try logger.start()
        try hostd.want([kept.wanted(in: "web")])
        try hostd.wait(for: .drained(instance: "web.1"))
        #expect(logger.text("web") == "before\n" + (1...3000).map { "\($0)\n" }.joined())
    }

    @Test func aTailIsTakenOverExactlyOnceHoweverOftenTheLoggerIsKilled() throws {
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try pipe.end()
        try Files.makeFolder(logger.log + "/web")
        try Files.replace(logger.log + "/web/current", with: "before\n".utf8)
        let copy = logger.folder.path + "/copy"
        try shell("echo before > \(copy); head -c 40000000 /dev/urandom | tee \(pipe.tail) >> \(copy)")
        let wanted: [LoggerMessage] = [
            .log(name: "web", LogSpecification(maxSizeBytes: 1000, keep: 9)), pipe.wanted(in: "web"),
        ]
        var kills = 0
        while kills < 20, Files.exists(pipe.tail) {
            let hostd = try logger.start()
            try hostd.send([.begin] + wanted + [.commit])
            letPass(microseconds: .random(in: 0...4000))
            logger.kill()
            kills += 1
        }
        let hostd = try logger.start()
        try hostd.want(wanted)
        try hostd.wait(for: .drained(instance: "web.1"))
        try shell("cd \(logger.log)/web; cat *Z.log current 2> /dev/null | cmp - \(copy)")
        #expect(kills > 1)
    }

    private func shell(_ command: String) throws {
        #expect(try TestProcess("/bin/sh", ["-c", command]).waitForEnd() == exited(0))
    }
}
