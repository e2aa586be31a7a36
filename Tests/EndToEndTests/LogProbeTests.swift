// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Lines of the log that say how a service is.
@Suite struct LogProbeTests {
    private func host(_ steps: [String], _ keys: String) throws -> HostUnderTest {
        let host = try HostUnderTest(Notifier.section(steps, keys))
        try host.start()
        return host
    }

    @Test(arguments: ["startup", "ready"])
    func aLineOfTheLogSaysThatItIsReady(kind: String) throws {
        let gate = try TemporaryFolder()
        let host = try host(
            ["print=server is starting", "until=\(gate.path)/go", "print=server listening on :80"],
            "\(kind) = { log = \"^server (listening|ready)\", interval = \"50ms\" }")
        let before = try host.wait("web", for: "starting", "running") { $0.health[kind]?.ok == false }
        #expect(before.health[kind]?.seen == "no line matches")
        try Files.replace(gate.path + "/go", with: [])
        #expect(try host.waitReady("web") == before.pid)
        #expect(try host.status("web").health[kind]?.seen == "line: server listening on :80")
    }

    @Test func aLineThatCameWhileHostdWasAwayIsFound() throws {
        let gate = try TemporaryFolder()
        let host = try host(
            ["until=\(gate.path)/go", "print=server is ready", "print=more"],
            "ready = { log = \"ready$$\", interval = \"50ms\" }")
        let pid = try host.wait("web", for: "running") { $0.pid != nil }.pid
        host.kill()
        try Files.replace(gate.path + "/go", with: [])
        try waitUntil("the line in the log") { (try? host.logged("web").contains("more")) == true }
        try host.start()
        #expect(try host.waitReady("web") == pid)
    }

    @Test func aLineOfTheInstanceBeforeDoesNotCount() throws {
        let gate = try TemporaryFolder()
        let mark = gate.path + "/second"
        let command = """
            [service.web]
            command = "test -e \(mark) && exec sleep 1000; touch \(mark); echo ready; sleep 1000"
            ready = { log = "^ready", interval = "50ms" }
            """
        let host = try HostUnderTest(command)
        try host.start()
        let first = try host.waitReady("web")
        kill(first, SIGKILL)
        let second = try host.wait("web", for: "running") { $0.pid != first && $0.health["ready"]?.ok == false }
        #expect(second.health["ready"]?.seen == "no line matches")
        #expect(try host.logged("web") == "ready\n")
    }

    @Test func rotationAndMuchToReadAreNoObstacle() throws {
        // More than the usual 16 MiB.
        let host = try HostUnderTest(
            """
            [service.web]
            command = "seq 1 2500000; echo all is ready; exec sleep 1000"
            ready = { log = "all is ready", interval = "10ms" }
            """)
        try host.start()
        try host.waitReady("web", seconds: 60)
        let files = try Files.list(host.dir + "/log/web")
        #expect(files.contains { $0.hasSuffix("Z.log") || $0.hasSuffix("Z.log.zst") }, "\(files)")
    }

    @Test func aServiceThatFallsSilentIsRestarted() throws {
        let host = try host(
            ["print=tick", "wait=0.3", "print=tick", "wait=0.3", "print=tick"],
            "live = { log = \"tick\", interval = \"500ms\", failures = 2 }")
        let first = try host.wait("web", for: "ready", "unhealthy") { $0.health["live"]?.ok == true }
        #expect(first.health["live"]?.seen == "line: tick")
        try host.waitReady("web", notPid: first.pid)
        let reasons = try host.events("web").filter { $0.kind == "service.unhealthy" }.map(\.reason)
        #expect(reasons == ["live probe: no line matches (1 of 2)", "live probe: no line matches (2 of 2)"])
    }
}
