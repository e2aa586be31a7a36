// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// Nothing of a tree is left, whatever it does.
@Suite struct TreeTests {
    /// A sleep of a detached shell, one detached from that, two of a shell that is gone, and the main process.
    private static let manyWays = """
        setsid sh -c 'setsid sleep 1000 & exec sleep 1000' & (sleep 1000 & setsid sleep 1000 &); exec sleep 1000
        """

    @Test func aKilledKeeperTakesItsMainProcessWithIt() throws {
        let keeper = try RunningKeeper([], ["sleep", "1000"])
        let main = try keeper.mainPid()
        keeper.kill()
        try waitUntil("the end of the main process") { !ProcessFacts(pid: main).isAlive }
    }

    @Test(.enabled(if: getuid() == 0, "only root can switch"))
    func aKilledKeeperTakesAMainProcessOfAnotherUserWithIt() throws {
        let keeper = try RunningKeeper(["--uid", "65534", "--gid", "65534", "--groups", ""], ["sleep", "1000"])
        let main = try keeper.mainPid()
        keeper.kill()
        try waitUntil("the end of the main process") { !ProcessFacts(pid: main).isAlive }
    }

    @Test func aKeeperThatIsKilledAtAnyMomentOfItsStartLeavesNoMainProcess() throws {
        let token = newToken()
        for delay in 0..<40 {
            let keeper = try RunningKeeper([], ["sleep", "1000"], token: token)
            letPass(microseconds: UInt32(delay) * 50)
            keeper.signal(SIGKILL)
            try keeper.exitCode()
        }
        try waitForProcesses(0, withToken: token)
    }

    @Test func setsidAndDoubleForksDoNotEscapeSigkill() throws {
        let keeper = try RunningKeeper([], ["sh", "-c", Self.manyWays])
        try waitForProcesses(5, withToken: keeper.token)
        keeper.signal(41, value: 0)
        let exit = try keeper.exitRecord()
        #expect(exit["signal"] == "9" && exit["tree"] == "empty")
        #expect(processes(withToken: keeper.token).isEmpty)
    }

    @Test func setsidAndDoubleForksDoNotEscapeSigterm() throws {
        let keeper = try RunningKeeper(["--leftovers-ms", "600000"], ["sh", "-c", Self.manyWays])
        try waitForProcesses(5, withToken: keeper.token)
        keeper.signal(41, value: 600_000)
        let exit = try keeper.exitRecord()
        #expect(exit["signal"] == "15" && exit["tree"] == "empty")
        #expect(processes(withToken: keeper.token).isEmpty)
    }

    @Test func leftOversAreAskedBeforeTheyAreKilled() throws {
        let folder = try TemporaryFolder()
        let polite = "trap 'echo asked >\(folder.path)/polite; exit' TERM; while :; do sleep 0.01; done"
        let rude = "trap '' TERM; touch \(folder.path)/rude; while :; do sleep 0.01; done"
        let main = """
            setsid sh -c "\(polite)" & setsid sh -c "\(rude)" &
            until [ -e \(folder.path)/rude ]; do sleep 0.01; done; sleep 0.1; exit 0
            """
        let keeper = try RunningKeeper(["--leftovers-ms", "500"], ["sh", "-c", main])
        let exit = try keeper.exitRecord()
        #expect(exit["code"] == "0" && exit["tree"] == "empty")
        #expect(try Files.readText(folder.path + "/polite") == "asked\n")
        #expect(processes(withToken: keeper.token).isEmpty)
    }

    @Test func whoForksWhileBeingKilledIsKilledToo() throws {
        // Everyone forks as long as there are bytes in the pipe: 200 processes at most.
        let bomb = """
            pipe R, W; syswrite W, 'x' x 200; close W; $SIG{TERM} = 'IGNORE';
            while (sysread R, my $budget, 1) { fork or setpgrp; select undef, undef, undef, 0.002 }
            sleep 1000
            """
        let keeper = try RunningKeeper([], ["perl", "-e", bomb])
        try waitUntil("the bomb to go off") { processes(withToken: keeper.token).count >= 20 }
        keeper.signal(41, value: 0)
        #expect(try keeper.exitRecord()["tree"] == "empty")
        #expect(processes(withToken: keeper.token).isEmpty)
    }

    @Test func aChainOfProcessesThatRunAwayByForkingIsCaught() throws {
        // Each one lives only until it has forked the next; the chain ends by itself after 20,000.
        let chain = """
            pipe R, W; syswrite W, 'x' x 20000; close W; fork and sleep 1000; setpgrp;
            while (sysread R, my $budget, 1) { exit if fork } sleep 1000
            """
        let keeper = try RunningKeeper([], ["perl", "-e", chain])
        _ = try keeper.record("start")
        keeper.signal(41, value: 0)
        let exit = try keeper.exitRecord()
        #expect(exit["signal"] == "9" && exit["tree"] == "empty")
        #expect(processes(withToken: keeper.token).isEmpty)
    }

    @Test func aGrandchildThatHoldsStdoutHoldsNothingUp() throws {
        let keeper = try RunningKeeper(
            ["--leftovers-ms", "100"], ["sh", "-c", "(trap '' TERM; exec sleep 1000) & echo out; exit 5"])
        let reader = try FifoReader(keeper.folder.path + "/out")
        try reader.wait(for: "out\n")
        let exit = try keeper.exitRecord()
        #expect(exit["code"] == "5" && exit["left_overs"] == "1" && exit["tree"] == "empty")
    }

    @Test func moreChildrenThanOneReadOfTheListAreAllReached() throws {
        let many = """
            $SIG{CHLD} = 'IGNORE'; for (1..900) { fork or sleep 1000 } $SIG{USR2} = 'IGNORE'; sleep 1 while 1
            """
        let keeper = try RunningKeeper([], ["perl", "-e", many])
        let main = try keeper.mainPid()
        func children() throws -> Int {
            try Files.readText("/proc/\(main)/task/\(main)/children").split(separator: " ").count
        }
        // The mask of ignored signals: SIGUSR2 is bit 11.
        try waitUntil("900 children") {
            try children() == 900 && ProcessFacts(pid: main).status("SigIgn")?.dropLast(2).last == "8"
        }
        keeper.signal(40, value: SIGUSR2 + 2 * 256)
        try waitUntil("their end") { try children() == 0 }
    }

    @Test(.enabled(if: findProgram("node") != nil, "node is not installed"))
    func whoWasForkedByAnotherThreadIsReached() throws {
        let folder = try TemporaryFolder()
        let child = """
            trap 'echo heard >\(folder.path)/heard' USR2; touch \(folder.path)/ready; while :; do sleep 0.02; done
            """
        let script = """
            process.on('SIGUSR2', () => {});
            const {Worker} = require('worker_threads');
            new Worker(`require('child_process').spawn('sh', ['-c', ${JSON.stringify(process.argv[1])}]);
                setInterval(() => {}, 1000)`, {eval: true});
            """
        let keeper = try RunningKeeper([], ["node", "-e", script, child])
        try waitUntil("the thread's child") { Files.exists(folder.path + "/ready") }
        let main = try keeper.mainPid()
        #expect(try Files.readText("/proc/\(main)/task/\(main)/children").isEmpty, "it is not the main thread's child")
        keeper.signal(40, value: SIGUSR2 + 2 * 256)
        try waitUntil("the signal") { Files.exists(folder.path + "/heard") }
    }

    @Test func whoIsStoppedCanObeySigterm() throws {
        let stopped = "$SIG{TERM} = sub { exit 5 }; kill STOP => $$; select undef, undef, undef, 0.05 while 1"
        for signal in [(Int32(41), Int32(600_000)), (40, SIGTERM), (SIGTERM, nil)] as [(Int32, Int32?)] {
            let keeper = try RunningKeeper(["--grace-ms", "600000"], ["perl", "-e", stopped])
            let main = try keeper.mainPid()
            try waitUntil("it to stop") { ProcessFacts(pid: main).stat(3) == "T" }
            keeper.signal(signal.0, value: signal.1)
            #expect(try keeper.exitRecord()["code"] == "5")
        }
    }

    @Test func aStoppedLeftOverIsEndedToo() throws {
        let main = "fork or do { setpgrp; kill STOP => $$; sleep 1000 }; select undef, undef, undef, 0.1"
        let keeper = try RunningKeeper(["--leftovers-ms", "600000"], ["perl", "-e", main])
        #expect(try keeper.exitRecord()["tree"] == "empty")
    }
}
