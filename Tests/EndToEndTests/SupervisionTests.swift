// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Order, loops, probes by command, and what a child finds.
@Suite struct SupervisionTests {
    @Test func whatComesAfterStartsLaterAndStopsFirst() throws {
        let gateway = try Gateway("--start-after=700")
        let host = try HostUnderTest(
            gateway.section() + """
                [service.agent]
                command = ["sleep", "1000"]
                after = ["gateway"]
                """)
        try host.start()
        let waiting = try host.wait("agent", for: "waiting")
        #expect(waiting.reason.contains("gateway"))
        try host.waitReady("agent")
        let started = try host.events().filter { $0.kind == "service.ready" }.compactMap(\.service)
        #expect(started == ["gateway", "agent"])
        #expect(try host.stop() == 0)
        let said = host.said
        let agent = try #require(said.firstRange(of: "agent: stopped"))
        let late = try #require(said.firstRange(of: "gateway: stopping"))
        #expect(agent.lowerBound < late.lowerBound)
    }

    @Test func aCrashLoopIsShownAndLeftWhenItsCauseIsGone() throws {
        let host = try HostUnderTest("")
        try host.configure(
            """
            [service.loop]
            command = "echo no permit; test -e \(host.dir)/permit && exec sleep 1000; exit 7"
            restart = { backoff = "10ms", max_backoff = "2s", burst = 4, stable = "10s" }
            """)
        try host.start()
        let status = try host.wait("loop", for: "looping") { $0.reason.contains("no permit") }
        #expect(status.reason.contains("exit 7"))
        #expect(status.nextAttemptAt != nil)
        try Files.replace(host.dir + "/permit", with: [])
        try host.wait("loop", for: "ready") { ($0.uptimeSeconds ?? 0) > 0.5 }
    }

    @Test func exitZeroUnderPolicyAlwaysIsACrashLoopToo() throws {
        let host = try HostUnderTest(
            """
            [service.polite]
            command = "exit 0"
            restart = { backoff = "10ms", max_backoff = "2s", burst = 4 }
            """)
        try host.start()
        let status = try host.wait("polite", for: "looping")
        #expect(status.lastExit?.code == 0)
    }

    @Test func aCommandThatDoesNotExistIsExplained() throws {
        let host = try HostUnderTest("[service.typo]\ncommand = [\"/usr/bin/no-such-program\"]\n")
        try host.start()
        let status = try host.wait("typo", for: "backoff", "looping") { $0.restarts > 0 }
        #expect(status.reason.contains("cannot exec /usr/bin/no-such-program: No such file or directory"))
    }

    @Test func anExecProbeRunsAsAProgramAndSaysWhatItSaw() throws {
        let host = try HostUnderTest("")
        try host.configure(
            """
            [service.sleeper]
            command = ["sleep", "1000"]
            ready = { exec = "test -e \(host.dir)/up || { echo nothing at the door; exit 4; }", interval = "100ms" }
            live = { exec = ["sh", "-c", "sleep 30"], timeout = "300ms", interval = "30s", failures = 9 }
            """)
        try host.start()
        let unready = try host.wait("sleeper", for: "running", "unhealthy") {
            $0.health["ready"]?.seen == "exit 4: nothing at the door"
        }
        #expect(unready.health["ready"]?.ok == false)
        try Files.replace(host.dir + "/up", with: [])
        try host.wait("sleeper", for: "ready", "unhealthy") { $0.ready }
    }

    @Test func anExecProbeThatHangsIsEndedWithItsWholeTree() throws {
        let host = try HostUnderTest(
            """
            [service.sleeper]
            command = ["sleep", "1000"]
            live = { exec = "sleep 4242 & sleep 4243", timeout = "300ms", interval = "100ms", failures = 1000 }
            """)
        try host.start()
        let status = try host.wait("sleeper", for: "unhealthy")
        #expect(status.health["live"]?.seen == "no end in 300 ms")
        #expect(try host.act("stop", "sleeper").ok)
        try waitUntil("no probe to be left") {
            Living.mentioning("sleep\\04242").isEmpty && Living.mentioning("sleep\\04243").isEmpty
        }
    }

    @Test func aChildFindsWhatTheContractSaysAndNothingOfHostd() throws {
        let host = try HostUnderTest(
            "",
            environment: [
                "NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "1", "LISTEN_FDS": "1", "INVOCATION_ID": "abc",
                "SECRET": "s",
                "CREDENTIALS_DIRECTORY": "/run/c",
            ])
        try host.configure(
            """
            [service.child]
            command = "env > seen.new; mv seen.new seen; exec sleep 1000"
            directory = "\(host.dir)"
            env = { GREETING = "hello $$" }
            """)
        try host.start()
        try waitUntil("the child to look around") { Files.exists(host.dir + "/seen") }
        let lines = try Files.readText(host.dir + "/seen").split(separator: "\n").map(String.init)
        #expect(lines.contains("GREETING=hello $"))
        #expect(lines.contains("HOSTD_SERVICE=child"))
        #expect(lines.contains { $0.hasPrefix("HOSTD_INSTANCE=") && $0.count == "HOSTD_INSTANCE=".count + 32 })
        for name in ["HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG"] {
            #expect(lines.contains { $0.hasPrefix(name + "=") }, "\(name)")
        }
        #expect(lines.contains("NOTIFY_SOCKET=\(host.dir)/run/child.1/notify.sock"), "its own, not that of hostd")
        for name in [
            "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "INVOCATION_ID", "SECRET", "CREDENTIALS_DIRECTORY",
        ] {
            #expect(!lines.contains { $0.hasPrefix(name + "=") }, "\(name)")
        }
    }
}
