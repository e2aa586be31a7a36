// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// The real Codex, started and judged by its preset, against a Responses API on 127.0.0.1.
@Suite(.enabled(if: RealAgents.hasCodex, "needs Codex: tools/agents fetches it"), .serialized)
struct RealCodexTests {
    private let folder: AgentFolder
    private let codex: AgentPreset

    init() throws {
        folder = try AgentFolder()
        codex = try preset("codex")
    }

    private func values(_ address: String, session: String? = nil) -> TemplateValues {
        let provider = [
            "name='mock'", "base_url='\(address)'", "env_key='MOCK_KEY'", "wire_api='responses'",
            "stream_max_retries=1", "request_max_retries=1",
        ]
        let settings = ["model_provider='mock'"] + provider.map { "model_providers.mock.\($0)" }
        return TemplateValues(
            [.prompt: "-do the steps", .model: "mock-model", .session: session ?? ""],
            arguments: ["--sandbox", "danger-full-access"] + settings.flatMap { ["-c", $0] })
    }

    private func launch(_ start: AgentPreset.Start, _ values: TemplateValues) throws -> AgentRun {
        let words = [RealAgents.codex] + (try codex.words(start, values)).dropFirst()
        return try AgentRun(words, in: folder, ["MOCK_KEY": "none"])
    }

    private func run(_ start: AgentPreset.Start, _ values: TemplateValues) throws -> AgentRun {
        let run = try launch(start, values)
        try run.wait(seconds: 120)
        return run
    }

    @Test func aTaskOfFiveCallsIsDone() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 5)
        let run = try run(.fresh, values(api.address()))
        #expect(run.verdict(codex) == .succeeded("All 5 steps are done."), "\(run.lines.suffix(2))")
        #expect(folder.steps() == [1, 2, 3, 4, 5])
        let outcome = run.outcome(codex)
        #expect(outcome.steps == 5)
        #expect(outcome.reading.session != nil)
        #expect(outcome.reading.tokens == AgentTokens(input: 600, output: 60))
    }

    @Test func aRunThatIsKilledIsResumedWithItsRightsAndDoesEachStepOnce() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 6, seconds: 0.2)
        let first = try launch(.fresh, values(api.address()))
        try waitUntil("two steps", seconds: 60) { folder.steps().count >= 2 }
        try first.killMain()
        guard case .failed = first.verdict(codex) else { throw Unexpected() }
        first.endTree()
        let session = try #require(first.outcome(codex).reading.session)
        let second = try run(.resumed, values(api.address(), session: session))
        #expect(second.verdict(codex, resumed: true) == .succeeded("All 6 steps are done."))
        #expect(folder.steps() == Array(1...6))
    }

    @Test(arguments: [
        ("404", AttemptFailure.Class.permanent), ("401", .permanent), ("403", .permanent), ("400", .counted),
        ("429,after=1", .disruption(retryAfter: nil)), ("529", .disruption(retryAfter: nil)),
        ("503", .disruption(retryAfter: nil)), ("reset", .disruption(retryAfter: nil)),
    ])
    func whatTheProviderAnswers(way: String, expected: AttemptFailure.Class) throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 1)
        let run = try run(.fresh, values(api.address(way)))
        guard case .failed(let failure) = run.verdict(codex) else { throw Unexpected() }
        #expect(failure.class == expected, "\(failure.reason)")
        #expect(failure.blamesModel == (way == "404"))
    }

    @Test func aSessionThatIsNotThereIsGone() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 1)
        let values = values(api.address(), session: "01a23032-25eb-7632-a82f-0559af5cfbd9")
        guard case .failed(let failure) = try run(.resumed, values).verdict(codex, resumed: true) else {
            throw Unexpected()
        }
        #expect(failure.class == .sessionGone)
    }

    @Test func aRunThatHangsIsEndedAndResumed() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 3)
        let first = try launch(.fresh, values(api.address("silent,from=2")))
        try waitUntil("the first step", seconds: 60) { first.outcome(codex).steps == 1 }
        kill(first.pid, codex.stop.signal)
        try first.wait()
        #expect(first.status == .code(143) || first.status == .signal(SIGTERM))
        let session = try #require(first.outcome(codex).reading.session)
        let second = try run(.resumed, values(api.address(), session: session))
        #expect(second.verdict(codex, resumed: true) == .succeeded("All 3 steps are done."))
        #expect(folder.steps() == [1, 2, 3])
    }
}
