// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// What is asked of services over the control socket besides start, stop and restart of one.
@Suite struct ServiceRequestsTests {
    /// `b` comes after `a`; both say on their log how they end.
    private static let pair = ["a", "b"].map { name in
        """
        [service.\(name)]
        command = "trap 'echo hup' HUP; trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"
        \(name == "b" ? "after = [\"a\"]" : "")

        """
    }.joined()

    /// Exits after it has run for so long that hostd calls it started, again and again.
    private static let looping = """
        [service.loop]
        command = "echo run; exit 1"
        restart = { backoff = "100s", max_backoff = "100s", jitter = "0%", burst = 0 }

        """

    private func several(_ host: HostUnderTest, _ body: JSON) throws -> (status: Int, json: JSON) {
        let answer = try host.request("POST", "/v1/services", body: body)
        return (answer.status, try JSON(parsing: answer.body))
    }

    @Test func aSignalReachesTheMainProcess() throws {
        let host = try HostUnderTest(Self.pair)
        try host.start()
        let pid = try host.waitReady("a")
        try waitUntil("its first line") { try host.logged("a").contains("up\n") }
        for text in ["SIGHUP", "hup", "1"] {
            let outcome = try ActionOutcome(json: try host.json("POST", "/v1/services/a/signal?signal=\(text)"))
            #expect(outcome.ok && outcome.pid == pid && outcome.reason.hasPrefix("SIGHUP to pid \(pid)"))
            try waitUntil("its word that it heard") { try host.logged("a").contains("hup\n") }
        }
        try waitUntil("the history of it") {
            try host.events("a").contains { $0.kind == "service.signalled" && $0.reason.contains("SIGHUP") }
        }
        #expect(try host.status("a").pid == pid)
    }

    @Test func whatIsNoSignalIsRefusedAndWhatHasNoProcessGetsNone() throws {
        let host = try HostUnderTest(Self.pair)
        try host.start()
        try host.waitReady("a")
        let wrong = try host.request("POST", "/v1/services/a/signal?signal=SIGHUB")
        #expect(wrong.status == 400)
        #expect(
            try ErrorAnswer(json: JSON(parsing: wrong.body))
                == ErrorAnswer("\"SIGHUB\" is no signal", hint: "did you mean SIGHUP?"))
        #expect(try host.request("POST", "/v1/services/a/signal").status == 400)
        #expect(try host.act("stop", "a").ok)
        let outcome = try ActionOutcome(json: try host.json("POST", "/v1/services/a/signal?signal=TERM"))
        #expect(!outcome.ok && outcome.reason == "it is stopped: it has no process that SIGTERM could be sent to")
    }

    @Test func aResetStartsWhatWaitsForItsBackOff() throws {
        let host = try HostUnderTest(Self.looping)
        try host.start()
        try host.wait("loop", for: "backoff") { $0.restarts == 1 }
        let outcome = try host.act("reset", "loop")
        #expect(!outcome.ok && outcome.state == "backoff", "it was started, and failed again")
        #expect(outcome.reason.contains("exit 1"))
        try host.wait("loop", for: "backoff") { $0.restarts == 1 }
        #expect(try host.logged("loop") == "run\nrun\n")
        try waitUntil("the history of it") { try host.events("loop").contains { $0.kind == "service.reset" } }
    }

    @Test func aResetOfWhatRunsIsDoneAtOnce() throws {
        let host = try HostUnderTest(Self.pair)
        try host.start()
        let pid = try host.waitReady("a")
        let outcome = try host.act("reset", "a")
        #expect(outcome.ok && outcome.state == "ready" && outcome.pid == pid)
    }

    @Test func severalAreStoppedInTheReverseOrderOfAfter() throws {
        let host = try HostUnderTest(Self.pair)
        try host.start()
        try host.waitReady("b")
        let stopped = try several(host, ["action": "stop", "names": ["a", "b", "a"]])
        #expect(stopped.status == 200)
        let outcomes = try ActionOutcomeList(json: stopped.json).outcomes
        #expect(outcomes.map(\.service) == ["a", "b"])
        #expect(outcomes.allSatisfy { $0.ok && $0.state == "stopped" && $0.action == "stop" })
        try waitUntil("the history of it") {
            let ends = try host.events().filter { $0.kind == "service.stopped" }.map(\.service)
            return ends == ["b", "a"]
        }
        let started = try ActionOutcomeList(json: several(host, ["action": "start", "names": ["b", "a"]]).json)
        #expect(started.outcomes.map(\.state) == ["ready", "ready"])
    }

    @Test func withoutWaitingTheAnswerComesAtOnce() throws {
        let host = try HostUnderTest("[service.slow]\ncommand = \"trap '' TERM; while :; do sleep 1; done\"\n")
        try host.start()
        try host.waitReady("slow")
        let answer = try several(host, ["action": "stop", "names": ["slow"], "wait": false])
        #expect(try ActionOutcomeList(json: answer.json).outcomes.map(\.state) == ["stopping"])
    }

    @Test(
        "a request for several that is wrong says what would be right",
        arguments: [
            (#"{"action": "signal", "names": ["a"]}"#, 400, "start, stop, restart, reset"),
            (#"{"action": "stop", "names": []}"#, 400, "at least one"),
            (#"{"action": "stop", "names": ["a", "c"]}"#, 404, "no service is called"),
            (#"{"action": "stop", "names": [1]}"#, 400, "names[0] is an integer"),
            (#"{"names": ["a"]}"#, 400, "action is null"),
        ])
    func aWrongRequest(body: String, status: Int, words: String) throws {
        let host = try HostUnderTest(Self.pair)
        try host.start()
        let pid = try host.waitReady("a")
        let answer = try several(host, JSON(parsing: Array(body.utf8)))
        #expect(answer.status == status && answer.json.serialized.contains(words), "\(answer)")
        #expect(try host.status("a").pid == pid)
    }
}
