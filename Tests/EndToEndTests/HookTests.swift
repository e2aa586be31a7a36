// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Commands around the life of a service, and services that follow another one.
@Suite struct HookTests {
    @Test func hooksRunInTheirOrderAroundTheProgram() throws {
        let host = try HostUnderTest(
            """
            [service.a]
            command = ["/bin/sh", "-c", "echo program; exec sleep 1000"]
            before_start = [["/bin/sh", "-c", "echo $HOSTD_HOOK"], ["/bin/sh", "-c", "echo $HOSTD_HOOK"]]
            after_stop = [["/bin/sh", "-c", "echo $HOSTD_HOOK of $HOSTD_MAIN_PID: $HOSTD_EXIT_SIGNAL$HOSTD_EXIT_CODE"]]
            """)
        try host.start()
        let pid = try host.waitReady("a")
        #expect(try host.act("stop", "a").state == "stopped")
        try waitUntil("its output") {
            try host.logged("a") == "before_start[0]\nbefore_start[1]\nprogram\nafter_stop[0] of \(pid): SIGTERM\n"
        }
    }

    @Test func aStartThatAHookRefusesIsAFailedStart() throws {
        let host = try HostUnderTest(
            """
            [service.a]
            command = ["/bin/sh", "-c", "echo program >&2; exec sleep 1000"]
            before_start = [["/bin/sh", "-c", "echo no room; exit 3"]]
            restart = { backoff = "1h", max_backoff = "1h" }
            [service.b]
            command = ["sleep", "1000"]
            before_start = [["/bin/sh", "-c", "exit 78"]]
            """)
        try host.start()
        let a = try host.wait("a", for: "backoff") { $0.reason.contains("no room") }
        #expect(a.reason.contains("before_start[0]: exit 3"))
        let b = try host.wait("b", for: "held")
        #expect(b.reason.contains("before_start[0]: exit 78"))
        #expect(try !host.logged("a").contains("program"))
    }

    @Test func aHookThatHangsIsEndedWithItsWholeTree() throws {
        let host = try HostUnderTest(
            """
            [service.a]
            command = ["sleep", "1000"]
            before_start = [["/bin/sh", "-c", "sleep 1234 & echo $!; exec sleep 1234"]]
            hook_timeout = "300ms"
            restart = { backoff = "1h", max_backoff = "1h" }
            """)
        try host.start()
        let status = try host.wait("a", for: "backoff")
        #expect(status.reason.contains("before_start[0]: took longer than 300 ms"))
        try waitUntil("its child's pid") { try host.logged("a").hasSuffix("\n") }
        let child = try #require(Int32(try host.logged("a").dropLast()))
        #expect(kill(child, 0) != 0)
    }

    @Test func aHookOutlivesHostdAndWhatComesAfterItCounts() throws {
        let host = try HostUnderTest("")
        try host.configure(
            """
            [service.a]
            command = ["/bin/sh", "-c", "echo program; exec sleep 1000"]
            before_start = [["/bin/sh", "-c", "echo hook; while test ! -e \(host.dir)/go; do sleep 0.05; done"]]
            """)
        try host.start()
        try waitUntil("the hook to run") { (try? host.logged("a")) == "hook\n" }
        host.kill()
        try host.start()
        #expect(try host.status("a").state == "starting")
        try Files.replace(host.dir + "/go", with: [])
        try host.waitReady("a")
        try waitUntil("its output") { try host.logged("a") == "hook\nprogram\n" }
    }

    @Test func aServiceFollowsTheOneItGoesWith() throws {
        let host = try HostUnderTest(
            """
            [service.a]
            command = ["sleep", "1000"]
            restart = { backoff = "0s" }
            [service.b]
            command = ["sleep", "2000"]
            restart_with = ["a"]
            """)
        try host.start()
        let a = try host.waitReady("a")
        let b = try host.waitReady("b")
        kill(a, SIGKILL)
        try host.waitReady("a", notPid: a)
        try host.waitReady("b", notPid: b)
        #expect(try host.status("b").restarts == 1)
        let why = try host.events("b").filter { $0.kind == "service.stopping" }.map(\.reason)
        #expect(why == ["restarted with a"])
    }

    @Test func aStopByCommandThatFailsIsFollowedByTheSignal() throws {
        let host = try HostUnderTest(
            """
            [service.a]
            command = ["sleep", "1000"]
            stop = { exec = ["/bin/sh", "-c", "exit 5"], grace = "60s" }
            [service.b]
            command = ["sleep", "1000"]
            stop = { exec = ["/bin/sh", "-c", "kill -INT $HOSTD_MAIN_PID"], grace = "60s" }
            """)
        try host.start()
        try host.waitReady("a")
        try host.waitReady("b")
        #expect(try host.act("stop", "a").state == "stopped")
        #expect(try host.status("a").lastExit?.signal == SIGTERM)
        #expect(try host.act("stop", "b").state == "stopped")
        #expect(try host.status("b").lastExit?.signal == SIGINT)
    }

    @Test func aReloadActionIsDoneAndTold() throws {
        let host = try HostUnderTest(
            """
            [service.a]
            command = ["/bin/sh", "-c", "trap 'echo reloaded' HUP; echo up; while :; do sleep 0.05; done"]
            reload = { signal = "SIGHUP" }
            [service.b]
            command = ["sleep", "1000"]
            reload = { exec = ["/bin/sh", "-c", "exit 4"] }
            [service.c]
            command = ["sleep", "1000"]
            """)
        try host.start()
        for name in ["a", "b", "c"] { try host.waitReady(name) }
        try waitUntil("a to be up") { try host.logged("a") == "up\n" }
        #expect(try host.act("reload", "a").ok)
        try waitUntil("a to reload") { try host.logged("a").contains("reloaded") }
        let b = try host.act("reload", "b")
        #expect(!b.ok && b.reason.contains("exit 4"))
        let c = try host.act("reload", "c")
        #expect(!c.ok && c.reason.contains("no reload action"))
    }
}
