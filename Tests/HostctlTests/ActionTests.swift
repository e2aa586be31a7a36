// SPDX-License-Identifier: Apache-2.0

import HostWire
import Synchronization
import TestKit
import Testing

@Suite struct ActionTests {
    @Test(arguments: [
        ("start", "ready", "gateway: ready in 1.2 s, pid 4242\n"), ("stop", "stopped", "gateway: stopped in 1.2 s\n"),
        ("restart", "ready", "gateway: ready in 1.2 s, pid 4242\n"),
    ])
    func whatWasDoneIsSaidInOneLine(action: String, state: String, line: String) throws {
        let outcome = Self.outcome("gateway", action, state: state, pid: state == "ready" ? 4242 : nil)
        let standIn = try StandIn { _ in .json(outcome) }
        let result = try Hostctl.run([action, "gateway"], at: standIn)
        #expect(result.out == line)
        #expect(result.err.isEmpty)
        #expect(result.code == 0)
        #expect(standIn.questions.map { "\($0.method) \($0.target)" } == ["POST /v1/services/gateway/\(action)"])
    }

    @Test func oneThatFailsIsSaidOnStderrAndTheNextIsStillDone() throws {
        let standIn = try StandIn { question in
            question.path[2] == "agent"
                ? .json(
                    Self.outcome(
                        "agent", "start", ok: false, state: "backoff",
                        reason: "backoff 250 ms: exit 1 after 0.1 s, last line: boom"))
                : .json(Self.outcome(question.path[2], "start", state: "ready", pid: 7))
        }
        let result = try Hostctl.run(["start", "agent", "gateway"], at: standIn)
        #expect(result.err == "agent: failed: backoff 250 ms: exit 1 after 0.1 s, last line: boom\n")
        #expect(result.out == "gateway: ready in 1.2 s, pid 7\n")
        #expect(result.code == ExitCode.failed.rawValue)
        #expect(standIn.questions.map { $0.path[2] } == ["agent", "gateway"])
    }

    @Test func theStateStandsBeforeAReasonThatDoesNotSayIt() throws {
        let standIn = try StandIn { _ in
            .json(Self.outcome("gateway", "start", ok: false, state: "held", reason: "exit 78 says do not restart"))
        }
        let result = try Hostctl.run(["start", "gateway"], at: standIn)
        #expect(result.err == "gateway: failed: held: exit 78 says do not restart\n")
    }

    @Test func anUnknownNameEndsWith4AndTheOthersAreDone() throws {
        let standIn = try StandIn { question in
            question.path[2] == "gatway"
                ? Samples.noService("gatway") : .json(Self.outcome("gateway", "stop", state: "stopped"))
        }
        let result = try Hostctl.run(["stop", "gatway", "gateway"], at: standIn)
        #expect(result.err == "hostctl: no service \"gatway\" (did you mean gateway?)\n")
        #expect(result.out == "gateway: stopped in 1.2 s\n")
        #expect(result.code == ExitCode.noSuchName.rawValue)
    }

    @Test func withoutRightsItEndsWith77() throws {
        let standIn = try StandIn { _ in .error(403, "uid 1000 may look but not change", hint: "admin_group may") }
        let result = try Hostctl.run(["restart", "gateway"], at: standIn)
        #expect(result.err == "hostctl: uid 1000 may look but not change (admin_group may)\n")
        #expect(result.code == ExitCode.notPermitted.rawValue)
    }

    @Test func withoutWaitingItSaysWhatIsUnderWay() throws {
        let standIn = try StandIn { _ in .json(Self.outcome("gateway", "restart", state: "stopping")) }
        let result = try Hostctl.run(["restart", "gateway", "--no-wait"], at: standIn)
        #expect(result.out == "gateway: restart is under way, now stopping\n")
        #expect(standIn.questions.map(\.target) == ["/v1/services/gateway/restart?wait=false"])
    }

    @Test func afterTheTimeoutItSaysHowFarTheServiceIs() throws {
        let standIn = try StandIn { question in
            question.method == "POST"
                ? .silence
                : .json(
                    ServiceStatus(
                        name: "gateway", state: "waiting", since: Samples.ago(seconds: 1),
                        reason: "port 18789 is held by pid 811 (node)"
                    ).json)
        }
        let result = try Hostctl.run(["start", "gateway", "--timeout", "200ms"], at: standIn)
        #expect(
            result.err == """
                gateway: still waiting after 0.2 s: port 18789 is held by pid 811 (node) (hostd goes on; \
                hostctl status gateway says how far it is, --timeout waits longer)

                """)
        #expect(result.code == ExitCode.failed.rawValue)
    }

    @Test func whenHostdGoesMeanwhileTheOutcomeIsNotKnown() throws {
        let standIn = try StandIn { _ in .bytes([]) }
        let result = try Hostctl.run(["restart", "gateway", "agent"], at: standIn)
        #expect(
            result.err == """
                hostctl: hostd at \(standIn.socket) closed the connection without an answer (hostctl status says \
                whether it was done)

                """)
        #expect(result.code == ExitCode.unreachable.rawValue)
        #expect(standIn.questions.count == 1)
    }

    @Test func jsonIsOneOutcomeALine() throws {
        let standIn = try StandIn { question in
            .json(Self.outcome(question.path[2], "stop", ok: question.path[2] == "a", state: "stopped"))
        }
        let result = try Hostctl.run(["stop", "a", "b", "--json"], at: standIn)
        let expected = ["a", "b"].map { Self.outcome($0, "stop", ok: $0 == "a", state: "stopped").serialized + "\n" }
        #expect(result.out == expected.joined())
        #expect(result.err.isEmpty)
        #expect(result.code == ExitCode.failed.rawValue)
    }

    @Test func onATerminalTheStateIsShownWhileItTakesLong() throws {
        let wasShown = Flag()
        let standIn = try StandIn { question in
            if question.method == "POST" {
                try? waitUntil("a look at the state", seconds: 60) { wasShown.isUp }
                return .json(Self.outcome("gateway", "start", state: "ready", pid: 7))
            }
            wasShown.raise()
            return .json(
                ServiceStatus(
                    name: "gateway", state: "starting", since: Samples.ago(seconds: 1),
                    reason: "pid 7 started, startup probe not yet good, which takes more than a line of 80 columns"
                ).json)
        }
        let result = try PseudoTerminal.run(["start", "gateway"], at: standIn)
        let parts = result.out.split(separator: "\r\u{1B}[K").map(String.init)
        #expect(parts.last == "gateway: ready in 1.2 s, pid 7\n")
        let shown = try #require(parts.first)
        #expect(shown.hasPrefix("gateway: starting, ") && shown.contains("so far: pid 7 started"))
        #expect(shown.hasSuffix("…") && shown.unicodeScalars.count == 79)
    }

    static func outcome(
        _ service: String, _ action: String, ok: Bool = true, state: String, reason: String = "", pid: Int32? = nil
    ) -> JSON {
        ActionOutcome(
            service: service, action: action, ok: ok, state: state, reason: reason, pid: pid,
            durationMilliseconds: 1234.5
        ).json
    }
}

/// Something that has happened, seen from several threads.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isUp: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}
