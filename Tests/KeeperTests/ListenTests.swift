// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLaunch
import HostLinux
import TestKit
import Testing

/// Listening sockets on their way from hostd through a keeper to its child, and back.
@Suite struct ListenTests {
    private static func socket() throws -> Descriptor {
        try ListeningSockets.open(try #require(SocketAddress.literals(host: "127.0.0.1", port: 0)?.first))
    }

    private static func link(_ raw: Int32) -> String? { Files.linkTarget("/proc/self/fd/\(raw)") }

    private func keeper(_ command: [String], _ sockets: [Int32], count: Int? = nil, in folder: TemporaryFolder) throws
        -> RunningKeeper
    {
        let lock = try Descriptor(opening: folder.path + "/lock", O_RDWR | O_CREAT)
        #expect(try lock.tryLock())
        return try RunningKeeper(
            ["--lock-fd", "3", "--listen-fds", "\(count ?? sockets.count)"], command,
            environment: ["LISTEN_FDS=\(sockets.count)", "LISTEN_PID=", RunningKeeper.path], in: folder,
            keeping: [lock.raw] + sockets)
    }

    @Test func theChildFindsThemFromThreeOn() throws {
        let one = try Self.socket()
        let two = try Self.socket()
        let keeper = try keeper(["sleep", "1000"], [one.raw, two.raw], in: TemporaryFolder())
        let main = try keeper.mainPid()
        let found = ProcessFacts(pid: main).descriptors
        #expect(found.keys.sorted() == ["0", "1", "2", "3", "4"])
        #expect(found["3"] == Self.link(one.raw) && found["4"] == Self.link(two.raw))
        let environment = try ProcessFacts(pid: main).environment()
        #expect(environment.contains("LISTEN_PID=\(main)") && environment.contains("LISTEN_FDS=2"))
    }

    @Test func aSpareHandsThemOn() throws {
        let one = try Self.socket()
        let two = try Self.socket()
        let spare = try SpareTests.Spare()
        let lock = try Descriptor(opening: spare.folder.path + "/lock", O_RDWR | O_CREAT)
        #expect(try lock.tryLock())
        let message = spare.message(
            ["sleep", "1000"], environment: ["LISTEN_PID="], options: ["--listen-fds", "2"])
        spare.send(message, lock: lock, sockets: [one.raw, two.raw])
        let main = try spare.keeper.mainPid()
        let found = ProcessFacts(pid: main).descriptors
        #expect(found["3"] == Self.link(one.raw) && found["4"] == Self.link(two.raw) && found.count == 5)
        #expect(try ProcessFacts(pid: main).environment().contains("LISTEN_PID=\(main)"))
    }

    @Test func aSpareWantsAsManyAsWereAnnounced() throws {
        let one = try Self.socket()
        let spare = try SpareTests.Spare()
        let lock = try Descriptor(opening: spare.folder.path + "/lock", O_RDWR | O_CREAT)
        spare.send(spare.message(["sleep", "1000"], options: ["--listen-fds", "2"]), lock: lock, sockets: [one.raw])
        #expect(try spare.keeper.exitCode() == 2)
    }

    @Test func theKeeperHasThemAsLongAsTheMainProcessLives() throws {
        let one = try Self.socket()
        let link = try #require(Self.link(one.raw))
        let script = "setsid sh -c 'trap : TERM; while :; do sleep 1000; done' & read -r line < \"$0\""
        let folder = try TemporaryFolder()
        let fifo = folder.path + "/end"
        #expect(mkfifo(fifo, 0o600) == 0)
        let keeper = try keeper(["sh", "-c", script, fifo], [one.raw], in: folder)
        _ = try keeper.mainPid()
        #expect(ProcessFacts(pid: keeper.pid).descriptors.values.contains(link))
        let end = try Descriptor(opening: fifo, O_RDWR)
        try end.write(all: "\n".utf8)
        _ = try keeper.bell.ring("exited")
        #expect(!ProcessFacts(pid: keeper.pid).descriptors.values.contains(link))
    }

    @Test @MainActor func aLaterHostdGetsThemBackFromTheKeeper() throws {
        let address = try Self.freeAddress()
        let name = try #require(ServiceName("web"))
        let first = HeldSockets()
        let numbers = try first.hold([address], for: name)
        let link = Self.link(try #require(numbers.first))
        let keeper = try keeper(["sleep", "1000"], numbers, in: TemporaryFolder())
        _ = try keeper.mainPid()
        first.release(name)
        #expect(first.isEmpty)
        let second = HeldSockets()
        try second.recover([address], for: name, from: keeper.pid)
        #expect(Self.link(try #require(try second.hold([address], for: name).first)) == link)
    }

    @Test @MainActor func oneIsClosedWhenNobodyWantsItAnyMore() throws {
        let address = try Self.freeAddress()
        let (one, two) = (try #require(ServiceName("web@1")), try #require(ServiceName("web@2")))
        let held = HeldSockets()
        #expect(try held.hold([address], for: one) == held.hold([address], for: two))
        held.release(one)
        #expect(!held.isEmpty)
        held.release(two)
        #expect(held.isEmpty)
        let again = HeldSockets()
        _ = try again.hold([address], for: one)
    }

    @Test @MainActor func oneThatAProgramHasShutDownListensAgain() throws {
        let address = try Self.freeAddress()
        let name = try #require(ServiceName("web"))
        let held = HeldSockets()
        let raw = try #require(try held.hold([address], for: name).first)
        #expect(shutdown(raw, Int32(SHUT_RDWR)) == 0)
        #expect(ListeningSockets.address(of: raw) == nil)
        #expect(try held.hold([address], for: name) == [raw])
        #expect(ListeningSockets.address(of: raw)?.text == address.text)
    }

    private static func freeAddress() throws -> HeldAddress {
        let free = try socket()
        let text = try #require(ListeningSockets.address(of: free.raw)?.text)
        let port = try #require(text.split(separator: ":").last.flatMap { UInt16($0) })
        return HeldAddress(host: "127.0.0.1", port: port)
    }
}
