// SPDX-License-Identifier: Apache-2.0

import HostWire
import Synchronization
import TestKit
import Testing

@Suite struct ModelValidateTests {
    private static func status(_ state: String, _ reason: String, failures: Int = 0) -> GoldenStatus {
        var stable = GoldenStatus.Arm(model: "old")
        (stable.done, stable.counted) = (12, 12)
        var candidate = GoldenStatus.Arm(model: "new")
        (candidate.done, candidate.counted, candidate.failures) = (12, 12, failures)
        var status = GoldenStatus(
            run: "agent-4", tier: "agent", rounds: 12, startedAt: Samples.dawn, stable: stable, candidate: candidate)
        (status.state, status.reason) = (state, reason)
        var job = GoldenStatus.Job(spec: "flaky-test", arm: "candidate", round: 2)
        (job.id, job.state, job.reason) = (52, failures > 0 ? "failed" : "succeeded", "exit 1 after 3m 2s")
        status.jobs = [job]
        return status
    }

    /// A hostd whose run is over the second time that it is asked.
    private static func standIn(_ end: GoldenStatus) throws -> StandIn {
        let looks = Mutex(0)
        return try StandIn { question in
            if question.method == "POST" { return .json(["run": "agent-4"], status: 202) }
            let count = looks.withLock { looks in
                looks += 1
                return looks
            }
            if count == 1 { return .error(503, "hostd is just starting") }
            return .json(GoldenList(runs: [count == 2 ? status("running", "") : end]).json)
        }
    }

    @Test func itWaitsForTheEndAndSaysTheFigures() throws {
        let standIn = try Self.standIn(Self.status("failed", "not passed: it failed more; x", failures: 1))
        let result = try Hostctl.run(
            ["model", "validate", "new", "--tier", "agent", "--rounds", "12"], at: standIn)
        #expect(
            result.out == """
                run agent-4: 1 jobs
                job 52, flaky-test by the candidate in round 2: failed: exit 1 after 3m 2s
                  candidate  new: 1 of 12 (8.3 %, 1.5 % to 35.4 % at 95 %) failed
                     stable  old: 0 of 12 (0.0 %, 0.0 % to 24.2 % at 95 %) failed
                not passed: it failed more

                """)
        #expect(result.code == 1, "\(result)")
        let question = try #require(standIn.questions.first)
        #expect(question.method == "POST" && question.target == "/v1/models/validate")
        #expect(try JSON(parsing: question.body) == ["tier": "agent", "candidate": "new", "rounds": 12])
        #expect(standIn.questions.dropFirst().allSatisfy { $0.target == "/v1/models/validate?tier=agent" })
    }

    @Test func aPassEndsWithZero() throws {
        let standIn = try Self.standIn(Self.status("passed", "passed: all of its jobs succeeded; x"))
        let result = try Hostctl.run(["model", "validate", "--tier", "agent"], at: standIn)
        #expect(result.out.hasSuffix("passed: all of its jobs succeeded\n") && result.code == 0, "\(result)")
        #expect(try JSON(parsing: standIn.questions[0].body) == ["tier": "agent", "candidate": .null, "rounds": 1])
        let end = Self.status("passed", "passed: all of its jobs succeeded; x")
        let json = try Hostctl.run(["model", "validate", "--tier", "agent", "--json"], at: try Self.standIn(end))
        #expect(try GoldenStatus(json: JSON(parsing: Array(json.out.utf8))) == end && json.code == 0)
    }

    @Test func withoutATierItSaysHowToNameOne() throws {
        let result = try Hostctl.run(["model", "validate"], at: try Self.standIn(Self.status("passed", "")))
        #expect(result.code == 2 && result.err.contains("model validate needs --tier TIER"), "\(result)")
    }

    @Test func whatCannotBeRunIsSaid() throws {
        let standIn = try StandIn { _ in .error(409, "tier agent has no candidate", hint: "name one") }
        let result = try Hostctl.run(["model", "validate", "--tier", "agent"], at: standIn)
        #expect(result.code == 1 && result.err == "hostctl: tier agent has no candidate (name one)\n", "\(result)")
    }
}
