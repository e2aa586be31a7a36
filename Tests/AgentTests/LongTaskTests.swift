// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// A long task gets there through whatever ends its attempts, when each is judged and continued by the preset.
struct LongTaskTests {
    /// What becomes of an attempt.
    private enum Fate {
        /// It goes its way.
        case none
        /// The main process is killed at some moment after two more steps.
        case kill
        /// It is asked to end after one more step.
        case end
    }

    private let folder: AgentFolder
    private let claude: AgentPreset

    init() throws {
        folder = try AgentFolder()
        claude = try preset("claude-code")
    }

    @Test(.enabled(if: RealAgents.hasClaude, "needs Claude Code: tools/agents fetches it"))
    func claudeCodeDoesFortyStepsOnceThroughKillsAndOutages() throws {
        let api = try ModelAPI(stepsFile: folder.stepsFile, count: 40, seconds: 0.05)
        let way: [(way: String, fate: Fate)] = [
            ("work", .kill), ("529", .none), ("work", .kill), ("429,after=1,times=1", .kill), ("stall,from=12", .end),
            ("503", .none), ("work", .kill), ("reset,times=2", .kill), ("work", .end), ("silent,from=30", .end),
            ("work", .none),
        ]
        let variables = ["ANTHROPIC_API_KEY": "none", "CLAUDE_CODE_MAX_RETRIES": "2"]
        try run(way.count, program: RealAgents.claude, arguments: ["--allowedTools", "Bash"]) { number in
            if number < way.count {
                return (
                    variables.merging(["ANTHROPIC_BASE_URL": api.address(way[number].way)]) { $1 }, way[number].fate
                )
            }
            return (variables.merging(["ANTHROPIC_BASE_URL": api.address()]) { $1 }, .none)
        }
        #expect(folder.steps() == Array(1...40))
    }

    @Test func theStandInDoesFortyStepsOnceThroughKillsAndOutages() throws {
        let way: [(scenario: String, fate: Fate)] = [
            ("", .kill), ("api=529", .none), ("", .kill), ("api=429,after=1", .none), ("hang=12", .end),
            ("no-result,late", .kill), ("", .end), ("", .kill), ("", .none),
        ]
        try run(way.count, program: "claude", arguments: []) { number in
            let scenario = number < way.count ? way[number].scenario : ""
            let variables = ["AGENT_STEPS": "40", "AGENT_SECONDS": "0.03", "AGENT_SCENARIO": scenario]
            return (variables, number < way.count ? way[number].fate : .none)
        }
        #expect(folder.steps() == Array(1...40))
    }

    /// Attempts until one is done; none of them may fail for good.
    private func run(
        _ fated: Int, program: String, arguments: [String],
        _ attempt: (Int) -> (variables: [String: String], fate: Fate)
    ) throws {
        var values = TemplateValues(
            [
                .prompt: "do the steps", .directory: folder.work,
                .session: AgentSession.uuid(.random(in: 0 ... .max), .random(in: 0 ... .max)),
            ], arguments: arguments)
        for number in 0..<fated + 3 {
            let file = try #require(claude.session.filePath(values, home: folder.home))
            let start = claude.start(
                session: values[.session], isSessionThere: Files.exists(file), attempts: number,
                hasBegun: !folder.steps().isEmpty)
            values[.attempt] = "\(number + 1)"
            let (variables, fate) = attempt(number)
            let words = [program] + (try claude.words(start, values)).dropFirst()
            let run = try AgentRun(words, in: folder, variables.merging(claude.variables(values)) { $1 })
            try meet(fate, run)
            run.endTree()
            guard case .failed(let failure) = run.verdict(claude, resumed: start == .resumed) else { return }
            #expect(failure.class != .permanent, "\(failure.reason)")
            if case .sessionGone = failure.class {
                values[.session] = AgentSession.uuid(.random(in: 0 ... .max), .random(in: 0 ... .max))
            }
        }
        Issue.record("it never got there: \(folder.steps())")
    }

    private func meet(_ fate: Fate, _ run: AgentRun) throws {
        let before = folder.steps().count
        let more =
            switch fate {
            case .none: Int.max
            case .kill: 2
            case .end: 1
            }
        try waitUntil("the fate of an attempt", seconds: 120) {
            run.hasEnded || more < .max && folder.steps().count >= before + more
        }
        if run.status == nil {
            letPass(microseconds: .random(in: 0...80_000))
            kill(run.pid, fate == .end ? claude.stop.signal : SIGKILL)
            try run.wait()
        }
    }
}
