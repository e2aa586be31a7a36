// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Which model jobs get, and keep.
@Suite struct ModelJobTests {
    private static let kinds = """
        [kind.say]
        command = ["/bin/sh", "-c", "echo $1 $2 $OTHER", "sh", "${model}", "${model.reasoning}"]
        env = { OTHER = "${model.agent}" }
        tier = "agent"
        backoff = "10ms"
        """

    private static func policy(_ gray: String = "") -> String {
        HostUnderTest.policy("x/stable", gray) + "[tier.reasoning]\nmodel = \"r/one\"\n"
    }

    @Test func anAttemptHasTheModelsOfItsTierAndOfOthersAndSaysWhichTheyWere() throws {
        let host = try HostUnderTest(Self.kinds)
        try host.writePolicy(Self.policy())
        try host.start()
        try host.waitModel("agent", "x/stable")
        let job = try host.waitJob(try host.submit(JobSubmission(kind: "say")), for: "succeeded")
        #expect(job.result == "x/stable r/one x/stable")
        #expect(
            job.attempts[0].model == "x/stable" && job.attempts[0].arm == "stable" && job.attempts[0].generation == 1)
    }

    @Test func ofTheJobsExactlyTheShareTriesTheCandidate() throws {
        let host = try HostUnderTest(Self.kinds)
        try host.writePolicy(Self.policy("gray = { model = \"x/new\", share = \"10%\" }"))
        try host.start()
        try host.waitModel("agent", "x/stable")
        var models: [String?] = []
        for number in 1...20 {
            let job = try host.waitJob(try host.submit(JobSubmission(kind: "say")), for: "succeeded")
            models.append(job.attempts[0].model)
            // The count goes on over starts of hostd.
            if number == 7 || number == 13 {
                host.kill()
                try host.start()
                try host.waitModel("agent", "x/stable")
            }
        }
        #expect(models.count { $0 == "x/new" } == 2, "\(models)")
    }

    @Test func aJobKeepsItsArmOverItsAttemptsAndOverStartsOfHostd() throws {
        let host = try HostUnderTest(
            """
            [kind.try]
            command = ["/bin/sh", "-c", "echo $1; [ -e go ]", "sh", "${model}"]
            directory = "/tmp"
            tier = "agent"
            attempts = 100
            backoff = "100ms"
            max_backoff = "100ms"
            """)
        let text = try Files.readText(host.dir + "/hostd.toml")
        try host.configure(
            text.split(separator: "\n").map { $0.hasPrefix("directory") ? "directory = \"\(host.dir)\"" : String($0) }
                .joined(separator: "\n"))
        try host.writePolicy(Self.policy("gray = { model = \"x/new\", share = \"50%\" }"))
        try host.start()
        try host.waitModel("agent", "x/stable")
        let ids = [try host.submit(JobSubmission(kind: "try")), try host.submit(JobSubmission(kind: "try"))]
        for id in ids { try host.waitJob(id, for: "waiting", "running") { $0.attempts.count >= 2 } }
        host.kill()
        try host.start()
        for id in ids {
            let seen = try host.job(id).attempts.count
            try host.waitJob(id, for: "waiting", "running") { $0.attempts.count >= seen + 2 }
        }
        try Files.replace(host.dir + "/go", with: Array("".utf8))
        let jobs = try ids.map { try host.waitJob($0, for: "succeeded") }
        #expect(Set(jobs.map { $0.attempts[0].model }) == ["x/stable", "x/new"])
        for job in jobs { #expect(Set(job.attempts.map(\.model)).count == 1, "\(job.attempts)") }
    }

    @Test func aJobThatMayNotUseATierIsHeldWithTheReason() throws {
        let host = try HostUnderTest(Self.kinds)
        try host.writePolicy(Self.policy() + "allow = [\"say\"]\n[tier.dear]\nmodel = \"d/one\"\nallow = [\"other\"]\n")
        try host.start()
        try host.waitModel("agent", "x/stable")
        var submission = JobSubmission(kind: "say")
        submission.tier = "dear"
        let held = try host.waitJob(try host.submit(submission), for: "held")
        #expect(held.brief.reason == "kind say may not use the tier dear (those who may: other)")
        submission.tier = "nowhere"
        let unknown = try host.waitJob(try host.submit(submission), for: "held")
        #expect(unknown.brief.reason.contains("has no tier nowhere (there are agent, dear, reasoning)"))
    }

    @Test func aJobWaitsForAPolicyAndGoesOnByItself() throws {
        let host = try HostUnderTest(Self.kinds)
        try host.start()
        let id = try host.submit(JobSubmission(kind: "say"))
        let waiting = try host.waitJob(id, for: "waiting")
        #expect(waiting.brief.reason.contains("no policy is in force"))
        try host.writePolicy(Self.policy())
        let job = try host.waitJob(id, for: "succeeded")
        #expect(job.attempts.count == 1 && job.result == "x/stable r/one x/stable")
    }

    @Test func aPromotedCandidateIsTheModelFromThenOn() throws {
        let host = try HostUnderTest(Self.kinds)
        try host.writePolicy(Self.policy("fallback = [\"x/new\"]\ngray = { model = \"x/new\" }"))
        try host.start()
        try host.waitModel("agent", "x/stable")
        let answer = try host.request("POST", "/v1/models/promote", body: ["tier": "agent", "note": "it held"])
        #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
        let models = try host.waitModel("agent", "x/new")
        #expect(models.tiers[0].fallback == ["x/stable"] && models.tiers[0].gray == nil)
        #expect(models.origin == "promotion in tier agent")
        #expect(try host.request("POST", "/v1/models/promote", body: ["tier": "agent"]).status == 409)
        #expect(try host.request("POST", "/v1/models/promote", body: ["tier": "agnet"]).status == 404)
    }

    @Test func aCandidateThatIsAbandonedIsTriedNoMore() throws {
        let host = try HostUnderTest(Self.kinds)
        try host.writePolicy(Self.policy("gray = { model = \"x/new\", share = \"50%\" }"))
        try host.start()
        try host.waitModel("agent", "x/stable")
        #expect(try host.request("POST", "/v1/models/abandon", body: ["tier": "agent"]).status == 200)
        try waitUntil("the history") { try host.events().contains { $0.kind == "policy.rolled_back" } }
        #expect(try host.models().tiers[0].gray?.phase == "rolledBack")
        for _ in 1...4 {
            let job = try host.waitJob(try host.submit(JobSubmission(kind: "say")), for: "succeeded")
            #expect(job.attempts[0].model == "x/stable")
        }
    }
}
