// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

/// Programs that say how they are: READY=1, WATCHDOG=1 and the like, over every kind of absence of hostd.
@Suite struct NotifyTests {
    private func host(_ steps: [String], _ keys: String) throws -> HostUnderTest {
        let host = try HostUnderTest(Notifier.section(steps, keys))
        try host.start()
        return host
    }

    @Test func aHeartbeatThatStopsIsRestartedWithTheReason() throws {
        let host = try host(["beat"], "live = { heartbeat = \"1s\" }")
        let first = try host.waitReady("web")
        let well = try host.wait("web", for: "ready") { $0.health["live"]?.ok == true }
        #expect(well.health["live"]?.seen.hasPrefix("WATCHDOG=1 ") == true)
        kill(first, SIGUSR1)
        let second = try host.waitReady("web", notPid: first)
        #expect(second != first)
        #expect(try host.status("web").restarts == 1)
        let reasons = try host.events("web").filter { $0.kind == "service.unhealthy" }.map(\.reason)
        #expect(reasons.count == 1 && reasons[0].hasPrefix("live probe: no WATCHDOG=1 for "), "\(reasons)")
    }

    @Test func aTriggerIsAsGoodAsAMissedBeat() throws {
        let host = try host(["beat", "wait=0.3", "WATCHDOG=trigger"], "live = { heartbeat = \"1h\" }")
        try host.wait("web", for: "ready", "backoff", "stopping") { $0.restarts > 0 }
        let unhealthy = try host.events("web").first { $0.kind == "service.unhealthy" }
        #expect(unhealthy?.reason == "live probe: WATCHDOG=trigger (1 of 1)")
    }

    @Test func aStartThatTakesLongAsksForMoreTime() throws {
        let steps = (0..<5).flatMap { _ in ["EXTEND_TIMEOUT_USEC=3000000", "wait=0.5"] } + ["READY=1"]
        let host = try host(steps, "startup = { notify = true, deadline = \"1500ms\" }")
        let starting = try host.wait("web", for: "starting") { $0.pid != nil }
        #expect(try host.waitReady("web") == starting.pid)
        let status = try host.status("web")
        #expect(status.restarts == 0 && status.health["startup"]?.seen == "READY=1")
        #expect(try host.events("web").filter { $0.kind == "service.progress" }.count == 1)
    }

    @Test func aStartThatAsksForNothingEndsAtItsDeadline() throws {
        let host = try host(["STATUS=loading"], "startup = { notify = true, deadline = \"700ms\" }")
        try host.wait("web", for: "starting", "stopping", "backoff") { $0.restarts > 0 }
        let stopping = try host.events("web").first { $0.kind == "service.stopping" }
        #expect(stopping?.reason.hasPrefix("not started after ") == true)
        #expect(
            stopping?.reason.hasSuffix("startup probe: no READY=1 yet, STATUS=loading") == true,
            "\(stopping?.reason ?? "")")
    }

    @Test(arguments: ["startup", "ready"])
    func readinessThatIsSaidWhileHostdIsAwayIsSeenWhenItReturns(kind: String) throws {
        let gate = try TemporaryFolder()
        let host = try host(["until=\(gate.path)/go", "READY=1"], "\(kind) = { notify = true }")
        let pid = try host.wait("web", for: kind == "startup" ? "starting" : "running") { $0.pid != nil }.pid
        host.kill()
        try Files.replace(gate.path + "/go", with: [])
        try host.waitForRecord("READY=1 in the record") { $0["ready_count"] == "1" }
        try host.start()
        #expect(try host.waitReady("web") == pid)
        #expect(try host.status("web").restarts == 0)
    }

    @Test func beatsThatComeWhileHostdIsAwayOrStoppedAreNotMissed() throws {
        let host = try host(["beat"], "live = { heartbeat = \"400ms\" }")
        let pid = try host.waitReady("web")
        host.kill()
        let before = host.beats
        try waitUntil("many beats without hostd") { host.beats > before + 10 }
        try host.start()
        try host.wait("web", for: "ready") { $0.health["live"]?.ok == true && $0.pid == pid }
        host.signal(SIGSTOP)
        let stopped = host.beats
        try waitUntil("many beats before a stopped hostd") { host.beats > stopped + 10 }
        host.signal(SIGCONT)
        let after = host.beats
        try waitUntil("hostd to look again") { host.beats > after + 5 }
        let status = try host.wait("web", for: "ready") { $0.health["live"]?.ok == true }
        #expect(status.pid == pid && status.restarts == 0)
    }

    @Test func aKeeperThatIsStoppedIsNoReasonToEndItsService() throws {
        let host = try host(["beat"], "live = { heartbeat = \"300ms\" }")
        let pid = try host.waitReady("web")
        let keeper = try #require(try host.status("web").keeperPid)
        kill(keeper, SIGSTOP)
        let seen = try host.wait("web", for: "ready") { $0.health["live"]?.ok == nil && $0.health["live"]?.at != nil }
        #expect(seen.health["live"]?.seen == "its keeper, pid \(keeper), is stopped and listens to nobody")
        kill(keeper, SIGCONT)
        let status = try host.wait("web", for: "ready") { $0.health["live"]?.ok == true }
        #expect(status.pid == pid && status.restarts == 0)
    }

    @Test func whatItSaysOfItselfIsShown() throws {
        let host = try host(
            ["STATUS=loading \\u001b[31mplugins", "READY=1\\\\nSTATUS=3 agents"], "ready = { notify = true }")
        try host.waitReady("web")
        let status = try host.wait("web", for: "ready") { $0.statusText == "3 agents" }
        #expect(status.health["ready"]?.target == "notify READY=1" && status.health["ready"]?.ok == true)
        let page = try host.run("hostctl", ["--dir", host.dir, "status", "web"])
        #expect(page.output.contains("says  3 agents"), "\(page.output)")
    }

    @Test func aServiceThatSaysThatItStopsIsWaitedFor() throws {
        let host = try host(["wait=0.7", "STOPPING=1", "wait=0.5", "exit=0"], "restart = { policy = \"never\" }")
        try host.wait("web", for: "stopped") { $0.lastExit != nil }
        let events = try host.events("web")
        #expect(events.contains { $0.kind == "service.stopping" && $0.reason == "it says that it stops (STOPPING=1)" })
        #expect(!events.contains { $0.kind == "service.killing" })
        #expect(try host.status("web").lastExit?.code == 0)
    }

    @Test(.enabled(if: Files.exists("/usr/bin/systemd-notify"))) func aShellWithTheUsualToolWorks() throws {
        let host = try HostUnderTest(
            """
            [service.web]
            command = "systemd-notify --ready --status='all is well' && exec sleep 1000"
            startup = { notify = true }
            """)
        try host.start()
        try host.waitReady("web")
        try host.wait("web", for: "ready") { $0.statusText == "all is well" }
    }

    @Test(.enabled(if: getuid() == 0)) func aServiceOfAnotherUserCanSpeakWhereItCanGetThere() throws {
        let host = try HostUnderTest(
            """
            [service.web]
            command = ["perl", "-e", "\(Self.oneWord)"]
            directory = "/"
            user = "nobody"
            startup = { notify = true }
            restart = { policy = "never" }
            """)
        try host.start()
        let failed = try host.wait("web", for: "stopped") { $0.lastExit != nil }
        #expect(
            failed.reason.contains(
                "cannot reach the notify socket \(host.dir)/run/web.1/notify.sock: Permission denied"))
        try Files.setMode(host.dir, 0o711)
        _ = try host.act("start", "web")
        try host.waitReady("web")
    }

    /// perl without a file that another user could not read.
    private static let oneWord =
        "use Socket; socket S, AF_UNIX, SOCK_DGRAM, 0; "
        + "send S, 'READY=1', 0, sockaddr_un($$ENV{NOTIFY_SOCKET}); sleep 1000"
}
