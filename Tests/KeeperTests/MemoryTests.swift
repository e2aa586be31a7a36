// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// The keeper's own memory in all that it does, under the sanitizers and valgrind.
@Suite(.enabled(if: !MemoryChecker.available.isEmpty, "no compiler with sanitizers")) struct MemoryTests {
    private func keeper(_ check: MemoryCheck, _ options: [String] = [], running command: [String]) throws
        -> RunningKeeper
    {
        try RunningKeeper(
            options, command, environment: [RunningKeeper.path] + check.environment, through: check.through,
            program: check.program)
    }

    @Test(arguments: MemoryChecker.available)
    func aWholeLifeWithAllOptions(checker: MemoryChecker) throws {
        let check = try MemoryCheck(checker)
        var options = [
            "--streams", "separate", "--pipe-size", "65536", "--directory", "/", "--umask", "022", "--nice", "1",
            "--oom-score-adj", "100", "--rlimit", "core=0", "--rlimit", "cpu=1000", "--sync", "--leftovers-ms", "300",
        ]
        if getuid() == 0 { options += ["--uid", "65534", "--gid", "65534", "--groups", "1,2,3"] }
        let script = "setsid sleep 1000 & (trap '' TERM; exec sleep 1000) & seq 1 2000; echo e >&2; exit 3"
        let keeper = try keeper(check, options, running: ["sh", "-c", script])
        let exit = try keeper.exitRecord()
        #expect(exit["code"] == "3" && exit["left_overs"] == "2" && exit["tree"] == "empty")
        #expect(Files.exists(keeper.folder.path + "/out.tail"))
        #expect(try keeper.exitCode() == 0)
        #expect(try check.complaints() == [])
        #expect(processes(withToken: keeper.token).isEmpty)
    }

    @Test(arguments: MemoryChecker.available)
    func signalsAndTheEndOfATree(checker: MemoryChecker) throws {
        let check = try MemoryCheck(checker)
        let many = """
            $SIG{USR2} = sub { syswrite STDOUT, 'x' }; for (1..30) { fork or last } setpgrp; syswrite STDOUT, 'r';
            select undef, undef, undef, 0.05 while 1
            """
        let keeper = try keeper(check, running: ["perl", "-e", many])
        let reader = try FifoReader(keeper.folder.path + "/out")
        try reader.wait(for: String(repeating: "r", count: 31))
        for target in Int32(0)...2 { keeper.signal(40, value: SIGUSR2 + 256 * target) }
        try reader.wait(for: String(repeating: "x", count: 31))
        keeper.signal(SIGTERM)
        keeper.signal(41, value: 200)
        #expect(try keeper.exitRecord()["tree"] == "empty")
        #expect(try keeper.exitCode() == 0)
        #expect(try check.complaints() == [])
    }

    @Test(arguments: MemoryChecker.available)
    func allThatATreeMaySay(checker: MemoryChecker) throws {
        let check = try MemoryCheck(checker)
        let folder = try TemporaryFolder()
        let words = """
            my $x = "\\xc3\\xa4\\\\" x 900; say('STATUS=' . $x, "X_PROGRESS=$x\\nX_CHECKPOINT=$x", 'x' x 5000);
            say("\\0", '', '=', "\\n");
            say("EXTEND_TIMEOUT_USEC=$_") for '', 1, -1, '9' x 19, '9' x 20, '9' x 21, 2 ** 63;
            say('BARRIER=1', "READY=1\\nBARRIER=1") for 1..20; say('WATCHDOG=trigger', 'WATCHDOG=1', 'STOPPING=1');
            say("STATUS=$_") for 1..300; exit 5
            """
        let keeper = try RunningKeeper(
            ["--notify", "required"], ["perl", "-e", NotifyTests.perl + words],
            environment: [RunningKeeper.path, "NOTIFY_SOCKET=\(folder.path)/notify.sock"] + check.environment,
            through: check.through, program: check.program, in: folder)
        #expect(try keeper.exitRecord()["code"] == "5")
        #expect(keeper.recordNow("notify")?["status"] == "300")
        #expect(try check.complaints() == [])
    }

    @Test(arguments: MemoryChecker.available)
    func failures(checker: MemoryChecker) throws {
        for command in ["/nowhere", "no-such-program", "/" + String(repeating: "\\\n", count: 50_000)] {
            let check = try MemoryCheck(checker)
            let keeper = try keeper(check, running: [command])
            #expect(try keeper.exitCode() == 0)
            #expect(keeper.recordNow("exit") != nil)
            #expect(try check.complaints() == [])
        }
    }

    @Test(arguments: MemoryChecker.available)
    func wrongArguments(checker: MemoryChecker) throws {
        let wrong = [
            ["--dir"], ["--groups", (0...300).map(String.init).joined(separator: ",")],
            (0...20).flatMap { _ in ["--rlimit", "core=0"] }, ["--rlimit", "core"],
        ]
        for arguments in wrong {
            let check = try MemoryCheck(checker)
            let words = check.through + [check.program] + arguments
            let result = try run(
                words[0], Array(words.dropFirst()), environment: [RunningKeeper.path] + check.environment)
            #expect(result.code == 2)
            #expect(try check.complaints() == [])
        }
    }

    @Test(arguments: MemoryChecker.available)
    func spares(checker: MemoryChecker) throws {
        let check = try MemoryCheck(checker)
        func spare() throws -> SpareTests.Spare {
            try SpareTests.Spare(through: check.through, program: check.program, environment: check.environment)
        }
        let used = try spare()
        used.send(used.message(["sh", "-c", "exit 12"]))
        #expect(try used.keeper.exitRecord()["code"] == "12")
        let listening = try spare()
        let any = try #require(SocketAddress.literals(host: "127.0.0.1", port: 0)?.first)
        let lock = try Descriptor(opening: listening.folder.path + "/lock", O_RDWR | O_CREAT)
        let socket = try ListeningSockets.open(any)
        let message = listening.message(
            ["sh", "-c", "exit 13"], environment: ["LISTEN_PID="], options: ["--listen-fds", "1"])
        listening.send(message, lock: lock, sockets: [socket.raw])
        #expect(try listening.keeper.exitRecord()["code"] == "13")
        let full = try spare()
        full.send(full.message(["true"] + (0..<2000).map(String.init)))
        #expect(try full.keeper.exitRecord()["code"] == "0")
        for bytes in ["no end", "huge numbers", "too long"].compactMap({ SpareTests.garbage[$0] }) {
            let refused = try spare()
            refused.send(bytes)
            #expect(try refused.keeper.exitCode() == 2)
        }
        let unwanted = try spare()
        unwanted.hangUp()
        #expect(try unwanted.keeper.exitCode() == 0)
        #expect(try check.complaints() == [])
    }

    @Test(arguments: MemoryChecker.available)
    func probes(checker: MemoryChecker) throws {
        let probes: [(Int32, [String])] = [
            (4, ["sh", "-c", "setsid sleep 1000 & (sleep 1000 &); exit 4"]), (124, ["sleep", "1000"]),
            (127, ["/nowhere"]),
        ]
        for (code, command) in probes {
            let check = try MemoryCheck(checker)
            let words = check.through + [check.program, "--probe", "--timeout-ms", "1500", "--"] + command
            let result = try run(
                words[0], Array(words.dropFirst()), environment: [RunningKeeper.path] + check.environment)
            #expect(result.code == code)
            #expect(try check.complaints() == [])
        }
    }
}
