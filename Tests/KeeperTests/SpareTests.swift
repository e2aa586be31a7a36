// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// A keeper that waits for its specification.
@Suite struct SpareTests {
    /// hostd's end of the socket, and the keeper at the other.
    final class Spare {
        let folder: TemporaryFolder
        let token = newToken()
        let keeper: RunningKeeper
        private var socket: Int32

        init(
            output: Int32? = nil, through: [String] = [], program: String = RunningKeeper.program,
            environment: [String] = []
        ) throws {
            folder = try TemporaryFolder()
            let pair = try Sockets.pair()
            socket = pair.first
            defer { close(pair.second) }
            let words = through + [program, "--spare", "3"]
            let process = try Processes.spawn(
                words[0], Array(words.dropFirst()), environment: [RunningKeeper.path] + environment, output: output,
                keeping: [pair.second])
            keeper = try RunningKeeper(process, token: token, in: folder)
        }

        deinit {
            hangUp()
        }

        func hangUp() {
            if socket >= 0 { close(socket) }
            socket = -1
        }

        func send(_ bytes: [UInt8]) {
            #expect(Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
        }

        func send(_ bytes: [UInt8], lock: borrowing Descriptor, sockets: [Int32] = []) {
            let sent = [lock.raw] + sockets
            #expect(chost_send_with_descriptors(socket, bytes, bytes.count, sent, sent.count) == bytes.count)
        }

        /// The message for a command, as docs/keeper.md has it.
        func message(_ command: [String], environment: [String] = [], options: [String] = []) -> [UInt8] {
            let arguments = RunningKeeper.identity(folder, token) + options + ["--"] + command
            let entries = [RunningKeeper.path, "HOSTD_INSTANCE=\(token)"] + environment
            return SpareTests.message(
                [0x4b50_4552, UInt32(arguments.count), UInt32(entries.count), 0], arguments + entries)
        }
    }

    static func message(_ numbers: [UInt32], _ strings: [String]) -> [UInt8] {
        numbers.flatMap { number in withUnsafeBytes(of: number) { Array($0) } } + strings.flatMap { $0.utf8 + [0] }
    }

    @Test func becomesTheKeeperOfWhatItIsTold() throws {
        let spare = try Spare()
        let lock = try Descriptor(opening: spare.folder.path + "/lock", O_RDWR | O_CREAT)
        #expect(try lock.tryLock())
        spare.send(spare.message(["sleep", "1000"], environment: ["X=1"]), lock: lock)
        let main = try spare.keeper.mainPid()
        #expect(ProcessFacts(pid: main).parent == spare.keeper.pid)
        #expect(try ProcessFacts(pid: main).environment().last == "X=1")
        #expect(ProcessFacts(pid: main).descriptors.keys.sorted() == ["0", "1", "2"])
    }

    @Test func keepsTheLockThatCameWithTheMessage() throws {
        let spare = try Spare()
        let path = spare.folder.path + "/lock"
        do {
            let lock = try Descriptor(opening: path, O_RDWR | O_CREAT)
            #expect(try lock.tryLock())
            spare.send(spare.message(["sleep", "1000"]), lock: lock)
        }
        // From the moment of sending on, whoever holds it: the message on its way, or the keeper.
        #expect(try !Descriptor(opening: path, O_RDWR).tryLock())
        _ = try spare.keeper.record("start")
        #expect(try !Descriptor(opening: path, O_RDWR).tryLock())
        spare.keeper.kill()
        #expect(try Descriptor(opening: path, O_RDWR).tryLock())
    }

    @Test func goesOnWhenHostdIsKilledRightAfterSending() throws {
        let spare = try Spare()
        spare.keeper.signal(SIGSTOP)
        spare.send(spare.message(["sh", "-c", "exit 11"]))
        spare.hangUp()
        spare.keeper.signal(SIGCONT)
        #expect(try spare.keeper.exitRecord()["code"] == "11")
    }

    @Test func endsWithItsHostd() throws {
        let spare = try Spare()
        spare.hangUp()
        #expect(try spare.keeper.exitCode() == 0)
    }

    @Test func isNotEndedByWhatEndsHostd() throws {
        let spare = try Spare()
        try waitUntil("the spare to wait") { ProcessFacts(pid: spare.keeper.pid).stat(3) == "S" }
        for number in [SIGHUP, SIGINT, SIGTERM] { spare.keeper.signal(number) }
        #expect(ProcessFacts(pid: spare.keeper.pid).isAlive)
        spare.hangUp()
        #expect(try spare.keeper.exitCode() == 0)
    }

    @Test func obeysWhatCameBeforeTheChildWasThere() throws {
        let spare = try Spare()
        // All signals are blocked as soon as it waits, so they are kept for later.
        try waitUntil("the spare to wait") {
            ProcessFacts(pid: spare.keeper.pid).status("SigBlk")?.hasPrefix("fff") == true
        }
        spare.keeper.signal(41, value: 0)
        spare.send(spare.message(["sleep", "1000"]))
        #expect(try spare.keeper.exitRecord()["signal"] == "9")
        #expect(spare.keeper.bell.events == ["started", "exited", "gone"])
    }

    static let garbage: [String: [UInt8]] = [
        "too short": [1, 2, 3],
        "another magic": message([0x4b50_4553, 2, 0, 0], ["--", "true"]),
        "fewer strings than announced": message([0x4b50_4552, 3, 0, 0], ["--", "true"]),
        "more strings than announced": message([0x4b50_4552, 1, 0, 0], ["--", "true"]),
        "no end": Array(message([0x4b50_4552, 2, 0, 0], ["--", "true"]).dropLast()),
        "too many strings": message([0x4b50_4552, 4000, 0, 0], Array(repeating: "", count: 4000)),
        "huge numbers": message([0x4b50_4552, .max, .max, 0], ["--", "true"]),
        "too long": message([0x4b50_4552, 2, 0, 0], ["--", String(repeating: "x", count: 131_072)]),
    ]

    @Test(arguments: garbage.keys.sorted())
    func refusesWhatIsNoSpecification(_ kind: String) throws {
        let folder = try TemporaryFolder()
        let output = try Descriptor(opening: folder.path + "/said", O_WRONLY | O_CREAT)
        let spare = try Spare(output: output.raw)
        spare.send(try #require(Self.garbage[kind]))
        #expect(try spare.keeper.exitCode() == 2)
        let said = try Files.readText(folder.path + "/said")
        #expect(said == "hostd-keeper: what came for the spare keeper is no specification\n")
    }

    @Test func refusesArgumentsThatAreWrong() throws {
        let spare = try Spare()
        spare.send(Self.message([0x4b50_4552, 2, 0, 0], ["--colour", "red"]))
        #expect(try spare.keeper.exitCode() == 2)
    }
}
