// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@Suite struct RecordTests {
    @Test func theStartRecordSaysWhoRunsSinceWhen() throws {
        let before = (Clock.wallMilliseconds, Clock.now.nanoseconds)
        let keeper = try RunningKeeper([], ["sleep", "1000"])
        let start = try keeper.record("start")
        let main = try keeper.mainPid()
        #expect(start["instance"] == "test.1")
        #expect(start["token"] == keeper.token)
        #expect(start["epoch"] == "this epoch")
        #expect(start.integer("keeper_pid") == keeper.pid)
        #expect(start.integer("keeper_start") == Processes.identity(of: keeper.pid)?.startTicks)
        #expect(start.integer("start") == Processes.identity(of: main)?.startTicks)
        #expect(ProcessFacts(pid: main).parent == keeper.pid)
        let wall = try #require(start.integer("wall_ms", as: Int64.self))
        let monotonic = try #require(start.integer("monotonic_ns", as: Int64.self))
        #expect(wall >= before.0 && wall <= Clock.wallMilliseconds)
        #expect(monotonic >= before.1 && monotonic <= Clock.now.nanoseconds)
        try waitUntil("its exec") { Processes.name(of: main) == "sleep" }
    }

    @Test func theExitRecordSaysTheCodeAndWhoItWas() throws {
        let keeper = try RunningKeeper([], ["sh", "-c", "exit 42"])
        let exit = try keeper.exitRecord()
        let start = try keeper.record("start")
        #expect(exit["code"] == "42")
        #expect(exit["signal"] == nil && exit["core"] == nil && exit["exec_errno"] == nil)
        for key in ["instance", "token", "epoch", "keeper_pid", "keeper_start", "pid", "start"] {
            #expect(exit[key] != nil && exit[key] == start[key], "\(key)")
        }
        #expect(exit["left_overs"] == "0" && exit["tree"] == "empty")
        #expect(try keeper.exitCode() == 0)
    }

    @Test(arguments: [Int32(SIGKILL), SIGTERM, SIGSEGV, 34, 64])
    func theExitRecordSaysTheSignal(number: Int32) throws {
        let keeper = try RunningKeeper(["--rlimit", "core=0"], ["sh", "-c", "kill -\(number) $$; sleep 1000"])
        let exit = try keeper.exitRecord()
        #expect(exit.integer("signal") == number)
        #expect(exit["code"] == nil && exit["core"] == nil)
    }

    @Test(.enabled(if: coreFilesAreWritten, "the kernel does not write core files into the working folder"))
    func theExitRecordSaysThatACoreWasWritten() throws {
        let folder = try TemporaryFolder()
        let keeper = try RunningKeeper(
            ["--rlimit", "core=infinity", "--directory", folder.path], ["sh", "-c", "kill -ABRT $$"])
        let exit = try keeper.exitRecord()
        #expect(exit["signal"] == "6" && exit["core"] == "1")
    }

    @Test func theExitRecordSaysWhatTheMainProcessUsed() throws {
        // 40 MB, about 0.2 s of processor time, and at least 0.3 s altogether.
        let work = "my $x = 'x' x 40_000_000; 1 while (times)[0] < 0.2; select undef, undef, undef, 0.3"
        let keeper = try RunningKeeper([], ["perl", "-e", work])
        let exit = try keeper.exitRecord()
        #expect(try #require(exit.integer("ran_ms", as: Int64.self)) >= 300)
        #expect(try #require(exit.integer("user_us", as: Int64.self)) >= 150_000)
        #expect(try #require(exit.integer("system_us", as: Int64.self)) >= 0)
        #expect(try #require(exit.integer("max_rss_kb", as: Int64.self)) >= 40_000)
    }

    @Test func theExitIsRecordedAtOnceAndAgainWhenTheTreeIsEmpty() throws {
        // Its left-over takes its time to end. Short waits: a signal just before a long one would not end it.
        let pause = "select undef, undef, undef, 0.05 while 1"
        let polite = "$SIG{TERM} = sub { select undef, undef, undef, 0.3; exit }"
        let child = "\(polite); kill USR1 => $m; \(pause)"
        let main = "$m = $$; $SIG{USR1} = sub { exit 3 }; fork or do { setpgrp; \(child) }; \(pause)"
        let keeper = try RunningKeeper([], ["perl", "-e", main])
        let first = try #require(try keeper.bell.ring("exited").record)
        let second = try #require(try keeper.bell.ring("empty").record)
        #expect(first["code"] == "3" && first["tree"] == "busy" && first["left_overs"] == "0")
        #expect(second["code"] == "3" && second["tree"] == "empty" && second["left_overs"] == "1")
        #expect(try keeper.exitRecord() == second)
        for key in ["wall_ms", "monotonic_ns", "ran_ms"] {
            #expect(first[key] == second[key], "\(key) is of the main process's end, not of the last left-over's")
        }
    }

    @Test func leftOversAreCountedButNotWhoWasDeadBefore() throws {
        // Two that are dead and not reaped, three that live.
        let main = """
            for (1..2) { my $p = fork; exit unless $p; push @dead, $p }
            for (1..3) { fork or do { setpgrp; exec 'sleep', 1000 } }
            for my $p (@dead) { 1 until `cat /proc/$p/stat` =~ /\\) Z/ }
            """
        let keeper = try RunningKeeper([], ["perl", "-e", main])
        let exit = try keeper.exitRecord()
        #expect(exit["left_overs"] == "3")
        #expect(exit["tree"] == "empty")
        #expect(processes(withToken: keeper.token).isEmpty)
    }

    @Test func recordsAreTheKeepersAloneAndStandWhereTheyAreWanted() throws {
        let records = try TemporaryFolder()
        let user = getuid() == 0 ? ["--uid", "65534"] : []
        let keeper = try RunningKeeper(["--record-dir", records.path, "--sync"] + user, ["true"])
        try keeper.exitCode()
        #expect(try Files.list(records.path) == ["exit", "start"])
        for name in ["exit", "start"] {
            var info = stat()
            #expect(stat("\(records.path)/\(name)", &info) == 0)
            #expect(info.st_mode & 0o7777 == 0o600 && info.st_uid == getuid())
            #expect(FieldText(parsing: try Files.readText("\(records.path)/\(name)"))?["instance"] == "test.1")
        }
        #expect(keeper.recordNow("exit") == nil)
    }

    static let coreFilesAreWritten =
        (try? Files.readText("/proc/sys/kernel/core_pattern")).map { !$0.hasPrefix("|") && !$0.hasPrefix("/") } ?? false
}
