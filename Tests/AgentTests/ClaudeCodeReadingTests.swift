// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What the output of Claude Code means: written by a real one, and shortened.
struct ClaudeCodeReadingTests {
    private func outcome(_ name: String) throws -> Outcome { try Outcome("claude-\(name).jsonl", by: "claude-code") }

    @Test func aResultWithoutErrorIsDone() throws {
        let outcome = try outcome("success")
        #expect(outcome.verdict(.code(0)) == .succeeded("All 3 steps are done."))
        #expect(outcome.steps == 3, "each tool that came back is a step")
        #expect(outcome.reading.tokens == AgentTokens(input: 400, output: 40), "lines of one message count once")
        #expect(outcome.findings.contains(.result(isSuccess: true, "All 3 steps are done.")))
    }

    @Test func callsOfToolsAndThoseThatFailedAreCounted() throws {
        let done = try outcome("success").reading
        #expect(done.usage == AttemptUsage(tokensInput: 400, tokensOutput: 40, toolCalls: 3))
        let denied = try outcome("denied-interrupted").reading
        #expect(denied.toolCalls == 3 && denied.toolFailures == 3)
        let several = #"{"type":"user","message":{"content":[{"is_error":true},{"is_error":false},{"is_error":true}]}}"#
        #expect(Outcome(try preset("claude-code"), [several]).reading.toolFailures == 2, "of one line each counts")
        #expect(Outcome(try preset("claude-code"), []).reading.usage == AttemptUsage(), "it has used nothing yet")
    }

    @Test func whatItSaysLastCountsWhateverEndsIt() throws {
        let outcome = try outcome("success")
        #expect(outcome.verdict(.signal(9)) == .succeeded("All 3 steps are done."), "some stay after their last word")
    }

    @Test func aLineBehindTheResultChangesNothing() throws {
        #expect(try outcome("result-not-last").verdict(.code(0)) == .succeeded("All 3 steps are done."))
    }

    @Test func exitCodeZeroWithoutAResultIsUnfinished() throws {
        let failure = try outcome("no-result").failure(.code(0))
        #expect(failure.class == .counted)
        #expect(failure.reason == "exit 0 after 2 s: it never said that it was done")
        #expect(!failure.blamesModel)
    }

    @Test func tokensAreCountedBeforeThereIsAResult() throws {
        #expect(try outcome("no-result").reading.tokens == AgentTokens(input: 400, output: 40))
    }

    @Test func anErrorInAResultOfTheSubtypeSuccessIsAFailure() throws {
        let outcome = try outcome("529")
        let failure = try outcome.failure(.code(0))
        #expect(failure.class == .disruption(retryAfter: nil))
        #expect(
            failure.reason.hasPrefix("exit 0 after 2 s: the provider asked for patience: API Error: 529 Overloaded"))
        #expect(!failure.blamesModel)
    }

    @Test func aStormOfRetriesIsNoiseAndADisruptionAlsoWhenItIsCutOff() throws {
        let lines = try Fixture.lines("claude-529.jsonl").prefix(3)
        let outcome = Outcome(try preset("claude-code"), Array(lines))
        #expect(outcome.findings.filter { $0 == .noise("overloaded") }.count == 2)
        #expect(outcome.reading.spokeAt == .zero + .seconds(1), "signs of life do not end its silence")
        #expect(try outcome.failure(.signal(9)).class == .disruption(retryAfter: nil))
    }

    @Test func aModelThatThereIsNoneOfIsPermanentAndToBlame() throws {
        let failure = try outcome("404").failure(.code(1))
        #expect(failure.class == .permanent)
        #expect(failure.blamesModel && failure.blame == .refused)
        #expect(failure.reason.contains("There's an issue with the selected model (no-such)"))
    }

    @Test func aRefusedKeyIsPermanentAndNobodysFault() throws {
        let failure = try outcome("401").failure(.code(1))
        #expect(failure.class == .permanent)
        #expect(!failure.blamesModel && failure.blame == .refusedKey, "it may be refused for a candidate alone")
        #expect(failure.reason.contains("Invalid API key"))
    }

    @Test func aModelThatIsNotSupportedIsPermanentThoughTheStatusIsThatOfABadRequest() throws {
        func failure(_ words: String) throws -> AttemptFailure {
            let line =
                #"{"type":"result","subtype":"success","is_error":true,"api_error_status":400,"result":"\#(words)"}"#
            return try Outcome(try preset("claude-code"), [line]).failure(.code(1))
        }
        let unsupported = try failure("API Error: 400 Invalid model: x is not a valid model ID")
        #expect(unsupported.class == .permanent && unsupported.blame == .refused)
        let other = try failure("API Error: 400 messages: too long")
        #expect(other.class == .counted && other.blame == .none)
    }

    @Test func aSessionThatIsGoneStartsAfresh() throws {
        let failure = try outcome("no-conversation").failure(.code(1), resumed: true)
        #expect(failure.class == .sessionGone)
        #expect(failure.reason.contains("No conversation found with session ID"))
    }

    @Test func aSessionThatIsInUseStartsAfresh() throws {
        #expect(try outcome("in-use").failure(.code(1)).class == .sessionGone)
    }

    @Test func aSessionThatCouldNotBeWrittenIsGoneHoweverMuchWasDoneAfterIt() throws {
        let outcome = try outcome("writes-lost")
        #expect(outcome.steps == 3)
        #expect(try outcome.failure(.code(0)).class == .sessionGone)
        #expect(try outcome.failure(.signal(15)).class == .sessionGone)
    }

    @Test func anInterruptedRunThatExitsZeroIsNotDone() throws {
        #expect(try outcome("denied-interrupted").failure(.code(0)).class == .counted)
    }

    @Test func refusalsAreErrorsAndNoProgress() throws {
        let outcome = try outcome("denied-interrupted")
        #expect(outcome.reading.errorsInRow == 3)
        #expect(outcome.steps == 0)
    }

    @Test func threeHundredRefusalsAreALoopThatIsToldEachHundred() throws {
        let lines = try Fixture.lines("claude-denied-interrupted.jsonl").dropFirst().dropLast()
        let many = (0..<100).flatMap { _ in lines }
        let outcome = Outcome(try preset("claude-code"), many)
        let loops = outcome.findings.compactMap { finding -> Int? in
            if case .loops(let errors, let words) = finding {
                #expect(words?.contains("needs approval") == true)
                return errors
            }
            return nil
        }
        #expect(loops == [100, 200, 300])
        #expect(outcome.reading.isLooping)
        #expect(try outcome.failure(.signal(15)).blamesModel, "nothing came of its answers")
    }

    @Test func onePieceOfProgressEndsALoop() throws {
        let denied = try Fixture.lines("claude-denied-interrupted.jsonl")[4]
        let done = try Fixture.lines("claude-success.jsonl")[3]
        let lines = Array(repeating: denied, count: 99) + [done] + Array(repeating: denied, count: 99)
        let outcome = Outcome(try preset("claude-code"), lines)
        #expect(!outcome.reading.isLooping)
        #expect(outcome.reading.errorsInRow == 99)
    }

    @Test func whatAToolPrintsIsNoWordOfTheProvider() throws {
        let content = #"[{"type":"tool_result","content":"invalid api key: 401 Unauthorized"}]"#
        let line = #"{"type":"user","message":{"content":\#(content)}}"#
        let outcome = Outcome(try preset("claude-code"), [line])
        #expect(try outcome.failure(.code(1)).class == .counted)
    }
}
