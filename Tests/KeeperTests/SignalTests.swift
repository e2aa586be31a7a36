// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// What hostd and systemd tell a keeper by signals.
@Suite struct SignalTests {
    private static let toMain: Int32 = 0
    private static let toGroup: Int32 = 256
    private static let toTree: Int32 = 512

    /// Three processes that say which signals they hear: the main one, one of its group, and one that left it.
    private static let chorus = """
        use POSIX; my $name = 'main';
        if (!fork) { $name = 'member' } elsif (!fork) { $name = 'leaver'; POSIX::setsid() }
        for my $signal (qw(USR1 USR2)) { $SIG{$signal} = sub { syswrite STDOUT, "$name $signal\\n" } }
        syswrite STDOUT, "$name ready\\n"; select undef, undef, undef, 0.05 while 1
        """

    /// Targets by their number in the value, and who hears; others are nobody.
    private static let targets: [Int32: [String]] = [
        toMain: ["main"], toGroup: ["main", "member"], toTree: ["leaver", "main", "member"], 768: [], -256: [],
    ]

    @Test(arguments: targets)
    func aSignalReachesItsTarget(target: Int32, hearers: [String]) throws {
        let keeper = try RunningKeeper([], ["perl", "-e", Self.chorus])
        let reader = try FifoReader(keeper.folder.path + "/out")
        for name in ["main", "member", "leaver"] { try reader.wait(for: "\(name) ready\n") }
        keeper.signal(40, value: SIGUSR1 + target)
        for name in hearers { try reader.wait(for: "\(name) USR1\n") }
        // Who has heard the second signal would have heard the first.
        keeper.signal(40, value: SIGUSR2 + Self.toTree)
        for name in ["main", "member", "leaver"] { try reader.wait(for: "\(name) USR2\n") }
        let heard = reader.text.split(separator: "\n").filter { $0.hasSuffix(" USR1") }.map { String($0.dropLast(5)) }
        #expect(heard.sorted() == hearers)
    }

    @Test func signalsThatComeTogetherAreAllDelivered() throws {
        let all = [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGXCPU, SIGWINCH]
        let script = """
            $SIG{$_} = sub { syswrite STDOUT, 'x' } for qw(HUP INT QUIT USR1 USR2 ALRM TERM XCPU WINCH);
            syswrite STDOUT, 'ready'; sleep 1 while 1
            """
        let keeper = try RunningKeeper([], ["perl", "-e", script])
        let reader = try FifoReader(keeper.folder.path + "/out")
        try reader.wait(for: "ready")
        for number in all { keeper.signal(40, value: number) }
        try reader.wait(for: String(repeating: "x", count: all.count))
    }

    @Test func theEndOfTheTreeBeginsWithSigterm() throws {
        let keeper = try RunningKeeper(
            [],
            ["perl", "-e", "$SIG{TERM} = sub { exit 8 }; print STDERR 'r'; select undef, undef, undef, 0.05 while 1"])
        try FifoReader(keeper.folder.path + "/out").wait(for: "r")
        keeper.signal(41, value: 600_000)
        #expect(try keeper.exitRecord()["code"] == "8")
    }

    @Test func theEndOfTheTreeIsSigkill() throws {
        let keeper = try RunningKeeper([], ["perl", "-e", "$SIG{TERM} = 'IGNORE'; print STDERR 'r'; sleep 1000"])
        try FifoReader(keeper.folder.path + "/out").wait(for: "r")
        keeper.signal(41, value: 50)
        #expect(try keeper.exitRecord()["signal"] == "9")
    }

    @Test func impatienceWins() throws {
        let keeper = try RunningKeeper([], ["perl", "-e", "$SIG{TERM} = 'IGNORE'; print STDERR 'r'; sleep 1000"])
        try FifoReader(keeper.folder.path + "/out").wait(for: "r")
        keeper.signal(41, value: 600_000)
        keeper.signal(41, value: 0)
        keeper.signal(41, value: 600_000)
        #expect(try keeper.exitRecord()["signal"] == "9")
    }

    @Test(arguments: ["main", "group"])
    func sigtermSendsTheStopSignalToItsTarget(target: String) throws {
        // The member of the group leaves a trace when it hears SIGINT, and the main process waits for that.
        let script = """
            my $member = !fork; $SIG{INT} = sub {
                $member ? syswrite STDOUT, "member\\n" : $ARGV[0] eq 'group' && wait; exit 7
            };
            syswrite STDOUT, $member ? "ready member\\n" : "ready main\\n"; select undef, undef, undef, 0.05 while 1
            """
        let keeper = try RunningKeeper(
            ["--stop-signal", "2", "--stop-to", target, "--grace-ms", "600000"], ["perl", "-e", script, target])
        let reader = try FifoReader(keeper.folder.path + "/out")
        try reader.wait(for: "ready member\n")
        try reader.wait(for: "ready main\n")
        keeper.signal(SIGTERM)
        try waitUntil("the end of the keeper") {
            reader.takeAll()
            return keeper.hasEnded
        }
        #expect(try keeper.exitRecord()["code"] == "7")
        reader.takeAll()
        #expect(reader.text.contains("\nmember\n") == (target == "group"))
    }

    @Test func sigtermKillsTheTreeAfterTheGrace() throws {
        let script = "$SIG{TERM} = 'IGNORE'; fork; setpgrp; print STDERR 'r'; sleep 1000"
        let keeper = try RunningKeeper(["--grace-ms", "50"], ["perl", "-e", script])
        try FifoReader(keeper.folder.path + "/out").wait(for: "rr")
        keeper.signal(SIGTERM)
        let exit = try keeper.exitRecord()
        #expect(exit["signal"] == "9" && exit["tree"] == "empty")
        #expect(processes(withToken: keeper.token).isEmpty)
    }

    @Test func allOtherSignalsAreNothingToIt() throws {
        let keeper = try RunningKeeper([], ["sleep", "1000"])
        let main = try keeper.mainPid()
        let spared: Set<Int32> = [SIGKILL, SIGSTOP, SIGTERM, SIGCHLD, 40, 41]
        for number in Int32(1)...64 where !spared.contains(number) { keeper.signal(number) }
        keeper.signal(40, value: 0)
        keeper.signal(41, value: 0)
        #expect(try keeper.exitRecord()["signal"] == "9")
        #expect(!ProcessFacts(pid: main).isAlive)
    }

    @Test func aKeeperThatWasStoppedGoesOn() throws {
        let keeper = try RunningKeeper([], ["sh", "-c", "read x </dev/zero; exit 4"])
        _ = try keeper.record("start")
        keeper.signal(SIGSTOP)
        keeper.signal(40, value: SIGTERM)
        keeper.signal(SIGCONT)
        #expect(try keeper.exitRecord()["signal"] == "15")
    }
}
