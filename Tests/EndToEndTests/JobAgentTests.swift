// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

/// The presets of Claude Code and Codex under a real hostd, with a stand-in that behaves as they do.
@Suite struct JobAgentTests {
    @Test(arguments: ["claude-code", "codex"]) func aTaskIsDone(preset: String) throws {
        let agent = try AgentHost(preset)
        let id = try agent.submit()
        let job = try agent.host.waitJob(id, for: "succeeded", "failed")
        #expect(job.attempts.map(\.state) == ["succeeded"], "\(job.brief.reason)")
        #expect(agent.steps() == Array(1...5) && job.session?.isEmpty == false)
        if preset == "claude-code" { #expect(job.result == "All 5 steps are done.") }
    }

    @Test(arguments: ["claude-code", "codex"]) func anExitOfZeroWithAnErrorInsideIsNoSuccess(preset: String) throws {
        let agent = try AgentHost(preset, scenario: "error-inside,times=1")
        let id = try agent.submit()
        let job = try agent.host.waitJob(id, for: "succeeded", "failed")
        #expect(job.attempts.map(\.state) == ["failed", "succeeded"], "\(job.attempts)")
        #expect(job.attempts[0].exit?.code == 0 && job.attempts[0].reason.contains("something went wrong"))
        #expect(job.attempts[1].isResumed && agent.steps() == Array(1...5))
    }

    @Test(arguments: ["claude-code", "codex"]) func aProviderThatNamesATimeIsNotAskedSooner(preset: String) throws {
        let agent = try AgentHost(preset, scenario: "api=429,after=3,times=1")
        let id = try agent.submit()
        let waiting = try agent.host.waitJob(id, for: "waiting")
        let ended = try #require(waiting.attempts.last?.endedAt)
        let next = try #require(waiting.brief.nextAttemptAt)
        let wait = next.milliseconds - ended.milliseconds
        #expect((2500...4000).contains(wait), "\(wait) ms")
        let job = try agent.host.waitJob(id, for: "succeeded", "failed")
        #expect(job.attempts.map(\.state) == ["disrupted", "succeeded"] && job.failures == 0, "\(job.attempts)")
        #expect(job.attempts[1].startedAt.milliseconds - ended.milliseconds >= 2500)
        #expect(agent.steps() == Array(1...5))
    }

    @Test(arguments: ["claude-code", "codex"]) func aSessionThatIsGoneIsHandedOver(preset: String) throws {
        let agent = try AgentHost(preset, scenario: "hang=3,times=1")
        let id = try agent.submit()
        try waitUntil("two steps") { agent.steps().count == 2 }
        // What it said of them is read.
        let running = try agent.host.waitJob(id, for: "running", seconds: 60) { $0.session != nil && $0.pid != nil }
        try removeSessions(of: agent)
        let pid = try #require(running.pid)
        kill(pid, SIGKILL)
        let job = try agent.host.waitJob(id, for: "succeeded", "failed")
        #expect(agent.steps() == Array(1...5))
        let launches = try agent.launches()
        #expect(launches.last?.contains("Somebody before you") == true, "\(launches)")
        #expect(job.brief.state == "succeeded", "\(job.brief.reason)")
        // Codex names its sessions itself, and no file: it is asked, and says that there is none.
        #expect((job.session != running.session) == (preset == "codex"))
        #expect(job.attempts.count == (preset == "codex" ? 3 : 2), "\(job.attempts)")
    }

    private func removeSessions(of agent: AgentHost) throws {
        for root in ["/home/.claude/projects", "/home/.codex/sessions"] {
            try? removeFiles(agent.host.dir + root)
        }
    }

    private func removeFiles(_ path: String) throws {
        for name in try Files.list(path) {
            let place = path + "/" + name
            if name.hasSuffix(".jsonl") { try Files.remove(place) } else { try removeFiles(place) }
        }
    }

    @Test(arguments: ["claude-code", "codex"]) func oneThatHangsOnADeadSocketIsEndedAndResumed(preset: String) throws {
        let agent = try AgentHost(
            preset, scenario: "hang=3,times=1", keys: "stall = { silence = \"1s\", hard = \"1h\" }")
        let id = try agent.submit()
        let job = try agent.host.waitJob(id, for: "succeeded", "failed", seconds: 60)
        #expect(job.attempts.map(\.state) == ["failed", "succeeded"], "\(job.attempts)")
        #expect(job.attempts[0].reason.contains("silent sockets") && job.attempts[1].isResumed)
        #expect(agent.steps() == Array(1...5))
        try waitUntil("the stall to be history") { try agent.events(id, "job.stalled").count == 1 }
    }

    @Test func oneThatTriesForEverWhatNobodyPermitsIsCaught() throws {
        let agent = try AgentHost("claude-code", scenario: "deny,times=1", keys: "stall = { silence = \"2s\" }")
        let id = try agent.submit()
        let job = try agent.host.waitJob(id, for: "succeeded", "failed", seconds: 60)
        #expect(job.attempts.map(\.state) == ["failed", "succeeded"], "\(job.attempts)")
        #expect(job.attempts[0].reason.contains("failed calls without progress"))
        #expect(agent.steps() == Array(1...5))
    }

    @Test(arguments: ["claude-code", "codex"])
    func twentyKillsOfAgentKeeperOrHostdDoNoStepTwice(preset: String) throws {
        let agent = try AgentHost(preset, steps: 60, environment: ["AGENT_SECONDS": "0.05"])
        let id = try agent.submit()
        var generator = SplitMix64(seed: UInt64(getpid()))
        for _ in 0..<20 {
            let before = agent.steps().count
            let more = Int(generator.next() % 3)
            try waitUntil("steps to go on", seconds: 60) { agent.steps().count >= min(before + more, 59) }
            letPass(microseconds: UInt32(generator.next() % 60_000))
            try agent.killSomething(generator.next(), of: id)
        }
        let job = try agent.host.waitJob(id, for: "succeeded", "failed", seconds: 90)
        #expect(job.brief.state == "succeeded", "\(job.brief.reason)")
        #expect(agent.steps() == Array(1...60), "\(job.attempts)")
        try waitUntil("all folders to go") { agent.host.instanceFolders().isEmpty }
    }
}

/// The real Claude Code under a real hostd, against a Messages API on 127.0.0.1.
@Suite(.enabled(if: RealAgents.hasClaude, "needs Claude Code: tools/agents fetches it"), .serialized)
struct JobRealAgentTests {
    private static let calls = 40

    private func agent(_ api: ModelAPI, _ way: String, retries: Int = 2) throws -> AgentHost {
        let folder = String(RealAgents.claude.dropLast("/claude".count))
        return try AgentHost(
            "claude-code", keys: "stall = { silence = \"6s\", hard = \"10m\" }\n",
            arguments: ["--allowedTools", "Bash"],
            programs: folder,
            environment: [
                "ANTHROPIC_BASE_URL": api.address(way), "ANTHROPIC_API_KEY": "none",
                "CLAUDE_CODE_MAX_RETRIES": "\(retries)",
            ])
    }

    private func stepsFile() throws -> (folder: TemporaryFolder, path: String) {
        let folder = try TemporaryFolder()
        return (folder, folder.path + "/steps")
    }

    private func steps(_ path: String) -> [Int] {
        ((try? Files.readText(path)) ?? "").split(separator: "\n").compactMap { Int($0) }
    }

    @Test func fortyCallsUnderKillsAreDoneOnceEach() throws {
        let (folder, path) = try stepsFile()
        let api = try ModelAPI(stepsFile: path, count: Self.calls, seconds: 0.1)
        let agent = try agent(api, "work")
        let id = try agent.submit()
        var generator = SplitMix64(seed: UInt64(getpid()))
        for round in 1...6 {
            try waitUntil("step \(round * 5)", seconds: 120) { steps(path).count >= round * 5 }
            letPass(microseconds: UInt32(generator.next() % 150_000))
            try agent.killSomething(generator.next(), of: id)
        }
        let job = try agent.host.waitJob(id, for: "succeeded", "failed", seconds: 240)
        #expect(job.brief.state == "succeeded" && job.result == "All 40 steps are done.", "\(job)")
        #expect(steps(path) == Array(1...Self.calls), "\(job.attempts)")
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: [
        "529,from=10,times=4", "429,after=2,from=10,times=4", "silent,from=10,times=1", "stall,from=10,times=1",
    ])
    func fortyCallsUnderAnOutageAreDoneOnceEach(way: String) throws {
        let (folder, path) = try stepsFile()
        let api = try ModelAPI(stepsFile: path, count: Self.calls)
        let agent = try agent(api, way)
        let id = try agent.submit()
        let job = try agent.host.waitJob(id, for: "succeeded", "failed", seconds: 240)
        #expect(job.brief.state == "succeeded" && job.attempts.count >= 2, "\(job)")
        #expect(steps(path) == Array(1...Self.calls), "\(job.attempts)")
        let isHang = way.hasPrefix("s")
        #expect(job.attempts.dropLast().allSatisfy { $0.state == (isHang ? "failed" : "disrupted") }, "\(job.attempts)")
        withExtendedLifetime(folder) {}
    }
}
