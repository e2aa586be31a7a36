// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

/// The real logger and the real keeper.
@Suite struct CaptureTests {
    private let logger: LoggerUnderTest
    private let hostd: LoggerConnection

    init() throws {
        // Two tests hold 400 files each.
        ProcessLimits.raiseOpenFiles()
        logger = try LoggerUnderTest()
        hostd = try logger.start()
    }

    @Test func bytesArriveByteForByte() throws {
        let data = logger.folder.path + "/data"
        let script =
            "head -c 700000 /dev/urandom > \(data); cat \(data); printf 'no newline at the end' | tee -a \(data)"
        let kept = try Kept(run: logger.run, instance: "gateway.1", script: script)
        try hostd.want([
            .log(name: "gateway", LogSpecification(maxSizeBytes: 1 << 30, keep: 1)), kept.wanted(in: "gateway"),
        ])
        try hostd.wait(for: .drained(instance: "gateway.1"))
        #expect(try logger.content("gateway") == Files.read(data))
        try kept.waitForEnd()
    }

    @Test func stdoutAndStderrKeepTheirOrder() throws {
        let script = "for i in 1 2 3; do echo out $i; echo err $i >&2; done"
        let kept = try Kept(run: logger.run, instance: "gateway.1", script: script)
        try hostd.want([kept.wanted(in: "gateway")])
        try hostd.wait(for: .drained(instance: "gateway.1"))
        #expect(logger.text("gateway") == "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n")
    }

    @Test func linesCarryTheTimeWhenTheyArrived() throws {
        let pipe = try HeldPipe(run: logger.run, instance: "gateway.1")
        try hostd.want([pipe.wanted(in: "gateway")])
        let before = Clock.wallMicroseconds
        try pipe.write("first\n")
        try waitUntil("the first line") { logger.text("gateway") == "first\n" }
        let between = Clock.wallMicroseconds
        try pipe.write("second\n")
        try pipe.end()
        try hostd.wait(for: .drained(instance: "gateway.1"))
        let times = try logger.reader("gateway").tail(lines: 9).lines.map(\.wallMicroseconds)
        #expect(times.count == 2)
        #expect(times[0] >= before && times[1] >= between && times[1] <= Clock.wallMicroseconds)
        #expect(try logger.reader("gateway").lastLine(since: between, limitBytes: 4096)?.text == Array("second".utf8))
    }

    @Test func theSameWantedSetTwiceChangesNothing() throws {
        let pipe = try HeldPipe(run: logger.run, instance: "gateway.1")
        let wanted: [LoggerMessage] = [
            .log(name: "gateway", LogSpecification(maxSizeBytes: 1 << 20, keep: 1)), pipe.wanted(in: "gateway"),
        ]
        try hostd.want(wanted)
        try pipe.write("first\n")
        try waitUntil("the first line") { logger.text("gateway") == "first\n" }
        let before = try Files.list(logger.log + "/gateway")
        try hostd.want(wanted)
        try pipe.write("second\n")
        try waitUntil("the second line") { logger.text("gateway") == "first\nsecond\n" }
        #expect(try Files.list(logger.log + "/gateway") == before)
        #expect(hostd.heard.isEmpty)
    }

    @Test func whatIsDrainedIsReportedToTheNextHostdToo() throws {
        let kept = try Kept(run: logger.run, instance: "gateway.1", script: "echo done")
        try hostd.want([kept.wanted(in: "gateway")])
        try hostd.wait(for: .drained(instance: "gateway.1"))
        let next = try logger.connect()
        try next.want([kept.wanted(in: "gateway")])
        try next.wait(for: .drained(instance: "gateway.1"))
        try next.send([.drop(instance: "gateway.1")])
        try next.roundTrip()
        #expect(logger.text("gateway") == "done\n")
    }

    @Test func aPipeThatIsDroppedIsReadNoMore() throws {
        let pipe = try HeldPipe(run: logger.run, instance: "gateway.1")
        try hostd.want([pipe.wanted(in: "gateway")])
        try pipe.write("before\n")
        try hostd.send([.drop(instance: "gateway.1")])
        try hostd.roundTrip()
        try hostd.roundTrip()
        #expect(logger.text("gateway") == "before\n")
        try pipe.write("after\n")
        try hostd.want([.log(name: "gateway", LogSpecification(maxSizeBytes: 1 << 20, keep: 1))])
        #expect(pipe.readableBytes == 6)
    }

    @Test func twoHundredLogsAtOnce() throws {
        let pipes = try (1...200).map { try HeldPipe(run: logger.run, instance: "web.\($0)") }
        try hostd.want(pipes.map { $0.wanted(in: "web-\($0.instance)") })
        for number in 1...50 {
            for pipe in pipes { try pipe.write("\(pipe.instance) says \(number)\n") }
        }
        for pipe in pipes { try pipe.end() }
        for pipe in pipes { try hostd.wait(for: .drained(instance: pipe.instance)) }
        for pipe in pipes {
            let expected = (1...50).map { "\(pipe.instance) says \($0)\n" }.joined()
            #expect(logger.text("web-\(pipe.instance)") == expected)
        }
    }

    @Test func twoHundredPipesIntoOneLogLoseAndTearNoLine() throws {
        let pipes = try (1...200).map { try HeldPipe(run: logger.run, instance: "web.\($0)") }
        try hostd.want(pipes.map { $0.wanted(in: "web") })
        for number in 1...50 {
            for pipe in pipes { try pipe.write("\(pipe.instance) says \(number)\n") }
        }
        for pipe in pipes { try pipe.end() }
        for pipe in pipes { try hostd.wait(for: .drained(instance: pipe.instance)) }
        let lines = logger.text("web").split(separator: "\n")
        #expect(lines.count == 200 * 50)
        for pipe in pipes {
            let own = lines.filter { $0.hasPrefix(pipe.instance + " ") }
            #expect(own == (1...50).map { "\(pipe.instance) says \($0)" })
        }
    }
}
