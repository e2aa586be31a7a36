// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// No room where records and tails go.
@Suite(.enabled(if: PrivateMount.isPossible("tmpfs"), "mounting needs root")) struct FullDiskTests {
    private let disk: PrivateMount

    init() throws {
        disk = try PrivateMount("tmpfs", options: "size=256k")
    }

    @Test func theDoorbellStillSaysHowItEnded() throws {
        try disk.fill()
        let keeper = try RunningKeeper(["--record-dir", disk.path], ["sh", "-c", "exit 5"])
        #expect(try keeper.bell.ring("started").record?["token"] == keeper.token)
        #expect(try keeper.bell.ring("exited").record?["code"] == "5")
        keeper.signal(SIGTERM)
        try keeper.exitCode()
    }

    @Test func theExitIsRecordedAsSoonAsThereIsRoom() throws {
        try disk.fill()
        let keeper = try RunningKeeper(["--record-dir", disk.path], ["sh", "-c", "exit 5"])
        _ = try keeper.bell.ring("exited")
        #expect(keeper.bell.events == ["started", "exited"])
        #expect(try Files.list(disk.path) == ["filler"])
        disk.free()
        try keeper.exitCode()
        let exit = FieldText(parsing: try Files.readText(disk.path + "/exit"))
        #expect(exit?["code"] == "5" && exit?["tree"] == "empty")
    }

    @Test func theStartIsRecordedAsSoonAsThereIsRoom() throws {
        try disk.fill()
        let keeper = try RunningKeeper(["--record-dir", disk.path], ["sleep", "1000"])
        let started = try keeper.bell.ring("started")
        disk.free()
        let path = disk.path + "/start"
        try waitUntil("the start record") { Files.exists(path) }
        #expect(FieldText(parsing: try Files.readText(path)) == started.record)
    }

    @Test func whatThePipeHoldsIsKeptUntilThereIsRoom() throws {
        let records = try TemporaryFolder()
        let options = ["--dir", disk.path, "--record-dir", records.path]
        let keeper = try RunningKeeper(options, ["sh", "-c", "seq 1 9999; kill -STOP $$"])
        let main = try #require(try keeper.bell.ring("started").record?.integer("pid", as: Int32.self))
        try waitUntil("all to be written") { ProcessFacts(pid: main).stat(3) == "T" }
        try disk.fill()
        kill(main, SIGKILL)
        try waitUntil("the keeper to try") { Files.exists(self.disk.path + "/out.tail") }
        disk.free()
        try keeper.exitCode()
        #expect(try Files.readText(disk.path + "/out.tail") == (1...9999).map { "\($0)\n" }.joined())
    }

    @Test func aReaderThatComesMeanwhileGetsIt() throws {
        let records = try TemporaryFolder()
        let options = ["--dir", disk.path, "--record-dir", records.path]
        let keeper = try RunningKeeper(options, ["sh", "-c", "echo kept; kill -STOP $$"])
        let main = try #require(try keeper.bell.ring("started").record?.integer("pid", as: Int32.self))
        try waitUntil("all to be written") { ProcessFacts(pid: main).stat(3) == "T" }
        try disk.fill()
        kill(main, SIGKILL)
        try waitUntil("the keeper to try") { Files.exists(self.disk.path + "/out.tail") }
        try FifoReader(disk.path + "/out").wait(for: "kept\n")
        try keeper.exitCode()
        #expect(try Files.read(disk.path + "/out.tail").isEmpty)
    }

    @Test(arguments: [SIGTERM, 41])
    func aKeeperThatWaitsForRoomLeavesOnDemand(_ number: Int32) throws {
        try disk.fill()
        let keeper = try RunningKeeper(["--record-dir", disk.path], ["true"])
        _ = try keeper.bell.ring("exited")
        keeper.signal(number, value: number == 41 ? 0 : nil)
        #expect(try keeper.exitCode() == 0)
        #expect(keeper.bell.events == ["started", "exited", "gone"])
    }
}
