// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// hostctl and the real hostd together: what scripts rely on.
@Suite struct HostctlEndToEndTests {
    private static let two = """
        [host]
        name = "agent-01"
        [service.sleeper]
        command = "echo I sleep; exec sleep 1000"
        [service.bad]
        command = "echo no licence; exit 78"
        """

    @Test func statusSaysWhatIsWrongByItsExitCode() throws {
        let host = try HostUnderTest(Self.two)
        try host.start()
        try host.waitReady("sleeper")
        try host.wait("bad", for: "held") { $0.reason.contains("no licence") }
        let all = try host.hostctl("status")
        #expect(all.status == 3)
        #expect(all.output.contains("agent-01  hostd \(Release.version)"))
        #expect(all.output.contains("no licence"))
        #expect(!all.output.contains("\u{1b}"))
        #expect(try host.hostctl("status", "sleeper").status == 0)
        #expect(try host.hostctl("status", "sleper").status == 4)
        #expect(try host.hostctl("status", "sleper").output.contains("sleeper"))
        #expect(try host.hostctl("statsu").status == 2)
    }

    @Test func theJSONOfStatusIsThatOfTheContract() throws {
        let host = try HostUnderTest(Self.two)
        try host.start()
        let pid = try host.waitReady("sleeper")
        try host.wait("bad", for: "held")
        let json = try JSON(parsing: Array(try host.hostctl("status", "--json").output.utf8))
        #expect(json.keys == ["host", "node", "conditions", "policy", "services", "jobs"])
        #expect(json["host"]?.keys.starts(with: ["name", "version", "pid", "uptime_s", "launcher"]) == true)
        #expect(json["host"]?["launcher"] == "direct")
        #expect(json["node"]?.keys == ["pinned", "path", "ok", "reason"])
        #expect(json["policy"]?.keys == ["name", "generation", "digest", "applied_at", "tiers"])
        #expect(
            json["jobs"]?.keys
                == ["queued", "waiting", "running", "stalled", "held", "succeeded", "failed", "cancelled"])
        let services = try #require(json["services"]?.elements)
        #expect(services.map { $0["name"]?.text } == ["bad", "sleeper"])
        let wanted = ["name", "state", "since", "pid", "restarts", "reason", "model", "ready", "last_exit"]
        for service in services { #expect(service.keys.starts(with: wanted)) }
        #expect(services[1]["pid"] == .integer(Int64(pid)))
        #expect(services[1]["last_exit"] == .null)
        #expect(services[0]["last_exit"]?["code"] == 78)
        #expect(services[0]["last_exit"]?["signal"] == .null)
    }

    @Test func startStopAndRestartWaitForTheOutcomeAndSayIt() throws {
        let host = try HostUnderTest(Self.two)
        try host.start()
        let pid = try host.waitReady("sleeper")
        let restarted = try host.hostctl("restart", "sleeper")
        #expect(restarted.status == 0)
        let next = try #require(try host.status("sleeper").pid)
        #expect(next != pid)
        #expect(restarted.output.contains("sleeper: ready"))
        #expect(restarted.output.contains("\(next)"))
        let stopped = try host.hostctl("stop", "sleeper")
        #expect(stopped.status == 0)
        #expect(stopped.output.contains("sleeper: stopped"))
        #expect(!Living.contains(next))
        #expect(try host.hostctl("status", "sleeper").status == 0)
        #expect(try host.hostctl("start", "sleeper").status == 0)
        let failed = try host.hostctl("start", "bad")
        #expect(failed.status == 1)
        #expect(failed.output.contains("bad: failed: held"))
    }

    @Test func logsAndEventsTellTheStory() throws {
        let host = try HostUnderTest(Self.two)
        try host.start()
        try host.waitReady("sleeper")
        try waitUntil("its line to be saved") { try host.hostctl("logs", "sleeper").output == "I sleep\n" }
        try waitUntil("its history to be written") {
            try host.hostctl("events", "sleeper").output.contains("ready")
        }
        let lines = try host.hostctl("events", "bad", "--json").output.split(separator: "\n")
        let kinds = try lines.map { try JSON(parsing: Array($0.utf8))["kind"]?.text }
        #expect(kinds.starts(with: ["service.starting", "service.started"]))
        #expect(kinds.contains("service.held"))
    }

    @Test func withoutHostdItSaysSoAndExits69() throws {
        let host = try HostUnderTest(Self.two)
        let result = try host.hostctl("status")
        #expect(result.status == 69)
        #expect(result.output.contains("cannot reach hostd at \(host.dir)/run/hostd.sock"))
        #expect(try host.hostctl("check").status == 0)
        #expect(try host.hostctl("version").status == 0)
    }
}

extension JSON {
    /// The keys of an object in their order.
    fileprivate var keys: [String] {
        if case .object(let members) = self { members.map(\.key) } else { [] }
    }
}
