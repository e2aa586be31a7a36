// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLaunch
import HostLinux
import HostWire
import TestKit
import Testing

/// kill -9 of hostd and a new one: everything is found again and nothing is done twice.
@Suite struct AdoptionTests {
    @Test func everythingIsKeptPidRestartsHealthAndDeadlines() throws {
        let gateway = try Gateway()
        let crasher = """
            [service.crasher]
            command = "exit 5"
            restart = { backoff = "100s", max_backoff = "100s", jitter = "0%" }

            """
        let host = try HostUnderTest(gateway.section() + crasher)
        try host.start()
        let first = try host.waitReady("gateway")
        kill(first, SIGKILL)
        let pid = try host.waitReady("gateway", notPid: first)
        let before = try host.wait("crasher", for: "backoff")
        try gateway.tell("ready=no")
        let unready = try host.wait("gateway", for: "running")
        host.kill()
        try host.start()
        let after = try host.status("gateway")
        #expect(after.pid == pid)
        #expect(after.restarts == 1)
        #expect(after.state == "running")
        #expect(after.since == unready.since || abs(after.since.milliseconds - unready.since.milliseconds) < 50)
        let crasherAfter = try host.status("crasher")
        #expect(crasherAfter.state == "backoff")
        let planned = try #require(before.nextAttemptAt?.milliseconds)
        let kept = try #require(crasherAfter.nextAttemptAt?.milliseconds)
        #expect(abs(kept - planned) < 1000)
        #expect(crasherAfter.lastExit?.code == 5)
    }

    @Test func hostdKilledAroundALaunchLeadsToExactlyOneInstance() throws {
        let host = try HostUnderTest(
            """
            [service.sleeper]
            command = ["sleep", "1000"]
            restart = { backoff = "0s", burst = 0, jitter = "0%" }
            """)
        try host.start()
        var pid = try host.waitReady("sleeper")
        for round in 0..<40 {
            kill(pid, SIGKILL)
            // From before the exit is heard of to after the replacement runs.
            letPass(microseconds: UInt32(round) * 50)
            host.kill()
            try host.start()
            pid = try host.waitReady("sleeper", notPid: pid)
            let alive = Living.mentioning("sleep\01000").filter {
                Processes.name(of: $0) == "sleep" && host.isOurs($0)
            }
            #expect(alive == [pid], "round \(round)")
        }
    }

    @Test func aPidThatAStrangerHasNowIsNotTouched() throws {
        let host = try HostUnderTest(
            """
            [service.sleeper]
            command = ["sleep", "1000"]
            """)
        try host.start()
        let pid = try host.waitReady("sleeper")
        let keeper = try #require(try host.status("sleeper").keeperPid)
        host.kill()
        kill(keeper, SIGKILL)
        try waitUntil("the main process to go with its keeper") { !Living.contains(pid) }
        // As if the kernel had given both pids to others meanwhile: the start times still are those of the dead.
        let strangers = [try Stranger(), try Stranger()]
        for path in ["/run/sleeper.1/start", "/run/services/sleeper"] {
            let text = try Files.readText(host.dir + path)
            let forged = text.replacing("\npid=\(pid)\n", with: "\npid=\(strangers[0].pid)\n")
                .replacing("keeper_pid=\(keeper)\n", with: "keeper_pid=\(strangers[1].pid)\n")
            #expect(forged != text)
            try Files.replace(host.dir + path, with: forged.utf8)
        }
        try host.start()
        try host.waitReady("sleeper", notPid: pid)
        #expect(try host.stop() == 0)
        for stranger in strangers { #expect(Living.contains(stranger.pid)) }
    }

    @Test func aLostSnapshotIsMadeUpForByTheRuntimeFolder() throws {
        let gateway = try Gateway()
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let pid = try host.waitReady("gateway")
        host.kill()
        try Files.remove(host.dir + "/run/services/gateway")
        try host.start()
        #expect(try host.waitReady("gateway") == pid)
    }

    @Test func anInstanceOfAServiceThatIsGoneFromTheConfigurationIsEnded() throws {
        let gateway = try Gateway()
        let host = try HostUnderTest(gateway.section() + "[service.other]\ncommand = [\"sleep\", \"1000\"]\n")
        try host.start()
        let pid = try host.waitReady("gateway")
        let other = try host.waitReady("other")
        host.kill()
        try host.configure("[service.other]\ncommand = [\"sleep\", \"1000\"]\n")
        try host.start()
        try waitUntil("the gateway to be ended") { !Living.contains(pid) }
        #expect(try host.waitReady("other") == other)
    }

    @Test func withStopWithHostdFalseServicesOutliveSIGTERM() throws {
        let host = try HostUnderTest(
            "[host]\nstop_with_hostd = false\n[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n")
        try host.start()
        let pid = try host.waitReady("sleeper")
        #expect(try host.stop() == 0)
        #expect(Living.contains(pid))
        try host.start()
        #expect(try host.waitReady("sleeper") == pid)
    }
}

extension HostUnderTest {
    /// Whether a process belongs to this host: its keeper's instance folder is ours.
    func isOurs(_ pid: Int32) -> Bool {
        guard let environment = try? Files.read("/proc/\(pid)/environ", limit: 1 << 20) else { return false }
        let tokens = instanceFolders().compactMap { $0.token() }
        let text = String(decoding: environment, as: UTF8.self)
        return tokens.contains { text.contains("HOSTD_INSTANCE=\($0)") }
    }
}

/// A process that has nothing to do with hostd.
private final class Stranger {
    let pid: Int32

    init() throws {
        let process = try Processes.spawn("/bin/sleep", ["1000"])
        pid = process.pid
        _ = process.takeDescriptor()
    }

    deinit {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }
}
