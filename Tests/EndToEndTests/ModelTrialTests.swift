// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// What becomes of candidates, by what their jobs come to.
@Suite struct ModelTrialTests {
    /// An agent that a provider refuses the model `x/new`, and whose other attempts do as the file `outcome` says.
    private static let preset = """
        command = ["/bin/sh", "-c", '''
          case $1 in x/new) echo "API Error: 404 model: x/new"; exit 1;; esac
          exit 0''', "sh", "${model}"]
        output = "text"
        success = "exit"

        [[failure]]
        text = ["404 model"]
        class = "permanent"
        blames_model = true
        refused = true
        reason = "there is no such model"
        """

    private static func host(_ gray: String) throws -> HostUnderTest {
        let host = try HostUnderTest(
            """
            [kind.agent]
            preset = "refused"
            prompt = "do it"
            tier = "agent"
            backoff = "10ms"
            """)
        try Files.makeFolder(host.dir + "/presets/jobs", mode: 0o755)
        try Files.replace(host.dir + "/presets/jobs/refused.toml", with: Array(preset.utf8))
        try host.writePolicy(HostUnderTest.policy("x/stable", gray))
        try host.start()
        try host.waitModel("agent", "x/stable")
        return host
    }

    @Test func aCandidateThatIsRefusedForTwoJobsIsRolledBackAndNoJobIsLost() throws {
        let host = try Self.host("gray = { model = \"x/new\", share = \"50%\" }")
        var jobs: [JobStatus] = []
        for _ in 1...6 {
            jobs.append(try host.waitJob(try host.submit(JobSubmission(kind: "agent")), for: "succeeded"))
        }
        let refused = jobs.filter { $0.attempts.count > 1 }
        #expect(refused.count == 2, "\(jobs.map(\.attempts))")
        for job in refused {
            #expect(job.attempts.map(\.model) == ["x/new", "x/stable"] && job.attempts[0].state == "disrupted")
            #expect(job.attempts[0].reason.contains("the candidate was refused"), "\(job.attempts[0])")
        }
        let trial = try #require(try host.models().tiers[0].gray)
        #expect(trial.phase == "rolledBack" && trial.share == 0 && trial.reason.contains("refused for 2 jobs"))
        #expect(trial.failures == 2 && trial.jobs == 2 && trial.stableFailures == 0)
        let event = try #require(try host.events().first { $0.kind == "policy.rolled_back" })
        #expect(event.reason.contains("x/new"))
        try waitUntil("the audit") {
            let history = try PolicyHistory(json: try host.json("GET", "/v1/models/history?verify=true"))
            return history.rows.first?.action == "candidate_rolled_back" && history.verification?.ok == true
        }
    }

    @Test func whatIsKnownOfACandidateOutlivesHostd() throws {
        let host = try Self.host("gray = { model = \"x/new\", share = \"50%\" }")
        // Of two jobs one tries it, is refused, and goes on with the other model.
        for _ in 1...2 { try host.waitJob(try host.submit(JobSubmission(kind: "agent")), for: "succeeded") }
        try host.waitModels("the verdicts") { $0.tiers[0].gray?.jobs == 1 && $0.tiers[0].gray?.stableJobs == 2 }
        host.kill()
        try host.start()
        for _ in 1...2 { try host.waitJob(try host.submit(JobSubmission(kind: "agent")), for: "succeeded") }
        let models = try host.waitModels("the rollback") { $0.tiers[0].gray?.phase == "rolledBack" }
        #expect(models.tiers[0].gray?.jobs == 2 && models.tiers[0].gray?.failures == 2)
    }

    @Test func theReportShowsWhatEachModelDid() throws {
        let host = try Self.host(
            "gray = { model = \"x/new\", share = \"50%\" }\n[price.\"x/stable\"]\ninput = 1\noutput = 2")
        for _ in 1...4 { try host.waitJob(try host.submit(JobSubmission(kind: "agent")), for: "succeeded") }
        let report = try waitFor("all attempts in the report") { () -> ModelReport? in
            let report = try ModelReport(json: try host.json("GET", "/v1/models/report?days=1"))
            return report.rows.map(\.use.attempts).reduce(0, +) == 6 ? report : nil
        }
        let stable = try #require(report.rows.first { $0.model == "x/stable" })
        let candidate = try #require(report.rows.first { $0.model == "x/new" })
        #expect(
            stable.use.attempts == 4 && stable.use.jobs == 4 && stable.use.failures == 0 && stable.tiers == ["agent"])
        #expect(candidate.use.attempts == 2 && candidate.use.uncounted == 2)
    }
}
