// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

/// Sleep: hostd that was away blames nobody, and keeps the host awake for who wants it.
@Suite struct SleepTests {
    @Test func aStopOfHostdOfSomeSecondsRestartsNobodyAndIsSaid() throws {
        let gateway = try Gateway()
        let host = try HostUnderTest(
            gateway.section(probes: false) + """
                live = { http = "\(gateway.url)/healthz", interval = "200ms", timeout = "500ms", failures = 1 }

                [service.beats]
                command = "exec sleep 1000"
                ready = { exec = ["true"], interval = "300ms", timeout = "1s" }

                """)
        try host.start()
        let pid = try host.waitReady("gateway")
        try host.waitReady("beats")
        let end = Clock.now + .seconds(5)
        host.signal(SIGSTOP)
        try waitUntil("5 s to pass") { Clock.now >= end }
        host.signal(SIGCONT)
        let event = try waitFor("the event") { try host.events().last { $0.kind == "host.awake" } }
        #expect(event.reason.hasPrefix("hostd was away for "), "\(event.reason)")
        #expect(event.reason.contains("away for 4.") || event.reason.contains("away for 5"), "\(event.reason)")
        try waitUntil("a probe after it") { try host.status("gateway").health["live"]?.ok == true }
        #expect(try host.status("gateway").pid == pid)
        #expect(try host.status("gateway").restarts == 0 && host.status("beats").restarts == 0)
        #expect(try host.events().filter { $0.kind == "host.awake" }.count == 1, "it is said once")
        #expect(try !host.events("gateway").contains { $0.kind == "service.unhealthy" })
    }

    @Test func theLockOfLogindIsHeldWhileAServiceThatWantsItRuns() throws {
        let logind = try LogindUnderTest()
        let host = try HostUnderTest(
            """
            [service.long]
            command = "exec sleep 1000"
            keep_awake = true

            [service.other]
            command = "exec sleep 1000"

            """, environment: ["DBUS_SYSTEM_BUS_ADDRESS": logind.address])
        try host.start()
        try host.waitReady("long")
        try waitUntil("the lock; it noted \(logind.notes)") { logind.notes.count == 2 }
        #expect(
            logind.notes.last
                == "taken sleep:idle:handle-lid-switch|hostd|services that keep the host awake run|block")
        try waitUntil("status to show it") { try host.status().host.keepAwake == ["long"] }
        #expect(try host.hostctl("status").output.contains("kept awake for long"))
        #expect(try host.act("stop", "long").ok)
        try waitUntil("it to be given up") { logind.notes.last == "given up" }
        #expect(try host.status().host.keepAwake.isEmpty)
        #expect(try host.act("start", "long").ok)
        try waitUntil("it to be taken again") { logind.notes.last?.hasPrefix("taken") == true }
    }

    @Test func withoutLogindTheServiceRunsAndStatusSaysWhy() throws {
        let host = try HostUnderTest(
            "[service.long]\ncommand = \"exec sleep 1000\"\nkeep_awake = true\n",
            environment: ["DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus"])
        try host.start()
        try host.waitReady("long")
        let why = try waitFor("the problem") { try host.status().host.keepAwakeProblem }
        #expect(why.hasPrefix("the host cannot be kept awake: "))
        #expect(try host.hostctl("status").output.contains("keep_awake"))
    }
}
