// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import Synchronization
import TestKit
import Testing

/// `plan`, `reload` of the configuration, and `reexec`.
@Suite struct ReloadTests {
    private static let changes = ReloadAnswer(
        ok: true,
        changes: [
            .init(service: "agent", action: "start", reason: "new"),
            .init(service: "batch", action: "stop", reason: "configured no more"),
            .init(
                service: "gateway", action: "restart", keys: ["command", "env.FOO"],
                reason: "command, env.FOO changed"),
            .init(service: "proxy", action: "apply", keys: ["restart.backoff"], reason: "from its next end on"),
        ])
    private static let wrong = ReloadAnswer(
        ok: false,
        errors: ["/etc/hostd/hostd.toml:7:1: service.gateway.autostrt: unknown key (did you mean \"autostart\"?)"])

    private static func service(_ name: String, _ state: String, _ instance: String? = nil) -> ServiceStatus {
        ServiceStatus(name: name, state: state, since: Samples.dawn, reason: "because", instance: instance)
    }

    /// The services before, and after each look at them.
    private static func answering(_ answer: ReloadAnswer, _ steps: [[ServiceStatus]]) -> StandIn.Answering {
        let next = Mutex(0)
        return { question in
            guard question.path == ["v1", "services"] else { return .json(answer.json) }
            return next.withLock { next in
                defer { next += 1 }
                return .json(ServiceList(services: steps[min(next, steps.count - 1)]).json)
            }
        }
    }

    @Test func aPlanIsOneChangeALine() throws {
        let standIn = try StandIn { _ in .json(Self.changes.json) }
        let result = try Hostctl.run(["plan"], at: standIn)
        #expect(
            result.out == """
                start    agent    new
                stop     batch    configured no more
                restart  gateway  command, env.FOO
                apply    proxy    restart.backoff  (from its next end on)

                """)
        #expect(result.code == 0 && standIn.questions.map { "\($0.method) \($0.target)" } == ["GET /v1/plan"])
        let json = try Hostctl.run(["plan", "--json"], at: standIn)
        #expect(json.out == Self.changes.json.serialized + "\n")
    }

    @Test func aPlanWithoutChangesSaysSo() throws {
        let standIn = try StandIn { _ in .json(ReloadAnswer(ok: true).json) }
        #expect(try Hostctl.run(["plan"], at: standIn).out == "nothing changes\n")
    }

    @Test(arguments: ["plan", "reload"])
    func aWrongConfigurationEndsWith78(verb: String) throws {
        let standIn = try StandIn(Self.answering(Self.wrong, [[]]))
        let result = try Hostctl.run([verb], at: standIn)
        #expect(result.err == Self.wrong.errors[0] + "\n" && result.out.isEmpty && result.code == 78)
    }

    @Test func aReloadWaitsUntilAllIsWhereItIsToBe() throws {
        let old = [
            Self.service("batch", "ready", "batch.1"), Self.service("gateway", "ready", "gateway.1"),
            Self.service("proxy", "ready", "proxy.1"),
        ]
        let standIn = try StandIn(
            Self.answering(
                Self.changes,
                [
                    old,
                    [Self.service("agent", "starting")] + old,
                    [
                        Self.service("agent", "ready", "agent.1"), Self.service("batch", "stopping", "batch.1"),
                        Self.service("gateway", "starting", "gateway.2"),
                    ],
                    [Self.service("agent", "ready", "agent.1"), Self.service("gateway", "ready", "gateway.2")],
                ]))
        let result = try Hostctl.run(["reload"], at: standIn)
        #expect(
            result.out.split(separator: "\n").suffix(3)
                == ["agent: ready", "batch: gone", "gateway: ready"])
        #expect(result.code == 0)
        #expect(standIn.questions.filter { $0.method == "POST" }.map(\.target) == ["/v1/reload"])
    }

    @Test func aServiceThatFailsAfterAReloadEndsWith1() throws {
        let before = [Self.service("gateway", "ready", "gateway.1")]
        let answer = ReloadAnswer(ok: true, changes: [.init(service: "gateway", action: "restart", keys: ["command"])])
        let standIn = try StandIn(
            Self.answering(answer, [before, [Self.service("gateway", "backoff")]]))
        let result = try Hostctl.run(["reload"], at: standIn)
        #expect(result.err == "gateway: failed: backoff: because\n" && result.code == 1)
        let stuck = try StandIn(Self.answering(answer, [before]))
        let late = try Hostctl.run(["reload", "--timeout", "300ms"], at: stuck)
        #expect(
            late.err == "gateway: still ready after 0.3 s: because (hostd goes on; --timeout waits longer)\n"
                && late.code == 1)
        #expect(try Hostctl.run(["reload", "--no-wait"], at: stuck).code == 0)
    }

    @Test func reexecWaitsForTheNewHostd() throws {
        let uptimes = Mutex([500.0, 500.1, 0.001])
        let standIn = try StandIn { question in
            if question.method == "POST" { return .json(["ok": true, "pid": 1, "version": "0.2.0"]) }
            let uptime = uptimes.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
            var status = Samples.host([])
            status.host.uptimeSeconds = uptime
            status.host.version = "0.2.0"
            return uptime == 500.1 ? .bytes([]) : .json(status.json)
        }
        let result = try Hostctl.run(["reexec"], at: standIn)
        #expect(result.out == "hostd 0.2.0 (pid 1) answers\n" && result.code == 0, "\(result)")
        #expect(standIn.questions.first.map { "\($0.method) \($0.target)" } == "POST /v1/reexec")
        let noWait = try Hostctl.run(["reexec", "--no-wait"], at: standIn)
        #expect(noWait.out == "hostd 0.2.0 (pid 1) is taking over\n")
    }

    @Test(arguments: ["plan", "reload", "reexec"])
    func anOlderHostdDoesNotKnowIt(verb: String) throws {
        let standIn = try StandIn { question in
            question.path[1] == "services"
                ? .json(ServiceList(services: []).json) : .error(404, "there is nothing at /v1/\(verb)")
        }
        let result = try Hostctl.run([verb], at: standIn)
        #expect(result.code == 1)
        #expect(
            result.err.hasPrefix(
                "hostctl: hostd at \(standIn.socket) does not know \"\(verb)\": it is older than this hostctl"))
    }

    @Test func aSelfTestThatFailsIsToldAndNothingWasChanged() throws {
        let refused = try StandIn { _ in .error(500, "the new binary did not pass its self-test: exit 1") }
        var result = try Hostctl.run(["reexec"], at: refused)
        #expect(result.err == "hostctl: the new binary did not pass its self-test: exit 1\n" && result.code == 1)
        let said = try StandIn { _ in .json(["ok": false, "error": "exit 1"]) }
        result = try Hostctl.run(["reexec"], at: said)
        #expect(result.err == "hostctl: nothing was changed: exit 1\n" && result.code == 1)
    }
}
