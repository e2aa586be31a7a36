// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// The real Claude Code, started and judged by its preset, against a Messages API on 127.0.0.1.
@Suite(.enabled(if: RealAgents.hasClaude, "needs Claude Code: tools/agents fetches it"), .serialized)
struct RealClaudeCodeTests {
    private let folder: AgentFolder
    private let claude: AgentPreset
    private var values: TemplateValues

    init() throws {
        folder = try AgentFolder()
        claude = try preset("claude-code")
        values = TemplateValues(
            [
                .prompt: "do the steps", .session: AgentSession.uuid(.random(in: 0 ... .max), .random(in: 0 ... .max)),
                .directory: folder.work,
            ], arguments: ["--allowedTools", "Bash"])
    }

    private func launch(
        _ start: AgentPreset.Start, _ address: String, retries: Int = 1
    ) throws -> AgentRun {
        let words = [RealAgents.claude] + (try claude.words(start, values)).dropFirst()
        var environment = claude.variables(values)
        environment["ANTHROPIC_BASE_URL"] = address
        environment["ANTHROPIC_API_KEY"] = "none"
        environment["CLAUDE_CODE_MAX_RETRIES"] = "\(retries)"
        return try AgentRun(words, in: folder, environment)
    }

    private func run(_ start: AgentPreset.Start, _ address: String) throws -> AgentRun {
        let run = try launch(start, address)
        try run.wait(seconds: 120)
        return run
    }

    @Test func aTaskOfFiveCallsIsDone() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 5)
        let run = try run(.fresh, api.address())
        #expect(run.verdict(claude) == .succeeded("All 5 steps are done."), "\(run.lines.suffix(2))")
        #expect(folder.steps() == [1, 2, 3, 4, 5])
        let outcome = run.outcome(claude)
        #expect(outcome.steps == 5)
        #expect(outcome.reading.tokens == AgentTokens(input: 600, output: 60))
        #expect(Files.exists(try #require(claude.session.filePath(values, home: folder.home))))
    }

    @Test func aRunThatIsKilledIsResumedAndDoesEachStepOnce() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 6, seconds: 0.2)
        let first = try launch(.fresh, api.address())
        try waitUntil("two steps", seconds: 60) { folder.steps().count >= 2 }
        try first.killMain()
        guard case .failed = first.verdict(claude) else { throw Unexpected() }
        first.endTree()
        let done = folder.steps()
        let second = try run(.resumed, api.address())
        #expect(second.verdict(claude, resumed: true) == .succeeded("All 6 steps are done."))
        #expect(folder.steps() == Array(1...6), "\(done) were done before")
        #expect(second.outcome(claude).steps == 6 - done.count)
    }

    @Test func aModelThatThereIsNoneOfIsPermanent() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 1)
        var tests = self
        tests.values[.model] = "no-such-model"
        guard case .failed(let failure) = try tests.run(.fresh, api.address("404")).verdict(claude) else {
            throw Unexpected()
        }
        #expect(failure.class == .permanent)
        #expect(failure.blamesModel)
        #expect(failure.reason.contains("no-such-model"))
    }

    @Test(arguments: ["529", "429,after=1", "503", "reset"]) func anOutageIsADisruption(way: String) throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 1)
        let run = try run(.fresh, api.address(way))
        guard case .failed(let failure) = run.verdict(claude) else { throw Unexpected() }
        guard case .disruption = failure.class else {
            Issue.record("\(way): \(failure)")
            return
        }
        #expect(run.outcome(claude).findings.contains { if case .noise = $0 { true } else { false } })
    }

    @Test func aRefusedKeyIsPermanent() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 1)
        guard case .failed(let failure) = try run(.fresh, api.address("401")).verdict(claude) else {
            throw Unexpected()
        }
        #expect(failure.class == .permanent)
        #expect(!failure.blamesModel)
    }

    @Test func twoBadAnswersAreRiddenOut() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 2)
        let run = try launch(.fresh, api.address("529,times=2"), retries: 4)
        try run.wait(seconds: 120)
        #expect(run.verdict(claude) == .succeeded("All 2 steps are done."))
    }

    @Test(arguments: ["silent,from=2", "stall,from=2"]) func aRunThatHangsIsEndedAndResumed(way: String) throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 3)
        let first = try launch(.fresh, api.address(way))
        try waitUntil("the first step", seconds: 60) { first.outcome(claude).steps == 1 }
        kill(first.pid, claude.stop.signal)
        try first.wait()
        #expect(first.status == .code(143))
        first.endTree()
        let second = try run(.resumed, api.address())
        #expect(second.verdict(claude, resumed: true) == .succeeded("All 3 steps are done."))
        #expect(folder.steps() == [1, 2, 3])
    }

    @Test func aSessionThatIsNotThereIsGone() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 1)
        guard case .failed(let failure) = try run(.resumed, api.address()).verdict(claude, resumed: true) else {
            throw Unexpected()
        }
        #expect(failure.class == .sessionGone)
    }

    @Test func aSessionThatIsThereIsInUse() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 1)
        #expect(try run(.fresh, api.address()).verdict(claude) == .succeeded("All 1 steps are done."))
        guard case .failed(let failure) = try run(.fresh, api.address()).verdict(claude) else { throw Unexpected() }
        #expect(failure.class == .sessionGone)
    }

    @Test func aRunThatNobodyPermitsAnythingLoops() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 1)
        var tests = self
        var impatient = claude
        impatient.stall.errors = 20
        tests.values.arguments = []
        let run = try tests.launch(.fresh, api.address("deny"))
        try waitUntil("the loop", seconds: 120) { run.outcome(impatient).reading.isLooping }
        #expect(run.outcome(claude).steps == 0)
    }

    @Test func theFileOfASessionInALongFolderIsFound() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 1)
        let part = String(repeating: "long_", count: 25)
        let work = "\(folder.work)/\(part)/\(part)"
        try Files.makeFolder("\(folder.work)/\(part)")
        try Files.makeFolder(work)
        var tests = self
        tests.values[.directory] = work
        let words =
            ["/usr/bin/env", "-C", work, RealAgents.claude] + (try claude.words(.fresh, tests.values)).dropFirst()
        let environment = ["ANTHROPIC_BASE_URL": api.address(), "ANTHROPIC_API_KEY": "none"]
        _ = try folder.run(words, environment.merging(claude.variables(values)) { $1 }, seconds: 120)
        #expect(Files.exists(try #require(claude.session.filePath(tests.values, home: folder.home))))
    }
}
