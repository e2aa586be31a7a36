// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// What is done about services and targets when another model is in force.
@Suite struct ModelChangeTests {
    private static func host(_ lines: String, _ more: String = "") throws -> HostUnderTest {
        let host = try HostUnderTest(
            """
            [service.a]
            command = ["/bin/sh", "-c", '''
              trap "echo told >> told" USR1
              echo $MODEL >> began
              while :; do sleep 0.02; done''']
            env = { MODEL = "${model.agent}" }
            stop = { grace = "100ms" }
            \(lines)
            """)
        let text = try Files.readText(host.dir + "/hostd.toml")
        try host.configure(text + "\ndirectory = \"\(host.dir)\"\n")
        try host.writePolicy(HostUnderTest.policy("x/one", more))
        try host.start()
        try host.waitModel("agent", "x/one")
        return host
    }

    @Test func aServiceIsRestartedForAnotherModel() throws {
        let host = try Self.host("model_change = \"restart\"")
        let pid = try host.waitReady("a")
        try host.writePolicy(HostUnderTest.policy("x/two"))
        try host.waitModel("agent", "x/two")
        let status = try host.wait("a", for: "ready") { $0.pid != pid && $0.pid != nil }
        #expect(status.model == "x/two" && !status.isModelPending)
        #expect(try host.events("a").contains { $0.reason.contains("model of tier agent: x/one → x/two") })
    }

    @Test func aChangeOfAnotherTierDisturbsNobody() throws {
        let host = try Self.host("model_change = \"restart\"", "[tier.other]\nmodel = \"o/one\"")
        let pid = try host.waitReady("a")
        try host.writePolicy(HostUnderTest.policy("x/one", "[tier.other]\nmodel = \"o/two\""))
        try host.waitModel("other", "o/two")
        #expect(try host.status("a").pid == pid)
    }

    @Test func instancesOfAServiceAreRestartedOneAfterTheOther() throws {
        let host = try Self.host(
            "model_change = \"restart\"\ninstances = 2\nready = { exec = [\"true\"], interval = \"50ms\" }")
        let pids = [try host.waitReady("a@1"), try host.waitReady("a@2")]
        try host.writePolicy(HostUnderTest.policy("x/two"))
        try host.waitModel("agent", "x/two")
        for name in ["a@1", "a@2"] {
            try host.wait(name, for: "ready") { $0.model == "x/two" && !pids.contains($0.pid ?? 0) }
        }
        try Self.expectInTurn(host)
    }

    /// The second one is stopped when the first is ready again, and no sooner.
    private static func expectInTurn(_ host: HostUnderTest) throws {
        let events = try host.events().filter { $0.service?.hasPrefix("a@") == true }
        let last = { (name: String, kind: String) in events.lastIndex { $0.service == name && $0.kind == kind } ?? -1 }
        let order = [("a@1", "a@2"), ("a@2", "a@1")].contains { first, second in
            last(first, "service.ready") < last(second, "service.stopping")
        }
        #expect(order, "\(events.map { "\($0.service ?? "") \($0.kind)" })")
    }

    @Test func aLiteLLMGoesOverToItsNewFileOneInstanceAfterTheOther() throws {
        let host = try HostUnderTest(
            """
            [service.a]
            command = ["/bin/sleep", "1000"]
            instances = 2
            ready = { exec = ["true"], interval = "50ms" }
            """)
        let config = host.dir + "/litellm.yaml"
        try Files.replace(config, with: Array("model_list:\n  # hostd: begin models\n  # hostd: end models\n".utf8))
        let apply = "[[apply]]\nlitellm = { config = \"\(config)\", service = \"a\" }\nprefix = \"openai/\""
        try host.writePolicy(HostUnderTest.policy("x/one", apply))
        try host.start()
        try host.waitModel("agent", "x/one")
        let pids = [try host.waitReady("a@1"), try host.waitReady("a@2")]
        try host.writePolicy(HostUnderTest.policy("x/two", apply))
        try host.waitModel("agent", "x/two")
        for name in ["a@1", "a@2"] { try host.wait(name, for: "ready") { !pids.contains($0.pid ?? 0) } }
        try Self.expectInTurn(host)
        #expect(try Files.readText(config).contains("    model: \"openai/x/two\""))
    }

    @Test func aServiceIsToldBySignalAndHasTheModelFromThenOn() throws {
        let host = try Self.host("model_change = { signal = \"SIGUSR1\" }")
        let pid = try host.waitReady("a")
        try waitUntil("its trap") { Files.exists(host.dir + "/began") }
        try host.writePolicy(HostUnderTest.policy("x/two"))
        try host.waitModel("agent", "x/two")
        try waitUntil("the signal") { Files.exists(host.dir + "/told") }
        let status = try host.wait("a", for: "ready") { !$0.isModelPending }
        #expect(status.pid == pid && status.model == "x/two")
        // A start of hostd tells it nothing anew.
        host.kill()
        try host.start()
        try host.waitModels("the targets") { $0.targets.allSatisfy(\.ok) && $0.targets.count == 2 }
        #expect(try host.status("a").model == "x/two")
        #expect(try Files.readText(host.dir + "/told") == "told\n")
    }

    @Test func aTargetThatFailsIsTriedAgainAndSaysWhichGenerationItHas() throws {
        let host = try HostUnderTest("")
        try Files.replace(
            host.dir + "/template", with: Array("model = ${model.agent}, generation ${generation}\n".utf8))
        let apply = "[[apply]]\ntemplate = { from = \"\(host.dir)/template\", to = \"\(host.dir)/place/out\" }"
        try host.writePolicy(HostUnderTest.policy("x/one", apply))
        try host.start()
        let failing = try host.waitModels("the failure") { $0.targets.contains { !$0.reason.isEmpty } }
        let target = try #require(failing.targets.first { $0.name == "template" })
        #expect(!target.ok && target.generation == nil && target.reason.contains("place"), "\(target)")
        try waitUntil("the event") { try host.events().contains { $0.kind == "policy.target_failed" } }
        try Files.makeFolder(host.dir + "/place", mode: 0o755)
        try host.waitModel("agent", "x/one")
        #expect(try Files.readText(host.dir + "/place/out") == "model = x/one, generation 1\n")
        try waitUntil("the event") { try host.events().contains { $0.kind == "policy.reached" } }
        try host.writePolicy(HostUnderTest.policy("x/two", apply))
        try host.waitModel("agent", "x/two")
        #expect(try Files.readText(host.dir + "/place/out") == "model = x/two, generation 2\n")
    }

    /// It reads HOSTD_MODELS_FILE by itself, and names no tier.
    @Test func aServiceThatRanBeforeAnyPolicyIsToldOfTheFirst() throws {
        let host = try HostUnderTest("")
        try host.configure(
            """
            [service.a]
            command = ["/bin/sh", "-c", '''
              trap 'cat "$HOSTD_MODELS_FILE" > told' USR1
              touch began
              while :; do sleep 0.02; done''']
            directory = "\(host.dir)"
            model_change = { signal = "SIGUSR1" }
            """)
        try host.start()
        let pid = try host.waitReady("a")
        try waitUntil("its trap") { Files.exists(host.dir + "/began") }
        try host.writePolicy(HostUnderTest.policy("x/one"))
        try host.waitModel("agent", "x/one")
        try waitUntil("the signal") {
            (try? Files.readText(host.dir + "/told"))?.contains("\"agent\":\"x/one\"") == true
        }
        #expect(try host.status("a").pid == pid)
    }

    @Test func aServiceThatWaitsForAModelGoesOnWhenItWantsNoneAnyMore() throws {
        let host = try HostUnderTest(
            "[service.a]\ncommand = [\"/bin/sleep\", \"1000\"]\nenv = { MODEL = \"${model.agent}\" }\n")
        try host.start()
        try host.wait("a", for: "waiting")
        try host.configure("[service.a]\ncommand = [\"/bin/sleep\", \"1000\"]\nenv = { MODEL = \"x/one\" }\n")
        _ = try host.json("POST", "/v1/reload")
        try host.waitReady("a")
    }
}
