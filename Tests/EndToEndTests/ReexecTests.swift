// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Another hostd takes over in the same process.
@Suite struct ReexecTests {
    private static let lines = 3000

    private static let busy = """
        [service.writer]
        command = "i=0; while test $i -lt \(lines); do echo line $i; i=$((i+1)); sleep 0.003; done; exec sleep 1000"
        [service.steady]
        command = ["sleep", "1000"]
        [service.failing]
        command = ["/bin/sh", "-c", "sleep 0.05; exit 1"]
        restart = { backoff = "20ms", max_backoff = "50ms", burst = 0 }
        """

    @Test func aHundredTimesUnderLoadNothingIsDisturbedOrLost() throws {
        let host = try HostUnderTest(Self.busy)
        try host.start()
        let writer = try host.waitReady("writer")
        let steady = try host.waitReady("steady")
        let first = try host.status().host.pid
        for _ in 0..<100 {
            let answer = try host.json("POST", "/v1/reexec")
            #expect(answer["ok"] == true)
            // Who connects now waits for the next one; nobody is refused or cut.
            for _ in 0..<3 { #expect(try host.request("GET", "/v1/status").status == 200) }
        }
        let status = try host.status()
        #expect(status.host.pid == first)
        #expect(try host.status("writer").pid == writer)
        #expect(try host.status("steady").pid == steady)
        #expect(try host.status("steady").restarts == 0)
        #expect(try host.status("failing").restarts > 3)
        // Each took over: all are in the history, with the ends of what failed meanwhile.
        let takeovers = try host.events().filter { $0.kind == "host.reexec" }.reduce(0) { $0 + Int($1.count) }
        #expect(takeovers == 100)
        #expect(try Files.list("/proc/\(host.pid)/fd").count < 60)
        let zombies = Takeover.children(of: host.pid).filter { child in
            (try? Files.readText("/proc/\(child)/stat", limit: 4096))?.contains(") Z ") == true
        }
        #expect(zombies.count <= 1)
        try waitUntil("all lines", seconds: 60) {
            try host.logged("writer").hasSuffix("line \(Self.lines - 1)\n")
        }
        #expect(try host.logged("writer") == (0..<Self.lines).map { "line \($0)\n" }.joined())
    }

    @Test func oneThatDoesNotPassItsSelfTestChangesNothing() throws {
        let host = try HostUnderTest("[service.a]\ncommand = [\"sleep\", \"1000\"]\n")
        try host.start()
        let pid = try host.waitReady("a")
        let snapshot = host.dir + "/run/services/a"
        let good = try Files.readText(snapshot, limit: 65536)
        try Files.replace(snapshot, with: good.replacing("state=up", with: "state=elsewhere").utf8)
        let answer = try host.json("POST", "/v1/reexec")
        #expect(answer["ok"] == false)
        #expect(answer["error"]?.text?.contains("means nothing to this version") == true)
        #expect(try host.status("a").pid == pid)
        #expect(try host.events().contains { $0.kind == "host.reexec_refused" })
        try Files.replace(snapshot, with: good.utf8)
        #expect(try host.hostctl("reexec").status == 0)
        #expect(try host.status("a").pid == pid)
    }
}
