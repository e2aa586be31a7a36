// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// What the child really has, as the kernel says it.
@Suite struct ChildSettingsTests {
    private static let sleep = ["sleep", "1000"]

    @Test(.enabled(if: getuid() == 0, "only root can switch"))
    func uidGidAndGroups() throws {
        let keeper = try RunningKeeper(["--uid", "65534", "--gid", "65533", "--groups", "7,8,4000000000"], Self.sleep)
        let facts = ProcessFacts(pid: try keeper.mainPid())
        #expect(facts.status("Uid") == "65534 65534 65534 65534")
        #expect(facts.status("Gid") == "65533 65533 65533 65533")
        #expect(facts.status("Groups") == "7 8 4000000000")
        #expect(facts.status("CapEff") == "0000000000000000" && facts.status("CapPrm") == "0000000000000000")
        #expect(ProcessFacts(pid: keeper.pid).status("Uid") == "0 0 0 0", "the keeper keeps hostd's")
    }

    @Test(.enabled(if: getuid() == 0, "only root can switch"))
    func noGroupsAtAll() throws {
        let keeper = try RunningKeeper(["--uid", "65534", "--gid", "65534", "--groups", ""], Self.sleep)
        #expect(ProcessFacts(pid: try keeper.mainPid()).status("Groups") == "")
    }

    @Test func umaskNiceAndDirectory() throws {
        let folder = try TemporaryFolder()
        let keeper = try RunningKeeper(["--umask", "027", "--nice", "7", "--directory", folder.path], Self.sleep)
        let main = try keeper.mainPid()
        #expect(ProcessFacts(pid: main).status("Umask") == "0027")
        #expect(ProcessFacts(pid: main).stat(19) == "7")
        #expect(Files.linkTarget("/proc/\(main)/cwd") == folder.path)
        #expect(ProcessFacts(pid: keeper.pid).stat(19) == "0")
    }

    @Test func theKeeperIsSparedByTheOOMKillerAndTheChildIsNot() throws {
        let chosen = try RunningKeeper(["--oom-score-adj", "321"], Self.sleep)
        let standard = try RunningKeeper([], Self.sleep)
        #expect(try adjust(of: chosen.mainPid()) == 321)
        #expect(try adjust(of: standard.mainPid()) == 0)
        // Without CAP_SYS_RESOURCE it cannot be had.
        #expect([0, -900].contains(try adjust(of: chosen.pid)))
    }

    @Test func limits() throws {
        let wanted = [
            "nofile=64", "nproc=12345", "core=0", "as=infinity", "fsize=1000000", "stack=1048576", "data=100000000",
            "memlock=4096", "cpu=77",
        ]
        let keeper = try RunningKeeper(wanted.flatMap { ["--rlimit", $0] }, Self.sleep)
        let facts = ProcessFacts(pid: try keeper.mainPid())
        #expect(facts.limit("Max open files") == "64 64")
        #expect(facts.limit("Max processes") == "12345 12345")
        #expect(facts.limit("Max core file size") == "0 0")
        #expect(facts.limit("Max address space") == "unlimited unlimited")
        #expect(facts.limit("Max file size") == "1000000 1000000")
        #expect(facts.limit("Max stack size") == "1048576 1048576")
        #expect(facts.limit("Max data size") == "100000000 100000000")
        #expect(facts.limit("Max locked memory") == "4096 4096")
        #expect(facts.limit("Max cpu time") == "77 77")
    }

    @Test func aLimitOfThreeDescriptorsIsNoObstacle() throws {
        let keeper = try RunningKeeper(["--rlimit", "nofile=3"], ["sh", "-c", "[ $(ulimit -n) = 3 ]"])
        let exit = try keeper.exitRecord()
        // The program may fail for want of descriptors, but it was started.
        #expect(exit["exec_errno"] == nil)
    }

    @Test func signalsDescriptorsAndSessionAreCleanWhateverTheKeeperInherited() throws {
        // Every signal ignored, every signal blocked (by number, since glibc keeps two from us), a stray descriptor.
        let dirty = """
            my ($action, $mask) = `uname -m` =~ /x86_64/ ? (13, 14) : (134, 135);
            my ($ignore, $all) = (pack('Q4', 1, 0, 0, 0), pack('Q', ~0));
            for my $n (1..64) { syscall $action, $n + 0, $ignore, 0, 8 } syscall $mask, 2, $all, 0, 8;
            $^F = 1000; open STRAY, '<', '/etc/passwd'; exec @ARGV
            """
        let keeper = try RunningKeeper([], Self.sleep, through: ["/usr/bin/perl", "-e", dirty])
        let main = try keeper.mainPid()
        let facts = ProcessFacts(pid: main)
        for name in ["SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd"] {
            #expect(facts.status(name) == "0000000000000000", "\(name)")
        }
        #expect(facts.descriptors.keys.sorted() == ["0", "1", "2"])
        #expect(facts.descriptors["0"] == "/dev/null")
        #expect(facts.stat(6) == "\(main)" && facts.stat(5) == "\(main)", "session and group")
        let others = Set(ProcessFacts(pid: keeper.pid).descriptors.values)
        #expect(!others.contains("/etc/passwd"), "the keeper holds nothing that it was not given")
    }

    @Test func anIgnoredSigchldDoesNotLoseTheExitStatus() throws {
        let keeper = try RunningKeeper(
            [], ["sh", "-c", "exit 9"], through: ["/usr/bin/perl", "-e", "$SIG{CHLD} = 'IGNORE'; exec @ARGV"])
        #expect(try keeper.exitRecord()["code"] == "9")
    }

    @Test func theKeeperWorksWithoutStandardDescriptors() throws {
        let keeper = try RunningKeeper(
            [], ["sh", "-c", "echo out; echo err >&2; exec sleep 1000"],
            through: ["/usr/bin/perl", "-e", "close STDIN; close STDOUT; close STDERR; exec @ARGV"])
        try FifoReader(keeper.folder.path + "/out").wait(for: "out\nerr\n")
        #expect(ProcessFacts(pid: try keeper.mainPid()).descriptors["0"] == "/dev/null")
    }

    @Test func theKeeperLetsGoOfWhatItWasStartedWith() throws {
        let folder = try TemporaryFolder()
        let output = try Descriptor(opening: folder.path + "/hostd.log", O_WRONLY | O_CREAT)
        let keeper = try RunningKeeper([], Self.sleep, output: output.raw)
        _ = try keeper.record("start")
        #expect(!ProcessFacts(pid: keeper.pid).descriptors.values.contains(folder.path + "/hostd.log"))
    }

    @Test func theEnvironmentIsExactlyTheKeepers() throws {
        let keeper = try RunningKeeper([], ["sleep", "1000"], environment: ["B=2", "PATH=/bin", "A=x y"])
        let found = try ProcessFacts(pid: keeper.mainPid()).environment()
        #expect(found == ["B=2", "PATH=/bin", "A=x y", "HOSTD_INSTANCE=\(keeper.token)"])
    }

    private func adjust(of pid: Int32) throws -> Int? {
        Int(try Files.readText("/proc/\(pid)/oom_score_adj").prefix { $0 != "\n" })
    }
}
