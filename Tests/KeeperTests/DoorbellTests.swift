// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// What a keeper says and when.
@Suite struct DoorbellTests {
    @Test func eventsComeInOrderWithTheRecordAsWritten() throws {
        let keeper = try RunningKeeper(
            ["--leftovers-ms", "50"], ["sh", "-c", "(trap '' TERM; exec sleep 1000) & sleep 0.2; exit 1"])
        let started = try keeper.bell.ring("started")
        #expect(started.record == keeper.recordNow("start"))
        let exit = try keeper.exitRecord()
        #expect(keeper.bell.events == ["started", "exited", "empty", "gone"])
        let rings = keeper.bell.rings
        #expect(rings.allSatisfy { $0.instance == "test.1" && $0.sender == keeper.pid })
        #expect(rings[1].record?["tree"] == "busy" && rings[1].record?["code"] == "1")
        #expect(rings[2].record == exit)
        #expect(rings[3].record == nil)
    }

    @Test func aTreeThatEndsWithItsMainProcessIsNotToldTwice() throws {
        let keeper = try RunningKeeper([], ["true"])
        let exit = try keeper.exitRecord()
        #expect(keeper.bell.events == ["started", "exited", "gone"])
        #expect(keeper.bell.rings[1].record == exit && exit["tree"] == "empty")
    }

    @Test func aFailureIsToldWithItsRecord() throws {
        let keeper = try RunningKeeper([], ["/nowhere"])
        let exit = try keeper.exitRecord()
        #expect(try keeper.bell.ring("failed").record == exit)
    }

    @Test(arguments: ["/nowhere/bell", "/etc/passwd", "/" + String(repeating: "b", count: 200)])
    func nobodyThereIsNoError(doorbell: String) throws {
        let keeper = try RunningKeeper(["--doorbell", doorbell], ["sh", "-c", "exit 6"])
        #expect(try keeper.exitRecord()["code"] == "6")
        #expect(try keeper.exitCode() == 0)
        #expect(keeper.bell.events == [])
    }

    @Test func aFullQueueIsWaitedFor() throws {
        let full = try FullBell()
        let keeper = try RunningKeeper(["--doorbell", full.path], ["true"])
        _ = try keeper.record("start")
        // The kernel wakes the keeper as soon as there is room again.
        #expect(try full.bell.ring("started").sender == keeper.pid)
        #expect(try full.bell.ring("gone").sender == keeper.pid)
    }

    @Test func aQueueThatStaysFullCostsOnlyTheRings() throws {
        let full = try FullBell()
        let keeper = try RunningKeeper(["--doorbell", full.path], ["sh", "-c", "exit 3"])
        #expect(try keeper.exitRecord()["code"] == "3")
        #expect(!full.bell.events.contains("gone"))
    }

    /// A doorbell whose queue is full of other things.
    final class FullBell {
        let folder: TemporaryFolder
        let bell: Bell
        var path: String { folder.path + "/bell" }

        init() throws {
            folder = try TemporaryFolder()
            bell = try Bell(at: folder.path + "/bell")
            let script = """
                use Socket; socket S, AF_UNIX, SOCK_DGRAM, 0; connect S, sockaddr_un($ARGV[0]) or die;
                1 while send S, "noise noise\\n", MSG_DONTWAIT; exit 0
                """
            guard try run("/usr/bin/perl", ["-e", script, path]).code == 0 else {
                throw SystemError(code: EIO, call: "fill", subject: path)
            }
        }
    }
}
