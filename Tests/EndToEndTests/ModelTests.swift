// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// The policy of the models from its file to launches.
@Suite struct ModelTests {
    private static let service = """
        [service.a]
        command = ["/bin/sh", "-c", "echo model $MODEL; exec sleep 1000"]
        env = { MODEL = "${model.agent}" }
        restart = { backoff = "10ms" }

        """

    @Test func aServiceGetsTheModelOfItsTierAndSaysThatAnotherIsPendingUntilItsNextLaunch() throws {
        let host = try HostUnderTest(Self.service)
        try host.writePolicy(HostUnderTest.policy("x/one"))
        try host.start()
        let pid = try host.waitReady("a")
        #expect(try host.status("a").model == "x/one")
        try host.writePolicy(HostUnderTest.policy("x/two"))
        try host.waitModel("agent", "x/two")
        let pending = try host.wait("a", for: "ready") { $0.isModelPending }
        #expect(pending.pid == pid && pending.model == "x/one")
        #expect(
            try host.models().services == [
                ModelsStatus.ServiceModels(name: "a", generation: 1, models: ["agent": "x/one"], isPending: true)
            ])
        // The next hostd knows it as well.
        host.kill()
        try host.start()
        #expect(try host.wait("a", for: "ready") { $0.isModelPending }.model == "x/one")
        kill(pid, SIGKILL)
        try host.wait("a", for: "ready") { !$0.isModelPending && $0.model == "x/two" }
        try waitUntil("both launches to have said so") { try host.logged("a") == "model x/one\nmodel x/two\n" }
    }

    @Test func aServiceWaitsForAPolicyAndStartsWithIt() throws {
        let host = try HostUnderTest(Self.service)
        try host.start()
        let waiting = try host.wait("a", for: "waiting")
        #expect(waiting.reason.contains("no policy is in force (write \(host.policyPath))"), "\(waiting.reason)")
        try waitUntil("the condition") { try host.status().conditions.contains { $0.level == "critical" } }
        #expect(try host.modelsFile() == ["generation": .integer(0), "tiers": .object([])])
        try host.writePolicy(HostUnderTest.policy("x/one"))
        try host.waitReady("a")
        #expect(try host.modelsFile() == ["generation": .integer(1), "tiers": ["agent": "x/one"]])
        try waitUntil("the condition to go") { try host.status().conditions.allSatisfy { $0.level == "ok" } }
    }

    @Test(arguments: [
        ("[tier.agent]\nmodel = 3\n", "models.toml:2:9: tier.agent.model"),
        ("", "models.toml:1:1: says nothing"),
        ("[tier.other]\nmodel = \"a/b\"\n", "service \"a\" uses the tier \"agent\", which is not here"),
        ("[tier.agent]\nmodel = \"a/b\"\nallow = [\"b\"]\n", "service \"a\" uses this tier and is not among those"),
    ])
    func aWrongFileChangesNothingAndIsToldWithItsPlace(_ text: String, _ told: String) throws {
        let host = try HostUnderTest(Self.service)
        try host.writePolicy(HostUnderTest.policy("x/one"))
        try host.start()
        let pid = try host.waitReady("a")
        try host.writePolicy(text)
        let models = try host.waitModels("the refusal") { $0.file.state == "wrong" }
        #expect(models.file.errors.contains { $0.contains(told) }, "\(models.file.errors)")
        #expect(models.policy.generation == 1 && models.tiers.first?.model == "x/one")
        let condition = try #require(try host.status().conditions.first { $0.kind == "config" })
        #expect(condition.level == "warn" && condition.reason.contains("generation 1 stays in force"))
        #expect(try host.status("a").pid == pid)
        // A start with the bad file goes by the last good one.
        host.kill()
        try host.start()
        try host.waitModels("the last good one") { $0.file.state == "wrong" && $0.policy.generation == 1 }
        let plan = try PolicyPlan(json: try host.json("GET", "/v1/models/plan"))
        #expect(plan.errors.contains { $0.contains(told) } && plan.changes.isEmpty)
        #expect(try host.request("POST", "/v1/models/apply", body: [:]).status == 422)
    }

    @Test func aMissingFileLeavesWhatIsInForce() throws {
        let host = try HostUnderTest(Self.service)
        try host.writePolicy(HostUnderTest.policy("x/one"))
        try host.start()
        try host.waitModel("agent", "x/one")
        unlink(host.policyPath)
        let models = try host.waitModels("the loss") { $0.file.state == "missing" }
        #expect(models.policy.generation == 1)
        try host.writePolicy(HostUnderTest.policy("x/two"))
        try host.waitModel("agent", "x/two")
    }

    @Test func launchesGoByTheLastGenerationAlsoWhenTheStoreCannotBeRead() throws {
        let host = try HostUnderTest(Self.service)
        try host.writePolicy(HostUnderTest.policy("x/one"))
        try host.start()
        try host.waitReady("a")
        try waitUntil("the copy") { Files.exists(host.dir + "/state/policy") }
        try host.stop()
        for name in try Files.list(host.dir + "/state") where name.hasPrefix("hostd.db") {
            unlink(host.dir + "/state/" + name)
        }
        mkdir(host.dir + "/state/hostd.db", 0o700)
        try host.start()
        try host.wait("a", for: "ready", seconds: 60) { $0.model == "x/one" }
    }

    @Test func afterALossOfPowerTheFileForChildrenIsThereAgain() throws {
        let host = try HostUnderTest(Self.service)
        try host.writePolicy(HostUnderTest.policy("x/one"))
        try host.start()
        try host.waitModel("agent", "x/one")
        try host.losePower()
        try host.start()
        try waitUntil("the models") {
            try host.modelsFile() == ["generation": .integer(1), "tiers": ["agent": "x/one"]]
        }
        try host.waitReady("a")
        #expect(try host.models().policy.generation == 1)
    }

    @Test func whatIsRolledBackStaysSoUntilTheFileSaysSomethingElse() throws {
        let host = try HostUnderTest(Self.service)
        try host.writePolicy(HostUnderTest.policy("x/one"))
        try host.start()
        try host.waitModel("agent", "x/one")
        try host.writePolicy(HostUnderTest.policy("x/two"))
        try host.waitModel("agent", "x/two")
        let answer = try host.request("POST", "/v1/models/rollback", body: ["note": "two is slow"])
        #expect(answer.status == 200)
        #expect(try JSON(parsing: answer.body) == ["generation": .integer(3)])
        try host.waitModel("agent", "x/one")
        // The same file once more, a start of hostd, and a touch are no new word.
        try host.writePolicy(HostUnderTest.policy("x/two"))
        host.kill()
        try host.start()
        let models = try host.waitModels("the file to be read") { $0.file.state == "ok" }
        #expect(models.tiers.first?.model == "x/one" && models.origin == "rollback to generation 1")
        // Whoever wants it all the same says so.
        let applied = try host.request("POST", "/v1/models/apply", body: ["note": "as the file says"])
        #expect(applied.status == 200, "\(String(decoding: applied.body, as: UTF8.self))")
        try host.waitModel("agent", "x/two")
        let history = try PolicyHistory(json: try host.json("GET", "/v1/models/history?verify=true"))
        #expect(history.verification?.ok == true)
        #expect(history.rows.map(\.action) == ["accepted", "rolled_back", "accepted", "accepted"])
        #expect(history.rows.map(\.why) == ["as the file says", "two is slow", "", ""])
        #expect(history.rows[1].changes == ["tier.agent.model: x/two → x/one"])
        #expect(try host.request("POST", "/v1/models/rollback", body: ["generation": 99]).status == 404)
    }
}
