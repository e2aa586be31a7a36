// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

@Suite struct NetTests {
    private static func report(_ targets: [JSON], level: String = "warn") -> JSON {
        [
            "level": .string(level), "cause": level == "ok" ? nil : "provider",
            "reason": level == "ok" ? "" : "one target alone: web: no answer in 5 s", "link": nil,
            "limits": ["pdv_ms": 100],
            "sockets": [
                [
                    "service": "agent", "connections": 2, "rtt_ms": 61.2, "rtt_max_ms": 80, "retransmitted": 0.004,
                    "silent_s": 75.5,
                ]
            ],
            "targets": .array(targets),
        ]
    }

    private static var web: JSON {
        let points = (0..<6).map { minute -> JSON in
            [
                "at": .string(Samples.ago(seconds: Int64(minute) * 3600 + 60).text),
                "rtt_ms": minute == 0 ? 400 : 60, "loss": minute == 1 ? 1 : 0,
            ]
        }
        return [
            "name": "web", "asks": "http http://192.0.2.1/", "level": "critical", "reason": "no answer in 5 s",
            "flapping": false, "rtt_ms": 61.25, "rtt_min_ms": 58, "rtt_p99_ms": 402, "jitter_ms": 5.44,
            "pdv_p50_ms": 3, "pdv_p95_ms": 120, "loss": 0.025, "last": ["seen": "no answer in 5 s"],
            "series": .array(points),
        ]
    }

    private static func standIn(_ report: JSON) throws -> StandIn {
        try StandIn { question in
            question.path == ["v1", "net"] ? .json(report) : Samples.answering([])(question)
        }
    }

    @Test func theFiguresAndTheLastHoursAreShown() throws {
        let result = try Hostctl.run(["net"], at: try Self.standIn(Self.report([Self.web])))
        #expect(result.code == 3)
        let lines = result.out.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "network warn, cause: provider")
        #expect(lines.contains("web  critical  http http://192.0.2.1/"))
        let figures =
            "rtt 61 ms  min 58 ms  p99 402 ms  jitter 5.4 ms  delay variation p50 3.0 ms p95 120 ms  loss 2.5%"
        #expect(lines.contains("    \(figures)"))
        #expect(result.out.contains("0 to 400 ms, limit 158 ms"))
        #expect(result.out.contains("agent  2 connections  rtt 61 ms  max 80 ms  sent again 0.4%  silent for 1m 15s"))
        #expect(result.out.contains("^"))
        #expect(result.out.contains("x"))
    }

    @Test func withoutProbesItSaysSo() throws {
        let result = try Hostctl.run(["net"], at: try Self.standIn(Self.report([], level: "ok")))
        #expect(result.code == 0)
        #expect(result.out == "nothing is asked of the network: [network] in hostd.toml has no probes\n")
    }

    @Test func theJSONIsWhatHostdSays() throws {
        let report = Self.report([Self.web])
        let result = try Hostctl.run(["net", "--json"], at: try Self.standIn(report))
        #expect(try JSON(parsing: Array(result.out.utf8)) == report)
    }
}
