// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What the output of the other agents means, by their documentation.
struct OtherReadingTests {
    // MARK: - Any of them

    @Test func aKeyThatIsNotThereIsNotRefused() throws {
        let outcome = Outcome(try preset("openclaw-agent"), ["Error: no API key for provider openrouter"])
        let failure = try outcome.failure(.code(1))
        #expect(failure.class == .permanent && failure.blame == .none)
    }

    // MARK: - Codex

    @Test func codexIsDoneWithItsTurn() throws {
        let outcome = try Outcome("codex-success.jsonl", by: "codex")
        #expect(outcome.verdict(.code(0)) == .succeeded("All 3 steps are done."))
        #expect(outcome.findings.first == .session("01a23032-25eb-7632-a82f-0559af5cfbd5"))
        #expect(outcome.steps == 3)
        #expect(outcome.reading.usage == AttemptUsage(tokensInput: 400, tokensOutput: 40, toolCalls: 3))
        let retry = "Reconnecting... 1/5 (stream disconnected before completion: error sending request)"
        #expect(outcome.findings.contains(.noise(retry)))
    }

    @Test func aFailedTurnOfCodexSaysWhenToTryAgain() throws {
        let failure = try Outcome("codex-turn-failed.jsonl", by: "codex").failure(.code(1))
        #expect(failure.class == .disruption(retryAfter: .milliseconds(11_054)))
    }

    @Test func aSessionThatCodexDoesNotFindIsGone() throws {
        let failure = try Outcome("codex-no-rollout.txt", by: "codex").failure(.code(1), resumed: true)
        #expect(failure.class == .sessionGone)
    }

    @Test func aModelThatCodexCannotGetIsToBlame() throws {
        let failure = try Outcome("codex-unknown-model.jsonl", by: "codex").failure(.code(1))
        #expect(failure.class == .permanent)
        #expect(failure.blamesModel)
    }

    @Test func codexThatExitsZeroWithoutATurnIsUnfinished() throws {
        let lines = try Fixture.lines("codex-success.jsonl").dropLast()
        #expect(try Outcome(try preset("codex"), Array(lines)).failure(.code(0)).class == .counted)
    }

    // MARK: - Gemini CLI

    @Test func geminiIsDoneWithAResultOfSuccess() throws {
        let outcome = try Outcome("gemini-success.jsonl", by: "gemini-cli")
        #expect(outcome.verdict(.code(0)) == .succeeded("The step is done."))
        #expect(outcome.reading.session == "3f0e4a0e-9f0c-4a6b-8f0a-0a51f5b4c111")
        #expect(outcome.steps == 1)
        #expect(outcome.reading.errorsInRow == 1)
        #expect(
            outcome.reading.usage
                == AttemptUsage(tokensInput: 200, tokensOutput: 50, toolCalls: 2, toolFailures: 1))
    }

    @Test func theTurnLimitOfGeminiCounts() throws {
        let failure = try Outcome("gemini-turn-limit.jsonl", by: "gemini-cli").failure(.code(53))
        #expect(failure.class == .counted)
        #expect(failure.reason.hasPrefix("exit 53 after 2 s: the turns that its settings allow are used up"))
    }

    @Test(arguments: [Int32(41), 42, 52]) func faultsOfGeminisCommandArePermanent(code: Int32) throws {
        #expect(try Outcome(try preset("gemini-cli"), []).failure(.code(code)).class == .permanent)
    }

    // MARK: - opencode

    @Test func opencodeIsDoneWhenAStepStopsByItself() throws {
        let outcome = try Outcome("opencode-success.jsonl", by: "opencode")
        #expect(outcome.verdict(.code(0)) == .succeeded("The step is done."))
        #expect(outcome.reading.session == "ses_494719016ffe85dkDMj0FPRbHK")
        #expect(outcome.reading.tokens == AgentTokens(input: 671 + 21415 + 700 + 22000, output: 17))
        #expect(outcome.reading.toolCalls == 1 && outcome.reading.toolFailures == 0)
        let lines = try Fixture.lines("opencode-success.jsonl").prefix(3)
        #expect(try Outcome(try preset("opencode"), Array(lines)).failure(.code(0)).class == .counted)
    }

    @Test func anErrorOfOpencodeCountsWhateverItExitsWith() throws {
        let failure = try Outcome("opencode-error.jsonl", by: "opencode").failure(.code(0))
        #expect(failure.class == .disruption(retryAfter: .seconds(20)))
    }

    // MARK: - The others

    @Test func openhandsThatExitsZeroWithAnErrorIsNotDone() throws {
        let outcome = try Outcome("openhands-error.jsonl", by: "openhands")
        #expect(outcome.steps == 1)
        #expect(outcome.reading.usage == AttemptUsage(toolCalls: 1))
        #expect(try outcome.failure(.code(0)).class == .permanent)
        let lines = try Fixture.lines("openhands-error.jsonl").prefix(3)
        #expect(Outcome(try preset("openhands"), Array(lines)).verdict(.code(0)) == .succeeded(nil))
    }

    @Test func aiderThatGotItRightAtTheSecondTryIsDone() throws {
        let outcome = try Outcome("aider-recovers.txt", by: "aider")
        #expect(outcome.verdict(.code(0)) == .succeeded("Commit d400378 steps.txt"))
        #expect(outcome.steps == 3)
    }

    @Test func aiderThatWasRefusedIsNotDoneThoughItExitsZero() throws {
        let failure = try Outcome("aider-refused.txt", by: "aider").failure(.code(0))
        #expect(failure.class == .permanent)
        #expect(!failure.blamesModel && failure.blame == .refusedKey)
        #expect(try Outcome("aider-refused.txt", by: "aider").reading.usage == nil, "it cannot be read")
    }

    @Test func aiderThatExitsZeroWithoutAnAnswerIsNotDone() throws {
        let outage = try Outcome("aider-outage.txt", by: "aider").failure(.code(0))
        #expect(outage.class == .disruption(retryAfter: nil))
        let refused = try Outcome("aider-unknown-model.txt", by: "aider").failure(.code(0))
        #expect(refused.class == .permanent)
        #expect(refused.blamesModel)
    }

    @Test func anOpenClawGatewayThatIsAwayIsADisruption() throws {
        let failure = try Outcome("openclaw-unreachable.txt", by: "openclaw-agent").failure(.code(1))
        #expect(failure.class == .disruption(retryAfter: .seconds(30)))
    }

    // MARK: - Any command

    @Test func aCommandIsDoneWhenItExitsZero() throws {
        let generic = try preset("generic")
        #expect(Outcome(generic, ["404 Not Found: invalid api key", "ok"]).verdict(.code(0)) == .succeeded("ok"))
        let failure = try Outcome(generic, ["Error: 429 too many requests"]).failure(.code(1))
        #expect(failure == AttemptFailure(.counted, "exit 1 after 2 s: Error: 429 too many requests"))
    }

    @Test(arguments: [
        (ExitStatus.code(64), AttemptFailure.Class.permanent), (.code(78), .permanent), (.code(126), .permanent),
        (.code(127), .permanent), (.code(75), .disruption(retryAfter: nil)), (.code(1), .counted),
        (.signal(9), .counted), (.unknown, .counted), (.failedToStart("cannot exec /x: No such file"), .permanent),
    ])
    func exitsThatAllProgramsHaveInCommon(status: ExitStatus, expected: AttemptFailure.Class) throws {
        let failure = try Outcome(try preset("generic"), []).failure(status)
        #expect(failure.class == expected)
        #expect(failure.reason.hasPrefix(status.text))
    }
}
