// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

@Suite struct StatusTests {
    @Test func theHostAtAGlanceInAPipe() throws {
        let standIn = try StandIn(
            Samples.answering([Samples.agent, Samples.batch, Samples.gateway], conditions: [Samples.fullDisk]))
        let result = try Hostctl.run(["status"], at: standIn)
        #expect(
            result.out == """
                agent-01  hostd 0.1.0  up 3d 4h  launcher direct  services 1 ready / 3 all
                ! disk warn  /var/lib/hostd is 91% full, 2.1 GiB left (2h 5m ago)

                  NAME     STATE    SINCE        PID  RESTARTS  REASON
                ! agent    backoff  1h 30m ago     -        12  backoff 8 s: exit 1 after 0.4 s, last line: Error: \
                listen EADDRINUSE :::18789; port held by pid 811 (node)
                - batch    stopped  3d ago         -         0  stopped by a person
                * gateway  ready    2h 5m ago   4242         2  ready 0.4 s after its start: 200 OK

                """)
        #expect(result.err.isEmpty)
        #expect(result.code == ExitCode.attention.rawValue)
        #expect(standIn.questions.map(\.target) == ["/v1/status"])
    }

    @Test func aHostWithoutServicesIsOneLine() throws {
        let standIn = try StandIn(Samples.answering([]))
        let result = try Hostctl.run(["status"], at: standIn)
        #expect(result.out == "agent-01  hostd 0.1.0  up 3d 4h  launcher direct  services 0 ready / 0 all\n")
        #expect(result.code == 0)
    }

    @Test(
        "0 or 3 by state",
        arguments: [
            ("ready", 0), ("running", 0), ("starting", 0), ("stopping", 0), ("stopped", 0), ("waiting", 3),
            ("unhealthy", 3), ("backoff", 3), ("looping", 3), ("held", 3), ("a state of the future", 3),
        ])
    func everyStateHasItsExitCode(state: String, code: Int32) throws {
        let service = ServiceStatus(name: "gateway", state: state, since: Samples.ago(seconds: 1))
        let standIn = try StandIn(Samples.answering([service]))
        #expect(try Hostctl.run(["status"], at: standIn).code == code)
        #expect(try Hostctl.run(["status", "gateway"], at: standIn).code == code)
        #expect(try Hostctl.run(["status", "--json"], at: standIn).code == code)
    }

    @Test func aConditionThatIsNotOKNeedsALook() throws {
        let standIn = try StandIn(Samples.answering([Samples.gateway], conditions: [Samples.fullDisk]))
        #expect(try Hostctl.run(["status"], at: standIn).code == ExitCode.attention.rawValue)
        #expect(try Hostctl.run(["status", "gateway"], at: standIn).code == 0)
    }

    @Test func anotherNodeThanThePinnedOneNeedsALook() throws {
        var host = Samples.host([Samples.gateway])
        host.node = NodeStatus(pinned: "24.16.0", path: "/opt/node", ok: false, reason: "gateway runs on 22.1.0")
        let json = host.json
        let standIn = try StandIn { _ in .json(json) }
        let result = try Hostctl.run(["status"], at: standIn)
        #expect(result.out.contains("node 24.16.0\nx node  gateway runs on 22.1.0\n"))
        #expect(result.code == ExitCode.attention.rawValue)
    }

    @Test func jsonIsWhatHostdSaidByteForByte() throws {
        let body = #"{ "host":{"name":"a","version":"9","pid":1,"future":[1.50,null]},  "services":[] }"#
        let standIn = try StandIn { _ in
            .bytes(Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))
        }
        let result = try Hostctl.run(["status", "--json"], at: standIn)
        #expect(result.out == body + "\n")
        #expect(result.code == 0)
    }

    @Test func ofSeveralNamesTheJSONIsOneObject() throws {
        let standIn = try StandIn(Samples.answering([Samples.batch, Samples.gateway]))
        let result = try Hostctl.run(["status", "batch", "gateway", "--json"], at: standIn)
        let list = try ServiceList(json: try JSON(parsing: Array(result.out.utf8)))
        #expect(list.services.map(\.name) == ["batch", "gateway"])
    }

    @Test func anUnknownNameIsSaidAndTheOthersAreShown() throws {
        let standIn = try StandIn(Samples.answering([Samples.gateway]))
        let result = try Hostctl.run(["status", "gatway", "gateway"], at: standIn)
        #expect(result.err == "hostctl: no service is called \"gatway\" (did you mean gateway?)\n")
        #expect(result.out.hasPrefix("* gateway ready\n"))
        #expect(result.code == ExitCode.noSuchName.rawValue)
    }

    @Test func whatAServiceSaysCannotSteerTheTerminal() throws {
        var service = Samples.agent
        service.reason = "last line: \u{1B}]0;evil\u{7}\u{9B}2J\nnext\u{202E}"
        let standIn = try StandIn(Samples.answering([service]))
        for result in [
            try Hostctl.run(["status"], at: standIn), try PseudoTerminal.run(["status"], at: standIn, columns: 200),
        ] {
            #expect(result.out.contains(#"last line: \e]0;evil\u{7}\u{9B}2J\nnext\u{202E}"#))
        }
    }
}
