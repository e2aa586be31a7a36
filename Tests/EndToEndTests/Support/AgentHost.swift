// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit

/// A hostd whose jobs run an agent, with a home and a file of steps of its own.
struct AgentHost {
    let host: HostUnderTest
    private static let agent = #filePath.replacing(
        "/EndToEndTests/Support/AgentHost.swift", with: "/TestKit/Fixtures/agent.py")

    /// A kind `agent` of this preset. Its program is the stand-in (Fixtures/agent.py), or what lies in `programs`.
    init(
        _ preset: String, steps: Int = 5, scenario: String = "", keys: String = "", arguments: [String] = [],
        programs: String? = nil, environment: [String: String] = [:]
    ) throws {
        host = try HostUnderTest("")
        for name in ["home", "work_1.x", "bin"] { try Files.makeFolder("\(host.dir)/\(name)") }
        for name in ["claude", "codex"] {
            let link = "\(host.dir)/bin/\(name)"
            try check("symlink", name) { symlink(programs.map { "\($0)/\(name)" } ?? Self.agent, link) }
        }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let own = [
            "HOME": host.dir + "/home", "PATH": "\(host.dir)/bin:\(path)", "AGENT_FILE": host.dir + "/steps",
            "AGENT_STEPS": "\(steps)", "AGENT_SCENARIO": scenario,
        ]
        let entries = own.merging(environment) { $1 }.map { "\($0.key) = \"\($0.value)\"" }.joined(separator: ", ")
        try host.configure(
            """
            [kind.agent]
            preset = "\(preset)"
            prompt = "do the steps"
            directory = "\(host.dir)/work_1.x"
            command = [\(arguments.map { "\"\($0)\"" }.joined(separator: ", "))]
            env = { \(entries) }
            backoff = "10ms"
            \(keys)
            """)
        try host.start()
    }

    /// A job of that kind.
    func submit() throws -> Int64 { try host.submit(JobSubmission(kind: "agent")) }

    /// The numbers of the steps that were done.
    func steps() -> [Int] {
        ((try? Files.readText(host.dir + "/steps")) ?? "").split(separator: "\n").compactMap { Int($0) }
    }

    /// The arguments of each launch of the stand-in.
    func launches() throws -> [String] {
        try Files.readText(host.dir + "/home/.agent-launches").split(separator: "\n").map(String.init)
    }

    func events(_ id: Int64, _ kind: String) throws -> [EventRecord] {
        try host.events("job-\(id)").filter { $0.kind == kind }
    }

    /// Kills the agent alone, its keeper, or hostd, in a moment that nothing marks.
    func killSomething(_ choice: UInt64, of id: Int64) throws {
        switch choice % 3 {
        case 0: if let pid = try host.job(id).pid { kill(pid, SIGKILL) }
        case 1: if let keeper = try host.job(id).instance.flatMap({ host.keeper(of: $0) }) { kill(keeper, SIGKILL) }
        default:
            host.kill()
            try host.start()
            try waitUntil("the store to have spoken") { (try? host.job(id)) != nil }
        }
    }
}
