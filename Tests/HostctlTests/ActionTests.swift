// SPDX-License-Identifier: Apache-2.0

import HostWire
import Synchronization
import TestKit
import Testing

@Suite struct ActionTests {
    @Test(arguments: [
        ("start", "ready", "gateway: ready in 1.2 s, pid 4242\n"), ("stop", "stopped", "gateway: stopped in 1.2 s\n"),
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

    /// A hostd with these services, which does what it is told to several at once.
    private static func answering(
        _ services: [ServiceStatus], _ outcome: @escaping @Sendable (_ name: String, _ action: String) -> JSON
    ) -> StandIn.Answering {
        { question in
            guard question.method == "POST" else { return Samples.answering(services)(question) }
            if question.path.count == 4 {
                let isKnown = services.contains { $0.name == question.name }
                return isKnown ? .json(outcome(question.name, question.path[3])) : Samples.noService(question.name)
            }
            guard let json = try? JSON(parsing: question.body), let wish = try? ActionRequest(json: json) else {
                return .error(400, "no request")
            }
            return .json(["outcomes": .array(wish.names.map { outcome($0, wish.action) })])
        }
    }

    private static func posts(_ standIn: StandIn) -> [String] {
        standIn.questions.filter { $0.method == "POST" }.map {
            $0.target + ($0.body.isEmpty ? "" : " " + String(decoding: $0.body, as: UTF8.self))
        }
    }

    @Test func severalAreOneRequestAndOneThatFailsIsSaidOnStderr() throws {
        let standIn = try StandIn(
            Self.answering([Samples.agent, Samples.gateway]) { name, action in
                name == "agent"
                    ? Self.outcome(
                        "agent", action, ok: false, state: "backoff",
                        reason: "backoff 250 ms: exit 1 after 0.1 s, last line: boom")
                    : Self.outcome(name, action, state: "ready", pid: 7)
            })
        let result = try Hostctl.run(["start", "agent", "gateway"], at: standIn)
        #expect(result.err == "agent: failed: backoff 250 ms: exit 1 after 0.1 s, last line: boom\n")
        #expect(result.out == "gateway: ready in 1.2 s, pid 7\n")
        #expect(result.code == ExitCode.failed.rawValue)
        #expect(
            Self.posts(standIn) == [
                #"/v1/services {"action":"start","names":["agent","gateway"],"wait":true}"#
            ])
    }

    @Test func aRestartOfSeveralIsOneRequestAndHostdKeepsTheTurns() throws {
        let services = ["w@1", "w@2", "x"].map { ServiceStatus(name: $0, state: "ready", since: Samples.dawn) }
        let standIn = try StandIn(
            Self.answering(services) { name, action in
                name == "w@2"
                    ? Self.outcome(name, action, ok: false, state: "ready", reason: "not restarted: w@1 is not well")
                    : Self.outcome(name, action, state: "ready", pid: 7)
            })
        let result = try Hostctl.run(["restart", "w"], at: standIn)
        #expect(Self.posts(standIn) == [#"/v1/services {"action":"restart","names":["w@1","w@2"],"wait":true}"#])
        #expect(result.out == "w@1: ready in 1.2 s, pid 7\n" && result.code == 1)
        #expect(result.err == "w@2: failed: ready: not restarted: w@1 is not well\n")
        let one = try Hostctl.run(["restart", "x"], at: standIn)
        #expect(one.out == "x: ready in 1.2 s, pid 7\n")
        #expect(Self.posts(standIn).last == "/v1/services/x/restart")
    }

    @Test func reloadsGoOneAfterTheOtherInTheOrderOfAfter() throws {
        let services = [("a", ["b", "c"]), ("b", ["d"]), ("c", []), ("d", ["c"])].map { name, after in
            ServiceStatus(name: name, state: "ready", since: Samples.dawn, after: after)
        }
        let standIn = try StandIn(
            Self.answering(services) { Self.outcome($0, $1, ok: $0 != "d", state: "ready", pid: 7) })
        let result = try Hostctl.run(["reload", "all"], at: standIn)
        #expect(Self.posts(standIn) == ["c", "d", "b", "a"].map { "/v1/services/\($0)/reload" })
        #expect(result.out.split(separator: "\n").map { $0.prefix(2) } == ["c:", "b:", "a:"])
        #expect(result.err == "d: failed: it is ready\n" && result.code == 1, "one that fails keeps no other from it")
    }

    @Test func aCircleOfAfterIsGoneThroughOnce() throws {
        let services = [("a", "b"), ("b", "a")].map { name, after in
            ServiceStatus(name: name, state: "ready", since: Samples.dawn, after: [after])
        }
        let standIn = try StandIn(Self.answering(services) { Self.outcome($0, $1, state: "ready") })
        _ = try Hostctl.run(["reload", "a", "b"], at: standIn)
        #expect(Self.posts(standIn).count == 2)
    }

    @Test func theStateStandsBeforeAReasonThatDoesNotSayIt() throws {
        let standIn = try StandIn { _ in
            .json(Self.outcome("gateway", "start", ok: false, state: "held", reason: "exit 78 says do not restart"))
        }
        let result = try Hostctl.run(["start", "gateway"], at: standIn)
        #expect(result.err == "gateway: failed: held: exit 78 says do not restart\n")
    }

    @Test func anUnknownNameEndsWith4AndTheOthersAreDone() throws {
        let standIn = try StandIn(
            Self.answering([Samples.gateway]) { Self.outcome($0, $1, state: "stopped") })
        let result = try Hostctl.run(["stop", "gatway", "gateway"], at: standIn)
        #expect(result.err == "hostctl: no service is called \"gatway\" (did you mean gateway?)\n")
        #expect(result.out == "gateway: stopped in 1.2 s\n")
        #expect(result.code == ExitCode.noSuchName.rawValue)
        let alone = try Hostctl.run(["stop", "gatway"], at: standIn)
        #expect(alone.code == ExitCode.noSuchName.rawValue)
    }

    @Test func aSignalIsSentByItsFullName() throws {
        let standIn = try StandIn { question in
            .json(Self.outcome("gateway", "signal", state: "ready", reason: "SIGHUP to pid 4242, asked for by uid 0"))
        }
        for signal in ["HUP", "sighup", "1"] {
            let result = try Hostctl.run(["signal", "gateway", signal], at: standIn)
            #expect(result.out == "gateway: SIGHUP to pid 4242, asked for by uid 0\n")
        }
        #expect(Set(Self.posts(standIn)) == ["/v1/services/gateway/signal?signal=SIGHUP"])
    }

    @Test func whatHasNoProcessGetsNoSignal() throws {
        let standIn = try StandIn { _ in
            .json(
                Self.outcome(
                    "gateway", "signal", ok: false, state: "stopped", reason: "it is stopped: it has no process"))
        }
        let result = try Hostctl.run(["signal", "gateway", "TERM"], at: standIn)
        #expect(result.err == "gateway: failed: it is stopped: it has no process\n" && result.code == 1)
    }

    @Test(arguments: [
        ("ready", "gateway: failures forgotten, ready in 1.2 s\n"),
        ("held", "gateway: failures forgotten, held as before (hostctl start gateway starts it)\n"),
        ("unhealthy", "gateway: failures forgotten, now unhealthy\n"),
    ])
    func aResetSaysWhereTheServiceIsNow(state: String, line: String) throws {
        let standIn = try StandIn { _ in .json(Self.outcome("gateway", "reset", state: state)) }
        #expect(try Hostctl.run(["reset", "gateway"], at: standIn).out == line)
    }

    @Test func aReloadOfAServiceIsItsReloadAction() throws {
        let standIn = try StandIn { _ in .json(Self.outcome("gateway", "reload", state: "ready", pid: 7)) }
        let result = try Hostctl.run(["reload", "gateway"], at: standIn)
        #expect(result.out == "gateway: reloaded, ready in 1.2 s, pid 7\n")
        #expect(Self.posts(standIn) == ["/v1/services/gateway/reload"])
    }

    @Test func withoutRightsItEndsWith77() throws {
        let standIn = try StandIn { _ in .error(403, "uid 1000 may look but not change", hint: "admin_group may") }
        let result = try Hostctl.run(["start", "gateway"], at: standIn)
        #expect(result.err == "hostctl: uid 1000 may look but not change (admin_group may)\n")
        #expect(result.code == ExitCode.notPermitted.rawValue)
    }

    @Test func withoutWaitingItSaysWhatIsUnderWay() throws {
        let standIn = try StandIn { _ in .json(Self.outcome("gateway", "stop", state: "stopping")) }
        let result = try Hostctl.run(["stop", "gateway", "--no-wait"], at: standIn)
        #expect(result.out == "gateway: stop is under way, now stopping\n")
        #expect(standIn.questions.map(\.target) == ["/v1/services/gateway/stop?wait=false"])
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
        let result = try Hostctl.run(["start", "gateway"], at: standIn)
        #expect(
            result.err == """
                hostctl: hostd at \(standIn.socket) closed the connection without an answer (hostctl status says \
                whether it was done)

                """)
        #expect(result.code == ExitCode.unreachable.rawValue)
        #expect(standIn.questions.count == 1)
    }

    @Test func jsonIsOneOutcomeALine() throws {
        let services = ["a", "b"].map { ServiceStatus(name: $0, state: "ready", since: Samples.dawn) }
        let standIn = try StandIn(
            Self.answering(services) { Self.outcome($0, $1, ok: $0 == "a", state: "stopped") })
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
