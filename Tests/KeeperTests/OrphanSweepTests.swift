// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLaunch
import HostLinux
import TestKit
import Testing

/// What a killed keeper leaves behind is found by its token and ended.
@Suite struct OrphanSweepTests {
    /// A keeper's tree after its keeper was killed: the main process is gone, the others live.
    private func orphans(_ script: String, count: Int) throws -> (keeper: RunningKeeper, orphans: [Int32]) {
        let keeper = try RunningKeeper([], ["sh", "-c", script + "exec sleep 1000"])
        try waitForProcesses(count + 1, withToken: keeper.token)
        keeper.kill()
        return (keeper, try waitForProcesses(count, withToken: keeper.token))
    }

    @Test func setsidAndDoubleForksAreFoundAndKilled() throws {
        let script = """
            setsid sh -c 'setsid sleep 1000 & exec sleep 1000' & (sleep 1000 & setsid sleep 1000 &);
            setsid sh -c 'trap "" TERM HUP INT; while :; do sleep 1000; done' &
            """
        let (keeper, orphans) = try orphans(script, count: 6)
        #expect(OrphanSweep.run(token: keeper.token, cgroup: nil) >= 5)
        #expect(processes(withToken: keeper.token).isEmpty)
        for pid in orphans { #expect(!ProcessFacts(pid: pid).isAlive) }
        #expect(OrphanSweep.run(token: keeper.token, cgroup: nil) == 0)
    }

    @Test func strangersAreNotTouched() throws {
        let token = newToken()
        let environments = [
            ["HOSTD_INSTANCE=\(token)0"], ["HOSTD_INSTANCE=\(token.dropLast())"], ["XHOSTD_INSTANCE=\(token)"],
            ["OTHER=HOSTD_INSTANCE=\(token)"], ["HOSTD_INSTANCE=", token], [],
        ]
        let strangers = try environments.map {
            try RunningKeeper([], ["env", "-i"] + $0.filter { $0.contains("=") } + ["sleep", "1000"])
        }
        let pids = try strangers.map { try $0.mainPid() }
        for pid in pids { try waitUntil("sleep to run") { Processes.name(of: pid) == "sleep" } }
        // One more with the token among its arguments only.
        let named = try RunningKeeper([], ["sh", "-c", "sleep 1000; :", "HOSTD_INSTANCE=\(token)"])
        let namedPid = try named.mainPid()
        #expect(OrphanSweep.run(token: token, cgroup: nil) == 0)
        for pid in pids + [namedPid] { #expect(ProcessFacts(pid: pid).isAlive) }
    }

    @Test func whoForksWhileBeingSweptIsFoundToo() throws {
        let bomb = """
            pipe R, W; syswrite W, 'x' x 100; close W;
            while (sysread R, my $budget, 1) { fork or setpgrp; select undef, undef, undef, 0.01 }
            sleep 1000
            """
        let keeper = try RunningKeeper([], ["sh", "-c", "setsid perl -e \"$0\" & exec sleep 1000", bomb])
        try waitUntil("the bomb to go off") { processes(withToken: keeper.token).count >= 10 }
        keeper.kill()
        _ = OrphanSweep.run(token: keeper.token, cgroup: nil)
        #expect(processes(withToken: keeper.token).isEmpty)
    }

    @Test func aTokenBehindMegabytesOfEnvironmentIsFound() throws {
        // The limit for arguments and environment is a quarter of the stack's, at most 6 MiB.
        let script = """
            x=$(head -c 100000 /dev/zero | tr '\\0' x); i=0; t=$HOSTD_INSTANCE; unset HOSTD_INSTANCE
            while [ $i -lt 55 ]; do export A$i=$x; i=$((i + 1)); done; export HOSTD_INSTANCE=$t
            setsid sleep 1000 & exec sleep 1001
            """
        let keeper = try RunningKeeper(["--rlimit", "stack=67108864"], ["bash", "-c", script])
        let main = try keeper.mainPid()
        var orphan: Int32?
        try waitUntil("both to run") {
            orphan = try Files.readText("/proc/\(main)/task/\(main)/children").split(separator: " ").first.flatMap {
                Int32($0)
            }
            return Processes.name(of: main) == "sleep" && orphan.map { Processes.name(of: $0) } == "sleep"
        }
        keeper.kill()
        #expect(OrphanSweep.run(token: keeper.token, cgroup: nil) >= 1)
        #expect(!ProcessFacts(pid: try #require(orphan)).isAlive)
    }

    @Test(.enabled(if: PrivateMount.isPossible("cgroup2"), "there is no cgroup v2 to be mounted"))
    func withACgroupWhoClearedItsEnvironmentIsFoundToo() throws {
        let group = try CgroupTests.Group()
        let keeper = try RunningKeeper(
            ["--cgroup", group.path], ["sh", "-c", "setsid env -i sleep 1000 & exec sleep 1000"])
        try waitUntil("both") { try group.members().count == 2 }
        keeper.kill()
        try waitUntil("the main process's end") { try group.members().count == 1 }
        _ = OrphanSweep.run(token: keeper.token, cgroup: group.path)
        try waitUntil("the end of all") { try !group.isPopulated() }
    }
}
