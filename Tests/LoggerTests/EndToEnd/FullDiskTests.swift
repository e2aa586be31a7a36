// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

/// Log folders that cannot be written, for a while.
@Suite(.enabled(if: SmallDisk.canBeMounted, "only root can mount")) struct FullDiskTests {
    private let disk: SmallDisk
    private let logger: LoggerUnderTest
    private let hostd: LoggerConnection

    init() throws {
        disk = try SmallDisk(pages: 64)
        logger = try LoggerUnderTest(log: disk.path)
        hostd = try logger.start()
    }

    private func waitForError(_ text: String) throws {
        try hostd.waitForReply("an error that says \(text)") {
            if case .error("web", let said) = $0 { said.contains(text) } else { false }
        }
    }

    @Test func onAFullDiskTheBytesStayAndNoneIsLostWhenThereIsRoomAgain() throws {
        let script = "seq -f 'line %010.0f' 1 10000; echo end"
        try hostd.want([.log(name: "web", LogSpecification(maxSizeBytes: 1 << 20, keep: 1))])
        try disk.leave(pages: 2)
        let kept = try Kept(run: logger.run, instance: "web.1", script: script)
        try hostd.want([.log(name: "web", LogSpecification(maxSizeBytes: 1 << 20, keep: 1)), kept.wanted(in: "web")])
        try waitForError("No space left on device")
        let pid = try #require(logger.process?.pid)
        #expect(!Processes.isZombie(pid))
        try disk.free()
        try hostd.wait(for: .drained(instance: "web.1"))
        let lines = logger.text("web").split(separator: "\n")
        #expect(lines.count == 10_001 && lines.last == "end")
        #expect(lines.dropLast().enumerated().allSatisfy { Int($0.element.dropFirst(5)) == $0.offset + 1 })
        #expect(hostd.heard.isEmpty, "the error was said once")
    }

    @Test func aLoggerThatEndsOnAFullDiskLeavesTheRestToTheNext() throws {
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try hostd.want([pipe.wanted(in: "web")])
        try disk.fill()
        let text = (1...5000).map { "line \($0)\n" }.joined()
        try pipe.write(text)
        try waitForError("No space left on device")
        #expect(try logger.terminate() == exited(0))
        #expect(pipe.readableBytes > 0)
        try disk.free()
        let next = try logger.start()
        try next.want([pipe.wanted(in: "web")])
        try waitUntil("the rest") { pipe.readableBytes == 0 }
        #expect(logger.text("web") == text)
    }

    @Test func aReadOnlyLogFolderIsReportedOnceAndRecoversByItself() throws {
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try pipe.write("a line\n")
        try disk.setReadOnly(true)
        try hostd.want([.log(name: "web", LogSpecification(maxSizeBytes: 1 << 20, keep: 1)), pipe.wanted(in: "web")])
        try waitForError("Read-only file system")
        #expect(pipe.readableBytes == 7)
        try disk.setReadOnly(false)
        try waitUntil("the line") { logger.text("web") == "a line\n" }
        #expect(hostd.heard.isEmpty)
        #expect(logger.errorText.split(separator: "\n").count == 1)
    }

    @Test func aLogThatAnotherLoggerHoldsIsTakenWhenItIsFree() throws {
        let other = try LoggerUnderTest(log: disk.path)
        try other.start().want([.log(name: "web", LogSpecification(maxSizeBytes: 1 << 20, keep: 1))])
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try pipe.write("a line\n")
        try hostd.want([pipe.wanted(in: "web")])
        try waitForError("another process holds \(disk.path)/web/lock")
        #expect(pipe.readableBytes == 7)
        other.kill()
        try waitUntil("the line") { logger.text("web") == "a line\n" }
    }
}
