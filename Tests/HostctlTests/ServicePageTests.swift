// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

@Suite struct ServicePageTests {
    @Test func oneServiceInDepth() throws {
        var gateway = Samples.gateway
        gateway.state = "unhealthy"
        gateway.since = Samples.dawn
        gateway.keeperPid = 4240
        gateway.instance = "gateway.17"
        gateway.uptimeSeconds = 192.5
        gateway.reason = "live: connection refused, 2 of 3"
        gateway.lastExit = LastExit(code: 1, signal: nil, at: Samples.dawn, text: "exit 1 after 0.4 s, last line: boom")
        gateway.nextAttemptAt = Samples.dawn
        gateway.ports = [18789, 18790]
        gateway.log = "/var/log/hostd/gateway/current"
        gateway.health = [
            "startup": ProbeStatus(
                ok: true, at: Samples.ago(seconds: 7530), durationMilliseconds: 12.4, seen: "200 OK",
                target: "http http://127.0.0.1:18789/startupz"),
            "live": ProbeStatus(
                ok: false, at: Samples.ago(seconds: 7530), durationMilliseconds: 3000, seen: "connection refused",
                target: "tcp 127.0.0.1:18789", failures: 2),
            "ready": ProbeStatus(target: "http http://127.0.0.1:18789/readyz"),
        ]
        let standIn = try StandIn(Self.answering(gateway))
        let result = try Hostctl.run(["status", "gateway"], at: standIn)
        let days = Int64(Samples.ago(seconds: 0).milliseconds - Samples.dawn.milliseconds) / 86_400_000
        #expect(
            result.out == """
                ! gateway unhealthy
                      since  2020-05-18 09:30:00 (\(days)d ago)
                     reason  live: connection refused, 2 of 3
                    process  pid 4242, keeper 4240, instance gateway.17, up 3m 12s
                   restarts  2
                  last exit  exit 1 after 0.4 s, last line: boom, 2020-05-18 09:30:00 (\(days)d ago)
                   next try  2020-05-18 09:30:00 (\(days)d ago)
                      ports  18789, 18790
                        log  /var/log/hostd/gateway/current
                     probes  startup  ok   http http://127.0.0.1:18789/startupz  200 OK, took 12 ms, 2h 5m ago
                             live     bad  tcp 127.0.0.1:18789  connection refused, took 3.0 s, 2h 5m ago, \
                2 bad in a row
                             ready    -    http http://127.0.0.1:18789/readyz  not asked yet

                last lines of its log
                2020-05-18 09:30:00.125  listening on 18789
                                         a line without a time

                last events
                2020-05-18 09:30:00  gateway  unhealthy  live: connection refused

                """)
        #expect(result.code == ExitCode.attention.rawValue)
        #expect(
            standIn.questions.map(\.target) == [
                "/v1/services/gateway", "/v1/services/gateway/logs?lines=10", "/v1/events?limit=5&service=gateway",
            ])
    }

    @Test func aServiceThatNeverRanHasAShortPage() throws {
        let standIn = try StandIn(Samples.answering([Samples.batch]))
        let result = try Hostctl.run(["status", "batch"], at: standIn)
        let lines = result.out.split(separator: "\n")
        #expect(lines.first == "- batch stopped")
        #expect(lines.dropFirst(2) == ["     reason  stopped by a person", "    process  none", "   restarts  0"])
        #expect(result.code == 0)
    }

    @Test func withoutHistoryAndLogItIsStillAStatus() throws {
        let gateway = Samples.gateway.json
        let standIn = try StandIn { question in
            question.path.count == 3 ? .json(gateway) : .error(500, "the store is locked")
        }
        let result = try Hostctl.run(["status", "gateway"], at: standIn)
        #expect(result.out.hasPrefix("* gateway ready\n"))
        #expect(result.code == 0)
    }

    private static func answering(_ service: ServiceStatus) -> StandIn.Answering {
        { question in
            if question.path.last == "logs" {
                let lines = [
                    LogLines.Line(at: Samples.dawn, text: "listening on 18789"),
                    LogLines.Line(at: nil, text: "a line without a time"),
                ]
                return .json(LogLines(lines: lines, cursor: "7:120").json)
            }
            if question.path == ["v1", "events"] {
                let event = EventRecord(
                    id: 3, at: Samples.dawn, service: "gateway", kind: "service.unhealthy",
                    reason: "live: connection refused")
                return .json(EventPage(events: [event], lastID: 3).json)
            }
            return .json(service.json)
        }
    }
}
