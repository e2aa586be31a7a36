// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `limits` on a host without a cgroup of its own: kept by looking at what the whole tree uses.
@Suite struct LimitTests {
    @Test func anInstanceWithTooMuchMemoryIsEndedAndSaysWhy() throws {
        let gateway = try Gateway(keys: "limits = { memory = \"300MiB\" }")
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let first = try host.waitReady("gateway")
        try host.wait("gateway", for: "ready") { $0.limits.first?.use != nil }
        let limit = try #require(try host.status("gateway").limits.first)
        #expect(limit.name == "memory")
        #expect(limit.limit == "300 MiB")
        #expect(limit.means == "polled")
        try gateway.tell("memory=400")
        let second = try host.waitReady("gateway", notPid: first)
        #expect(!Living.contains(first))
        #expect(second != first)
        let stopping = try host.events("gateway").last { $0.kind == "service.stopping" }
        #expect(stopping?.reason.contains(" is over limits.memory, 300 MiB") == true, "\(String(describing: stopping))")
        #expect(try host.status("gateway").restarts == 1)
    }

    @Test func theMemoryOfChildrenCountsToo() throws {
        // The child takes the memory, in a session of its own.
        let script = """
            setsid node -e 'const b = Buffer.alloc(300 << 20, 1); setInterval(() => b.length, 1000)' &
            wait
            """
        let host = try HostUnderTest(
            """
            [service.tree]
            command = ["/bin/sh", "-c", \"\"\"\(script)\"\"\"]
            limits = { memory = "200MiB" }
            restart = { backoff = "1h", max_backoff = "1h" }
            """)
        try host.start()
        let status = try host.wait("tree", for: "backoff")
        #expect(status.reason.contains(" is over limits.memory, 200 MiB"))
    }

    @Test func aRestartForMemoryIsGraceful() throws {
        let folder = try TemporaryFolder()
        let gateway = try Gateway(
            "--report=\(folder.path)/report", keys: "limits = { memory = \"2GiB\", memory_restart = \"250MiB\" }")
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let first = try host.waitReady("gateway")
        try gateway.tell("memory=300&stop-after=500")
        _ = try host.waitReady("gateway", notPid: first)
        let report = try Files.readText(folder.path + "/report")
        #expect(report.contains("\"event\":\"signal\",\"pid\":\(first)"), "it was asked")
        #expect(report.contains("\"event\":\"exit\",\"pid\":\(first)"), "and ended by itself")
        let stopping = try host.events("gateway").last { $0.kind == "service.stopping" }
        #expect(stopping?.reason.contains(" is over limits.memory_restart, 250 MiB") == true)
    }

    @Test func tooManyProcessesAreARestart() throws {
        let gateway = try Gateway(keys: "limits = { tasks = 30, cpu = \"50%\" }")
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let first = try host.waitReady("gateway")
        #expect(
            try host.status("gateway").limits.map { "\($0.name) \($0.limit) \($0.means)" } == [
                "tasks 30 polled", "cpu 50% unavailable",
            ])
        try gateway.tell("children=" + Array(repeating: "detached", count: 30).joined(separator: ","))
        _ = try host.waitReady("gateway", notPid: first)
        let stopping = try host.events("gateway").last { $0.kind == "service.stopping" }
        #expect(stopping?.reason.contains(" processes and threads are over limits.tasks, 30") == true)
    }

    @Test func aNodeServiceThatLeaksIsDrainedAndRestartedBeforeItsLimit() throws {
        let folder = try TemporaryFolder()
        let script = """
            const fs = require('fs');
            const kept = [];
            if (!fs.existsSync('leaked')) setInterval(() => kept.push(Buffer.alloc(8 << 20, kept.length + 1)), 250);
            else setInterval(() => {}, 1000);
            fs.writeFileSync('leaked', '');
            process.on('SIGTERM', () => { console.log('drained after ' + kept.length); process.exit(0); });
            """
        let host = try HostUnderTest(
            """
            [service.leaky]
            command = ["node", "-e", \"\"\"\(script)\"\"\"]
            directory = "\(folder.path)"
            limits = { memory = "2GiB", memory_restart = "250MiB" }
            """)
        try host.start()
        let first = try host.waitReady("leaky")
        let second = try host.waitReady("leaky", notPid: first)
        let stopping = try #require(try host.events("leaky").first { $0.kind == "service.stopping" }?.reason)
        #expect(stopping.contains(" is over limits.memory_restart, 250 MiB, and grows by "), "\(stopping)")
        #expect(try host.logged("leaky").contains("drained after "), "it was asked, and had its time")
        #expect(try host.events("leaky").contains { $0.kind == "service.exited" && $0.reason.hasPrefix("exit 0 ") })
        let use = try #require(try host.wait("leaky", for: "ready") { $0.use?.descriptors != nil }.use)
        #expect(use.processes == 1 && use.tasks > 1 && use.memoryBytes < 250 << 20 && use.descriptors ?? 0 > 10)
        #expect(try host.status("leaky").pid == second)
        let page = try host.hostctl("status", "leaky").output
        #expect(page.contains(" of memory, 1 process, "), "\(page)")
    }
}
