// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

struct WireTypesTests {
    private static let time = WallTime(milliseconds: 1_779_096_600_125)

    private static let fullService = ServiceStatus(
        name: "gateway", state: "backoff", since: time, pid: 811, restarts: 3, reason: "exit 1 after 0.4 s",
        model: "deepseek/deepseek-v4-flash", ready: true,
        lastExit: LastExit(code: nil, signal: 9, at: time, text: "killed"), keeperPid: 810, instance: "gateway.17",
        uptimeSeconds: 12.5,
        health: [
            "live": ProbeStatus(
                ok: false, at: time, durationMilliseconds: 1.25, seen: "connection refused",
                target: "http http://127.0.0.1:18789/healthz", failures: 2),
            "ready": ProbeStatus(target: "tcp 127.0.0.1:18789"),
        ],
        nextAttemptAt: time, ports: [18789, 1], log: "/var/log/hostd/gateway/current", family: "gateway",
        tags: ["edge", "eu"], after: ["proxy"], statusText: "3 agents")

    private static let fullStatus = HostStatus(
        host: HostFacts(name: "agent-01", version: "0.1.0", pid: 42, uptimeSeconds: 1.5, launcher: "direct"),
        node: NodeStatus(pinned: "24.16.0", path: "/opt/node", ok: false, reason: "another one runs"),
        conditions: [
            ConditionStatus(kind: "disk", level: "warn", since: time, reason: "12% left", evidence: ["free": 12])
        ],
        policy: PolicyStatus(
            name: "2026-W21", generation: 7, digest: "sha256:00", appliedAt: time,
            tiers: ["agent": ["model": "a", "gray": ["model": "b", "share": 0.05]]]),
        services: [fullService, ServiceStatus(name: "agent", state: "stopped", since: time)],
        jobs: JobCounts([
            "queued": 1, "waiting": 2, "running": 3, "stalled": 4, "held": 5, "succeeded": 6, "failed": 7,
            "cancelled": 8,
        ]))

    /// What a value becomes that was written, sent and read.
    private func sent(_ json: JSON) throws -> JSON { try JSON(parsing: json.bytes) }

    private func keys(_ json: JSON?) -> [String] {
        guard case .object(let members) = json else { return [] }
        return members.map(\.key)
    }

    @Test func everyAnswerComesBackAsItWas() throws {
        let status = Self.fullStatus
        #expect(try HostStatus(json: sent(status.json)) == status)
        #expect(try ServiceStatus(json: sent(Self.fullService.json)) == Self.fullService)
        var crashed = Self.fullService
        crashed.lastCrash = CrashBrief(
            id: "20260518T093000.125Z-gateway.17", service: "gateway", instance: "gateway.17", at: Self.time, code: 1,
            text: "exit 1 after 400 ms", why: "live probe: refused", lastLine: "boom")
        #expect(try ServiceStatus(json: sent(crashed.json)) == crashed)
        let list = ServiceList(services: status.services)
        #expect(try ServiceList(json: sent(list.json)) == list)
        let outcome = ActionOutcome(
            service: "a", action: "start", ok: true, state: "ready", reason: "is ready", pid: 7,
            durationMilliseconds: 250)
        #expect(try ActionOutcome(json: sent(outcome.json)) == outcome)
        let outcomes = ActionOutcomeList(outcomes: [outcome])
        #expect(try ActionOutcomeList(json: sent(outcomes.json)) == outcomes)
        let request = ActionRequest(action: "stop", names: ["a", "b"], wait: false)
        #expect(try ActionRequest(json: sent(request.json)) == request)
        let page = EventPage(
            events: [
                EventRecord(
                    id: 1, at: Self.time, service: "a", kind: "service.ready", instance: "a.1", reason: "because",
                    text: "a is ready", evidence: ["code": 1]),
                EventRecord(id: 2, at: Self.time, service: nil, kind: "host.started", reason: ""),
            ], lastID: 2)
        #expect(try EventPage(json: sent(page.json)) == page)
        let lines = LogLines(
            lines: [LogLines.Line(at: Self.time, text: "one"), LogLines.Line(at: nil, text: "")], cursor: "17:4")
        #expect(try LogLines(json: sent(lines.json)) == lines)
        let part = LogLines(lines: [], rest: LogLines.Line(at: Self.time, text: "ha"), cursor: "17:4", isAll: false)
        #expect(try LogLines(json: sent(part.json)) == part)
        for error in [ErrorAnswer("no service \"gatway\"", hint: "did you mean gateway?"), ErrorAnswer("no")] {
            #expect(try ErrorAnswer(json: sent(error.json)) == error)
        }
    }

    @Test func theFamilyOfAnInstanceIsItsNameWithoutTheNumber() throws {
        var json = ServiceStatus(name: "gateway@12", state: "ready", since: Self.time).json
        #expect(json["family"] == "gateway")
        guard case .object(let members) = json else { return }
        json = .object(members.filter { $0.key != "family" })
        #expect(try ServiceStatus(json: json).family == "gateway", "an older hostd does not say it")
    }

    @Test func theStatusHasEveryFieldOfTheContractAlsoWhenItIsEmpty() throws {
        let empty = HostStatus(
            host: HostFacts(name: "", version: "", pid: 1, uptimeSeconds: 1, launcher: "direct"),
            services: [ServiceStatus(name: "a", state: "ready", since: Self.time)])
        for status in [empty, Self.fullStatus] {
            let json = status.json
            #expect(keys(json) == ["host", "node", "conditions", "policy", "services", "jobs"])
            #expect(
                keys(json["host"]) == [
                    "name", "version", "pid", "uptime_s", "launcher", "keep_awake", "keep_awake_problem",
                ])
            #expect(keys(json["node"]) == ["pinned", "path", "ok", "reason"])
            #expect(keys(json["policy"]) == ["name", "generation", "digest", "applied_at", "tiers"])
            #expect(
                keys(json["jobs"]) == [
                    "queued", "waiting", "running", "stalled", "held", "succeeded", "failed", "cancelled",
                ])
            for service in json["services"]?.elements ?? [] {
                #expect(
                    keys(service).prefix(9) == [
                        "name", "state", "since", "pid", "restarts", "reason", "model", "ready", "last_exit",
                    ])
                #expect(keys(service["health"]) == ["startup", "live", "ready"])
            }
        }
    }

    @Test func whatIsEmptyIsNullOrEmptyButThere() throws {
        let status = HostStatus(
            host: HostFacts(name: "h", version: "1", pid: 1, uptimeSeconds: 1, launcher: "direct"),
            services: [ServiceStatus(name: "a", state: "stopped", since: Self.time)])
        #expect(
            status.json.serialized
                == #"{"host":{"name":"h","version":"1","pid":1,"uptime_s":1.0,"launcher":"direct","#
                + #""keep_awake":[],"keep_awake_problem":null},"#
                + #""node":{"pinned":null,"path":null,"ok":true,"reason":""},"conditions":[],"#
                + #""policy":{"name":null,"generation":null,"digest":null,"applied_at":null,"tiers":{}},"#
                + #""services":[{"name":"a","state":"stopped","since":"2026-05-18T09:30:00.125Z","pid":null,"#
                + #""restarts":0,"reason":"","model":null,"ready":false,"last_exit":null,"#
                + #""last_crash":null,"keeper_pid":null,"instance":null,"uptime_s":null,"#
                + #""health":{"startup":null,"live":null,"ready":null},"#
                + #""next_attempt_at":null,"ports":[],"listen":[],"log":null,"family":"a","tags":[],"after":[],"#
                + #""status_text":null,"limits":[],"use":null,"model_pending":false}],"#
                + #""jobs":{"queued":0,"waiting":0,"running":0,"stalled":0,"held":0,"succeeded":0,"failed":0,"#
                + #""cancelled":0}}"#)
    }

    @Test func theStatusIsTheContractsExampleFieldByField() throws {
        // design.md §5, with values where the example has placeholders.
        let text = """
            {"host": {"name": "agent-01", "version": "0.1.0", "pid": 1, "uptime_s": 1.0, "launcher": "direct"},
             "node": {"pinned": "24.16.0", "path": "", "ok": true, "reason": ""},
             "conditions": [{"kind": "disk", "level": "ok", "since": "2026-05-18T09:30:00Z", "reason": "",
                             "evidence": {}}],
             "policy": {"name": "", "generation": 7, "digest": "sha256:00", "applied_at": "2026-05-18T09:30:00Z",
                        "tiers": {"agent": {"model": "", "gray": {"model": "", "share": 0.05}}}},
             "services": [{"name": "gateway", "state": "ready", "since": "2026-05-18T09:30:00Z", "pid": 1,
                           "restarts": 0, "reason": "", "model": "", "ready": true,
                           "last_exit": {"code": 1, "signal": null, "at": "2026-05-18T09:30:00Z"}}],
             "jobs": {"queued": 0, "waiting": 0, "running": 0, "stalled": 0, "held": 0, "succeeded": 0, "failed": 0,
                      "cancelled": 0}}
            """
        let example = try JSON(parsing: Array(text.utf8))
        let status = try HostStatus(json: example)
        #expect(status.services.first?.lastExit?.code == 1)
        #expect(status.policy.generation == 7)
        expect(status.json, contains: example, at: "status")
    }

    /// Every member of `example` stands in `json` with the same type.
    private func expect(_ json: JSON?, contains example: JSON, at place: String) {
        guard let json else {
            Issue.record("\(place) is missing")
            return
        }
        switch (json, example) {
        case (.object, .object(let members)):
            for member in members { expect(json[member.key], contains: member.value, at: "\(place).\(member.key)") }
        case (.array(let elements), .array(let examples)):
            #expect(elements.count == examples.count, "\(place)")
            for (index, pair) in zip(elements, examples).enumerated() {
                expect(pair.0, contains: pair.1, at: "\(place)[\(index)]")
            }
        default: #expect(json.typeName == example.typeName, "\(place)")
        }
    }

    @Test func anOlderPartnersAnswerIsUnderstoodWhereverThatIsPossible() throws {
        let status = try HostStatus(
            json: ["host": ["name": "h", "version": "0", "pid": 1], "services": [], "news": "of a later version"])
        #expect(status.host.launcher == "")
        #expect(status.jobs == JobCounts())
        #expect(status.node == NodeStatus())
    }

    @Test(arguments: [
        (#"{"services":[]}"#, "host is null (an object is needed)"),
        (#"[]"#, "the answer is an array (an object is needed)"),
        (
            #"{"host":{"name":"h","version":"0","pid":"1"},"services":[]}"#,
            "host.pid is a string (an integer is needed)"
        ),
        (
            #"{"host":{"name":"h","version":"0","pid":3000000000},"services":[]}"#,
            "host.pid is 3000000000 (-2147483648 to 2147483647)"
        ),
        (
            #"{"host":{"name":"h","version":"0","pid":1},"services":[{"name":"a","state":"ready","since":"today"}]}"#,
            "services[0].since is \"today\" (a time like 2026-05-18T09:30:00.000Z is needed)"
        ),
        (
            #"{"host":{"name":"h","version":"0","pid":1},"services":[{"name":"a"}]}"#,
            "services[0].state is null (a string is needed)"
        ),
        (
            #"{"host":{"name":"h","version":"0","pid":1},"services":{}}"#,
            "services is an object (an array is needed)"
        ),
    ])
    func whatCannotBeUnderstoodSaysWhere(text: String, message: String) throws {
        let json = try JSON(parsing: Array(text.utf8))
        let error = #expect(throws: JSONError.self) { try HostStatus(json: json) }
        #expect(error?.description == message)
    }

    @Test func errorsReadAsOneSentence() {
        #expect(ErrorAnswer("no service \"x\"").description == "no service \"x\"")
        #expect(
            ErrorAnswer("no service \"x\"", hint: "did you mean y?").description == "no service \"x\" (did you mean y?)"
        )
    }

    @Test func theExitCodesAreThoseOfTheContract() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 69, 77, 78])
    }
}
