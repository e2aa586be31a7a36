// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// Each verb of hostctl on a real hostd with real children.
@Suite struct HostctlVerbTests {
    /// `b` comes after `a`; both say on their log what they hear.
    private static let pair = ["a", "b"].map { name in
        """
        [service.\(name)]
        command = "trap 'echo hup' HUP; trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"
        \(name == "b" ? "after = [\"a\"]" : "")

        """
    }.joined()

    private static let looping = """
        [service.loop]
        command = "echo run; exit 1"
        restart = { backoff = "100s", max_backoff = "100s", jitter = "0%", burst = 0 }

        """

    @Test func signalReachesTheMainProcess() throws {
        let host = try HostUnderTest(Self.pair)
        try host.start()
        let pid = try host.waitReady("a")
        try waitUntil("its first line") { try host.logged("a").contains("up\n") }
        let sent = try host.hostctl("signal", "a", "hup")
        #expect(sent.status == 0 && sent.output.hasPrefix("a: SIGHUP to pid \(pid)"))
        try waitUntil("its word that it heard") { try host.logged("a").contains("hup\n") }
        #expect(try host.hostctl("stop", "a").status == 0)
        let late = try host.hostctl("signal", "a", "HUP")
        #expect(late.status == 1 && late.output.contains("a: failed: it is stopped: it has no process"))
        #expect(try host.hostctl("signal", "c", "HUP").status == 4)
    }

    @Test func resetTriesAgainAtOnce() throws {
        let host = try HostUnderTest(Self.looping + Self.pair)
        try host.start()
        try host.wait("loop", for: "backoff") { $0.restarts == 1 }
        let result = try host.hostctl("reset", "loop")
        #expect(
            result.status == 1 && result.output.contains("loop: failed: backoff"), "it was started, and failed again")
        #expect(try host.logged("loop") == "run\nrun\n")
        try host.waitReady("b")
        let all = try host.hostctl("reset", "all", "--no-wait")
        #expect(all.output.contains("a: failures forgotten, now ready") && all.status == 0)
    }

    @Test func waitEndsWhenTheServiceIsThere() throws {
        let host = try HostUnderTest(Self.pair)
        try host.start()
        let there = try host.hostctl("wait", "all", "--for", "ready")
        #expect(there.status == 0 && Set(there.output.split(separator: "\n")) == ["a: ready", "b: ready"])
        let waiting = try RunningHostctl(host, ["wait", "a", "--for", "stopped"])
        let late = try host.hostctl("wait", "a", "--for", "stopped", "--timeout", "50ms")
        #expect(late.status == 1 && late.output.hasPrefix("a: not stopped: ready"))
        #expect(try host.hostctl("stop", "a").status == 0)
        #expect(try waiting.wait() == 0)
        #expect(try waiting.said() == "a: stopped\n")
    }

    @Test func allAreStoppedInOrderAndStartedAgain() throws {
        let host = try HostUnderTest(Self.pair)
        try host.start()
        try host.waitReady("b")
        let stopped = try host.hostctl("stop", "all")
        #expect(stopped.status == 0)
        #expect(stopped.output.split(separator: "\n").map { $0.prefix(10) } == ["a: stopped", "b: stopped"])
        try waitUntil("the history of it") {
            try host.events().filter { $0.kind == "service.stopped" }.map(\.service) == ["b", "a"]
        }
        let started = try host.hostctl("start", "[ab]")
        #expect(started.status == 0 && started.output.contains("a: ready") && started.output.contains("b: ready"))
        let before = try ["a", "b"].map { try host.status($0).pid }
        let restarted = try host.hostctl("restart", "?")
        #expect(restarted.status == 0)
        let after = try ["a", "b"].map { try host.status($0).pid }
        #expect(zip(before, after).allSatisfy { $0 != $1 })
    }

    @Test func statusShowsThoseThatAreChosen() throws {
        let host = try HostUnderTest(Self.pair + Self.looping)
        try host.start()
        try host.waitReady("b")
        try host.wait("loop", for: "backoff")
        let some = try host.hostctl("status", "[ab]")
        #expect(some.status == 0 && some.output.split(separator: "\n").count == 3)
        #expect(try host.hostctl("status", "*").status == 3)
        let none = try host.hostctl("status", "x*")
        #expect(none.status == 4 && none.output.contains("no service matches \"x*\" (there is: a, b, loop)"))
    }

    @Test func theLogOfAServiceThatIsConfiguredNoMoreIsShown() throws {
        let host = try HostUnderTest(Self.pair + Self.looping)
        try host.start()
        try host.waitReady("b")
        try waitUntil("its line") { try host.hostctl("logs", "b").output == "up\n" }
        try host.stop()
        try host.configure(Self.looping)
        try host.start()
        #expect(try host.hostctl("logs", "b").output == "up\nbye\n")
        #expect(try host.hostctl("events", "b", "-n", "5").output.contains("stopped"))
        let never = try host.hostctl("logs", "c")
        #expect(never.status == 4 && never.output.contains("no service is called \"c\""))
    }

    @Test func completionAsksTheRunningHostd() throws {
        let host = try HostUnderTest(Self.pair)
        try host.start()
        let result = try host.run("hostctl", ["__complete", "--dir", host.dir, "stop", ""])
        #expect(result.output.split(separator: "\n").map { $0.prefix { $0 != "\t" } } == ["a", "b", "all"])
    }
}
