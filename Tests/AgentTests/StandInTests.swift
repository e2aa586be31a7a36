// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// The presets of Claude Code and Codex over a stand-in that behaves as they do (TestKit's agent.py).
struct StandInTests {
    private let folder: AgentFolder
    private let claude: AgentPreset
    private let codex: AgentPreset
    private let values: TemplateValues

    init() throws {
        folder = try AgentFolder()
        claude = try preset("claude-code")
        codex = try preset("codex")
        values = TemplateValues([
            .prompt: "do the steps", .session: AgentSession.uuid(.random(in: 0 ... .max), .random(in: 0 ... .max)),
            .directory: folder.work,
        ])
    }

    private func run(
        _ preset: AgentPreset, _ start: AgentPreset.Start, _ scenario: String = "", values: TemplateValues? = nil
    ) throws -> AgentRun {
        try folder.run(
            try preset.words(start, values ?? self.values), ["AGENT_SCENARIO": scenario])
    }

    // MARK: - Claude Code

    @Test func aTaskIsDone() throws {
        let run = try run(claude, .fresh)
        #expect(run.verdict(claude) == .succeeded("All 5 steps are done."))
        #expect(folder.steps() == [1, 2, 3, 4, 5])
        #expect(run.outcome(claude).steps == 5)
    }

    @Test func theFileOfTheSessionIsWhereThePresetSays() throws {
        let path = try #require(claude.session.filePath(values, home: folder.home))
        #expect(!Files.exists(path))
        _ = try run(claude, .fresh)
        #expect(Files.exists(path))
    }

    @Test func aRunThatWasKilledIsResumedBehindItsLastStep() throws {
        let first = try AgentRun(
            try claude.words(.fresh, values), in: folder, ["AGENT_STEPS": "40", "AGENT_SECONDS": "0.05"])
        try waitUntil("some steps") { folder.steps().count >= 3 }
        try first.killMain()
        #expect(first.verdict(claude) != .succeeded(nil))
        first.endTree()
        let done = folder.steps()
        let second = try folder.run(try claude.words(.resumed, values), ["AGENT_STEPS": "8"])
        #expect(second.verdict(claude, resumed: true) == .succeeded("All 8 steps are done."))
        #expect(folder.steps() == Array(1...8), "\(done) before it")
    }

    @Test func aToolOutlivesTheAgentUntilItsTreeIsEnded() throws {
        let first = try AgentRun(try claude.words(.fresh, values), in: folder, ["AGENT_SECONDS": "600"])
        try waitUntil("the first tool") { first.lines.count >= 2 && Self.children(of: first.pid) > 0 }
        try first.killMain()
        #expect(first.endTree() >= 1, "it has a session of its own")
        #expect(folder.steps() == [])
    }

    @Test func aToolThatNobodyEndsDoesItsStepBesideTheResumedRun() throws {
        let first = try AgentRun(try claude.words(.fresh, values), in: folder, ["AGENT_SECONDS": "4"])
        try waitUntil("the first tool") { first.lines.count >= 2 && Self.children(of: first.pid) > 0 }
        try first.killMain()
        #expect(try run(claude, .resumed).verdict(claude, resumed: true) == .succeeded("All 5 steps are done."))
        try waitUntil("the step of the old tool") { folder.steps().count == 6 }
        #expect(folder.steps() == [1, 2, 3, 4, 5, 1], "so a tree is ended before anything is resumed")
    }

    private static func children(of pid: Int32) -> Int { ProcessTrees.members(below: pid).count }

    @Test func resumingWhatIsNotThereStartsAfreshWithAHandOver() throws {
        let resumed = try run(claude, .resumed)
        guard case .failed(let failure) = resumed.verdict(claude, resumed: true) else { throw Unexpected() }
        #expect(failure.class == .sessionGone)
        try Files.replace(folder.stepsFile, with: "1\n2\n".utf8)
        #expect(try run(claude, .handedOver).verdict(claude) == .succeeded("All 5 steps are done."))
        #expect(folder.steps() == [1, 2, 3, 4, 5], "whoever takes over looks first")
    }

    @Test func startingWhatIsThereSaysSo() throws {
        _ = try run(claude, .fresh)
        guard case .failed(let failure) = try run(claude, .fresh).verdict(claude) else { throw Unexpected() }
        #expect(failure.class == .sessionGone)
        #expect(failure.reason.contains("already in use"))
    }

    @Test func aRunThatHangsOnADeadSocketSaysNothingAndIsResumed() throws {
        let first = try AgentRun(
            try claude.words(.fresh, values), in: folder, ["AGENT_SCENARIO": "hang=3,times=1"])
        try waitUntil("the second step") { first.outcome(claude).steps == 2 }
        kill(first.pid, claude.stop.signal)
        try first.wait()
        #expect(first.status == .code(143))
        let second = try folder.run(try claude.words(.resumed, values), ["AGENT_SCENARIO": "hang=3,times=1"])
        #expect(second.verdict(claude, resumed: true) == .succeeded("All 5 steps are done."))
        #expect(folder.steps() == [1, 2, 3, 4, 5])
    }

    @Test(arguments: [
        ("error-inside", AttemptFailure.Class.counted), ("no-result", .counted), ("writes-lost", .sessionGone),
        ("api=404", .permanent), ("api=401", .permanent), ("api=400", .counted),
        ("api=529", .disruption(retryAfter: nil)), ("api=429,after=40", .disruption(retryAfter: .seconds(40))),
    ])
    func whatGoesWrong(scenario: String, expected: AttemptFailure.Class) throws {
        guard case .failed(let failure) = try run(claude, .fresh, scenario).verdict(claude) else { throw Unexpected() }
        #expect(failure.class == expected, "\(failure.reason)")
    }

    @Test func anInterruptIsNoSuccessThoughItExitsZero() throws {
        let first = try AgentRun(try claude.words(.fresh, values), in: folder, ["AGENT_SCENARIO": "hang=1"])
        try waitUntil("its start") { !first.lines.isEmpty }
        kill(first.pid, SIGINT)
        try first.wait()
        #expect(first.status == .code(0))
        guard case .failed = first.verdict(claude) else { throw Unexpected() }
    }

    @Test func anAgentThatOnlyLoopsIsFound() throws {
        let first = try AgentRun(try claude.words(.fresh, values), in: folder, ["AGENT_SCENARIO": "deny"])
        try waitUntil("the loop") { first.lines.count > 210 }
        #expect(first.outcome(claude).reading.isLooping)
    }

    @Test func anAgentThatStaysAfterItsLastWordIsDone() throws {
        let first = try AgentRun(try claude.words(.fresh, values), in: folder, ["AGENT_SCENARIO": "stays"])
        try waitUntil("its last word") {
            first.outcome(claude).findings.contains { if case .result(true, _) = $0 { true } else { false } }
        }
        try first.killMain()
        #expect(first.verdict(claude) == .succeeded("All 5 steps are done."))
    }

    @Test func anEmptyPromptIsNoCommandAtAll() {
        #expect(throws: TemplateError.empty(.prompt)) {
            try claude.words(.fresh, TemplateValues([.session: "x"]))
        }
    }

    // MARK: - Codex

    @Test func codexNamesItsSessionAndIsResumedInIt() throws {
        let first = try AgentRun(
            try codex.words(.fresh, values), in: folder, ["AGENT_SECONDS": "0.05", "AGENT_STEPS": "40"])
        try waitUntil("some steps") { folder.steps().count >= 2 }
        try first.killMain()
        first.endTree()
        var values = values
        values[.session] = try #require(first.outcome(codex).reading.session)
        let second = try folder.run(try codex.words(.resumed, values), ["AGENT_STEPS": "6"])
        #expect(second.verdict(codex, resumed: true) == .succeeded("All steps are done."))
        #expect(folder.steps() == Array(1...6))
    }

    @Test func codexWithoutThatSessionStartsAfresh() throws {
        var values = values
        values[.session] = "0199a213-81c0-7800-8aa1-bbab2a035a53"
        let run = try run(codex, .resumed, values: values)
        guard case .failed(let failure) = run.verdict(codex, resumed: true) else { throw Unexpected() }
        #expect(failure.class == .sessionGone)
    }

    @Test(arguments: [
        ("error-inside", AttemptFailure.Class.counted), ("no-result", .counted), ("api=404", .permanent),
        ("api=429,after=11", .disruption(retryAfter: .seconds(11))),
    ])
    func whatGoesWrongWithCodex(scenario: String, expected: AttemptFailure.Class) throws {
        guard case .failed(let failure) = try run(codex, .fresh, scenario).verdict(codex) else { throw Unexpected() }
        #expect(failure.class == expected, "\(failure.reason)")
    }
}
