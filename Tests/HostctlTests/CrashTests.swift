// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

@Suite struct CrashTests {
    private static let brief = CrashBrief(
        id: "20200518T093000.125Z-gateway.17", service: "gateway", instance: "gateway.17", at: Samples.dawn, code: 1,
        text: "exit 1 after 400 ms", lastLine: "boom")
    private static let other = CrashBrief(
        id: "20200518T092000.000Z-worker@2.3", service: "worker@2", instance: "worker@2.3",
        at: WallTime(milliseconds: Samples.dawn.milliseconds - 600_125), signal: 9,
        text: "killed by SIGKILL after 2 s", why: "live probe: no answer in 1 s")

    private static let record = {
        var record = CrashRecord(brief: brief, ranSeconds: 0.4, restarts: 3, version: "0.1.0")
        record.usage = [
            "pid": 7, "user_s": 0.21, "system_s": 0.04, "max_rss_bytes": 63_963_136, "left_overs": 2, "core": true,
        ]
        record.memory = ["total_bytes": 8_589_934_592, "available_bytes": 5_476_083_302, "swap_free_bytes": 0]
        record.load = [0.31, 1, 0.18]
        record.pressure = ["cpu": ["some": [2.1, 1.0, 0.5], "full": []], "io": ["some": [0, 0, 0], "full": []]]
        record.cgroup = [
            "memory_bytes": 1024, "peak_bytes": 4096, "limit_bytes": nil, "oom_kills": 1, "pressure": nil,
        ]
        record.conditions = [Samples.fullDisk]
        record.probes = ["live": ProbeStatus(ok: false, seen: "refused", target: "tcp 127.0.0.1:1", failures: 2)]
        record.statusText = "3 agents"
        record.lines = [
            .init(at: Samples.dawn, stream: "stdout", text: "ready"),
            .init(at: Samples.dawn, stream: "stderr", text: "boom"),
        ]
        return record
    }()

    private static let answering: StandIn.Answering = { question in
        switch question.path.dropFirst().first {
        case "crashes" where question.path.count == 3:
            if question.path[2] == brief.id { return .json(record.json) }
            return .error(404, "no crash \"\(question.path[2])\" is kept", hint: "hostctl crash list")
        case "crashes":
            let name = question.value("service")
            let found = [brief, other].filter { name == nil || $0.service == name }
            return .json(CrashList(crashes: found).json)
        default: return Samples.answering([Samples.gateway, Samples.agent])(question)
        }
    }

    @Test func theListSaysWhenAndHow() throws {
        let standIn = try StandIn(Self.answering)
        let days = (Samples.ago(seconds: 0).milliseconds - Samples.dawn.milliseconds) / 86_400_000
        let all = try Hostctl.run(["crash", "list"], at: standIn)
        let width = "\(days)d ago".count
        #expect(
            all.out == """
                ID                               WHEN\(String(repeating: " ", count: width - 4))  HOW
                20200518T093000.125Z-gateway.17  \(days)d ago  exit 1 after 400 ms, last line: boom
                20200518T092000.000Z-worker@2.3  \(days)d ago  live probe: no answer in 1 s: killed by SIGKILL after 2 s

                """)
        let one = try Hostctl.run(["crash", "list", "worker", "--json"], at: standIn)
        #expect(try CrashList(json: JSON(parsing: Array(one.out.utf8))).crashes == [Self.other])
        #expect(try Hostctl.run(["crash", "list", "-n1"], at: standIn).out.split(separator: "\n").count == 2)
    }

    @Test func oneIsShownInFull() throws {
        let standIn = try StandIn(Self.answering)
        let days = (Samples.ago(seconds: 0).milliseconds - Samples.dawn.milliseconds) / 86_400_000
        let result = try Hostctl.run(["crash", "show", "gateway"], at: standIn)
        #expect(
            result.out == """
                gateway.17  exit 1 after 400 ms
                         id  20200518T093000.125Z-gateway.17
                         at  2020-05-18 09:30:00 (\(days)d ago)
                       said  3 agents
                   restarts  3
                       used  0.21 s user, 0.04 s system, 61 MiB at most, 2 processes left behind, core dumped
                     memory  5 GiB of 8 GiB available, load 0.31 1 0.18
                   pressure  cpu 2.10%, io 0% of the last 10 s
                     cgroup  1 KiB in use, 4 KiB at most, 1 killed for want of memory
                  condition  disk warn: /var/lib/hostd is 91% full, 2.1 GiB left
                     probes  live     bad  tcp 127.0.0.1:1  refused, 2 bad in a row

                all that it wrote
                2020-05-18 09:30:00.125  stdout  ready
                2020-05-18 09:30:00.125  stderr  boom

                """)
        let byID = try Hostctl.run(["crash", "show", Self.brief.id, "-n1"], at: standIn)
        #expect(byID.out.hasSuffix("the last lines that it wrote\n2020-05-18 09:30:00.125  stderr  boom\n"))
        #expect(standIn.questions.last?.target == "/v1/crashes/\(Self.brief.id)")
        let json = try Hostctl.run(["crash", "show", "gateway", "--json"], at: standIn)
        #expect(try CrashRecord(json: JSON(parsing: Array(json.out.utf8))) == Self.record)
    }

    @Test func whatIsNotKeptIsNoSuchName() throws {
        let standIn = try StandIn(Self.answering)
        let calm = try Hostctl.run(["crash", "show", "agent"], at: standIn)
        #expect(calm.err == "hostctl: no crash of agent is kept\n")
        #expect(calm.code == ExitCode.noSuchName.rawValue)
        let unknown = try Hostctl.run(["crash", "list", "gatway"], at: standIn)
        #expect(unknown.err == "hostctl: no service is called \"gatway\" (did you mean gateway?)\n")
        let gone = try Hostctl.run(["crash", "show", "20200518T093000.125Z-gateway.18"], at: standIn)
        #expect(gone.code == ExitCode.noSuchName.rawValue)
        let wrong = try Hostctl.run(["crash", "dance"], at: standIn)
        #expect(wrong.err.contains("\"dance\" is nothing that crash does (list or show)"))
        #expect(wrong.code == ExitCode.usage.rawValue)
        #expect(try Hostctl.run(["crash", "show"], at: standIn).code == ExitCode.usage.rawValue)
    }

    @Test func aServiceShowsTheGistOfItsLast() throws {
        var gateway = Samples.gateway
        gateway.lastCrash = Self.brief
        let standIn = try StandIn(Samples.answering([gateway]))
        let result = try Hostctl.run(["status", "gateway"], at: standIn)
        #expect(result.out.contains(" last crash  exit 1 after 400 ms, last line: boom, 2020-05-18 09:30:00 ("))
        #expect(result.out.contains("); more: hostctl crash show gateway\n"))
    }
}
