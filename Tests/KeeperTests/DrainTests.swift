// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// What is in the pipes when the tree has ended.
@Suite struct DrainTests {
    /// Bytes of which no part is like another.
    private func numbers(_ count: Int) -> [UInt8] {
        Array((0..<count).lazy.map { "\($0)\n" }.joined().utf8)
    }

    private func pattern(ofBytes count: Int) -> String {
        "my $s = join '', map { \"$_\\n\" } 0..\(count / 4); syswrite STDOUT, $s, \(count) - \(count / 2);"
            + "syswrite STDOUT, $s, \(count / 2), \(count) - \(count / 2);"
    }

    @Test func aReaderGetsAllAndNoTailIsLeft() throws {
        let keeper = try RunningKeeper([], ["sh", "-c", "seq 0 9999"])
        let reader = try FifoReader(keeper.folder.path + "/out")
        try waitUntil("the end of the keeper") {
            reader.takeAll()
            return keeper.hasEnded
        }
        reader.takeAll()
        #expect(reader.bytes == numbers(10_000))
        #expect(!Files.exists(keeper.folder.path + "/out.tail"))
        #expect(keeper.bell.events == ["started", "exited", "gone"])
    }

    @Test func withoutAReaderTheTailHasItAll() throws {
        let keeper = try RunningKeeper([], ["sh", "-c", "seq 0 9999"])
        try keeper.exitCode()
        #expect(try Files.read(keeper.folder.path + "/out.tail") == numbers(10_000))
        var info = stat()
        #expect(stat(keeper.folder.path + "/out.tail", &info) == 0)
        #expect(info.st_mode & 0o7777 == 0o600 && info.st_uid == getuid())
    }

    @Test func eachStreamHasATailOfItsOwn() throws {
        let keeper = try RunningKeeper(["--streams", "separate"], ["sh", "-c", "echo o; echo e >&2"])
        try keeper.exitCode()
        #expect(try Files.readText(keeper.folder.path + "/out.tail") == "o\n")
        #expect(try Files.readText(keeper.folder.path + "/err.tail") == "e\n")
    }

    @Test func aFullPipeOfOneMegabyteGoesIntoTheTail() throws {
        let keeper = try RunningKeeper(
            ["--pipe-size", "1048576"], ["perl", "-e", pattern(ofBytes: 1_048_576)])
        try keeper.exitCode()
        let tail = try Files.read(keeper.folder.path + "/out.tail", limit: 2 << 20)
        #expect(tail.count == 1_048_576)
        #expect(tail == Array(numbers(300_000).prefix(1_048_576)))
    }

    @Test func theTailHasExactlyWhatAReaderLeft() throws {
        let keeper = try RunningKeeper([], ["perl", "-e", pattern(ofBytes: 60_000) + "sleep 1000"])
        var taken: [UInt8] = []
        do {
            _ = try keeper.record("start")
            let reader = try Descriptor(opening: keeper.folder.path + "/out", O_RDONLY)
            while taken.count < 12_345 { taken += try reader.read(upTo: 12_345 - taken.count) }
            try waitUntil("the rest") { try reader.readableBytes() == 60_000 - 12_345 }
        }
        keeper.signal(41, value: 0)
        try keeper.exitCode()
        let tail = try Files.read(keeper.folder.path + "/out.tail")
        #expect(taken + tail == Array(numbers(20_000).prefix(60_000)))
    }

    @Test func whatAKilledReaderLeftInTheRelayComesFirstInTheTail() throws {
        let script = pattern(ofBytes: 60_000) + "sleep 1000"
        let keeper = try RunningKeeper(["--pipe-size", "1048576"], ["perl", "-e", script])
        _ = try keeper.record("start")
        do {
            let reader = try Descriptor(opening: keeper.folder.path + "/out", O_RDONLY | O_NONBLOCK)
            try waitUntil("all of it") { try reader.readableBytes() == 60_000 }
            let relay = try Descriptor(opening: keeper.folder.path + "/out.relay", O_RDWR | O_NONBLOCK)
            #expect(Pipes.splice(from: reader.raw, on: relay.raw, limit: 12_345) == 12_345)
        }
        keeper.signal(41, value: 0)
        try keeper.exitCode()
        #expect(try Files.read(keeper.folder.path + "/out.tail") == Array(numbers(20_000).prefix(60_000)))
    }

    @Test func aReaderThatStoppedWithTheRelaysLockIsNotWaitedFor() throws {
        let keeper = try RunningKeeper(["--pipe-size", "1048576"], ["sh", "-c", "seq 0 99; sleep 1000"])
        _ = try keeper.record("start")
        let relay = try Descriptor(opening: keeper.folder.path + "/out.relay", O_RDWR | O_NONBLOCK)
        #expect(try relay.tryLock())
        keeper.signal(41, value: 0)
        try keeper.exitCode()
        #expect(try Files.read(keeper.folder.path + "/out.tail") == numbers(100))
    }

    @Test func smallPipesHaveNoRelay() throws {
        let keeper = try RunningKeeper(["--pipe-size", "65536"], ["sleep", "1000"])
        _ = try keeper.record("start")
        #expect(Files.exists(keeper.folder.path + "/out") && !Files.exists(keeper.folder.path + "/out.relay"))
    }

    @Test func theExitIsRecordedBeforeTheKeeperWaitsForAReader() throws {
        let keeper = try RunningKeeper([], ["echo", "unread"])
        try keeper.exitCode()
        var exit = stat()
        var tail = stat()
        #expect(stat(keeper.folder.path + "/exit", &exit) == 0 && stat(keeper.folder.path + "/out.tail", &tail) == 0)
        let seconds = tail.st_mtim.tv_sec - exit.st_mtim.tv_sec
        #expect(seconds * 1_000_000_000 + tail.st_mtim.tv_nsec - exit.st_mtim.tv_nsec >= 900_000_000)
    }

    @Test func aWriterThatIsKilledLeavesWhatThePipeTook() throws {
        let keeper = try RunningKeeper([], ["sh", "-c", "seq 0 99999999"])
        _ = try keeper.record("start")
        let path = keeper.folder.path + "/out"
        try waitUntil("a full pipe") {
            try Descriptor(opening: path, O_RDONLY | O_NONBLOCK).readableBytes() == 65536
        }
        keeper.signal(41, value: 0)
        #expect(try keeper.exitRecord()["signal"] == "9")
        let tail = try Files.read(path + ".tail")
        #expect(tail == Array(numbers(20_000).prefix(tail.count)) && tail.count >= 65536)
    }
}
