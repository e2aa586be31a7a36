// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

/// What attempts used and whom their failures are laid to, under a real hostd: the agent says what a real one said.
@Suite struct JobUsageTests {
    private static let fixtures = #filePath.replacing(
        "/EndToEndTests/JobUsageTests.swift", with: "/AgentTests/Fixtures")

    /// A host whose kind `agent` is a Claude Code that says what stands in a file of AgentTests.
    private static func host(_ recording: String, keys: String = "") throws -> HostUnderTest {
        let host = try HostUnderTest("")
        let program = host.dir + "/bin/claude"
        try Files.makeFolder(host.dir + "/bin")
        try Files.replace(program, with: "#!/bin/sh\ncat '\(fixtures)/\(recording)'\nexit 1\n".utf8)
        try check("chmod", program) { chmod(program, 0o755) }
        try host.configure(
            """
            [kind.agent]
            preset = "claude-code"
            prompt = "do the steps"
            tier = "reasoning"
            directory = "\(host.dir)"
            env = { HOME = "\(host.dir)", PATH = "\(host.dir)/bin:/usr/bin:/bin" }
            \(keys)
            """)
        try host.writePolicy("[tier.reasoning]\nmodel = \"anthropic/claude-sonnet-4.6\"\n")
        try host.start()
        try host.waitModel("reasoning", "anthropic/claude-sonnet-4.6")
        return host
    }

    @Test func whatAnAttemptUsedIsShownAsSoonAsItIsOver() throws {
        let host = try Self.host("claude-denied-interrupted.jsonl", keys: "backoff = \"1h\"\nmax_backoff = \"1h\"")
        let id = try host.submit(JobSubmission(kind: "agent"))
        let job = try host.waitJob(id, for: "waiting")
        let attempt = try #require(job.attempts.last)
        #expect(attempt.state == "failed" && attempt.exit?.code == 1, "\(attempt)")
        #expect(attempt.tokensInput == 8300 && attempt.tokensOutput == 830, "\(attempt)")
        #expect(attempt.toolCalls == 3 && attempt.toolFailures == 3 && !attempt.blamesModel, "\(attempt)")
        let page = try host.hostctl("job", "show", "\(id)").output
        #expect(page.contains("TOKENS") && page.contains("8.3k + 830"), "\(page)")
        let shown = try host.hostctl("job", "show", "\(id)", "--json").output
        let json = try JSON(parsing: Array(shown.utf8))["attempts"]?.elements?.first
        #expect(json?["tokens_input"] == 8300 && json?["tool_failures"] == 3, "\(shown)")
    }

    @Test func whatAnAttemptUsedIsWrittenDownWithItsEnd() throws {
        let host = try Self.host("claude-success.jsonl")
        var submission = JobSubmission(kind: "agent")
        submission.model = "tencent/hy3-preview"
        let id = try host.submit(submission)
        try host.waitJob(id, for: "succeeded", "failed")
        host.kill()
        try host.start()
        let attempt = try #require(try host.waitJob(id, for: "succeeded").attempts.last)
        #expect(attempt.tokensInput == 400 && attempt.tokensOutput == 40, "\(attempt)")
        #expect(attempt.toolCalls == 3 && attempt.toolFailures == 0, "\(attempt)")
        #expect(attempt.model == "tencent/hy3-preview" && attempt.tier == "reasoning" && attempt.arm == "chosen")
    }

    @Test func aModelThatThereIsNoneOfIsBlamedAndARefusedKeyIsNot() throws {
        for (recording, isBlamed) in [("claude-404.jsonl", true), ("claude-401.jsonl", false)] {
            let host = try Self.host(recording)
            let id = try host.submit(JobSubmission(kind: "agent"))
            let attempt = try #require(try host.waitJob(id, for: "succeeded", "failed").attempts.last)
            #expect(attempt.state == "failed" && attempt.blamesModel == isBlamed, "\(recording): \(attempt)")
        }
    }

    @Test func aSubmissionThatNamesItsModelHasItInItsCommand() throws {
        let host = try HostUnderTest("")
        try host.start()
        let output = try host.hostctl("job", "submit", "--wait", "--model", "a/b", "--", "/bin/echo", "model=${model}")
        #expect(output.status == 0, "\(output)")
        #expect(try host.hostctl("job", "logs", "1").output.contains("model=a/b"))
        let refused = try host.hostctl("job", "submit", "--model", "no such", "--", "/bin/true")
        #expect(refused.status == 2 && refused.output.contains("model is \"no such\", which is no ID of one"))
    }
}
