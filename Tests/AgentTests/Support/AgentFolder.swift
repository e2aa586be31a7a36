// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLaunch
import HostLinux
import HostWire
import TestKit
import Testing

/// A home, a working folder and a file of steps for agents that really run.
final class AgentFolder: Sendable {
    let folder: TemporaryFolder
    var home: String { folder.path + "/home" }
    var work: String { folder.path + "/work_1.x" }
    var stepsFile: String { folder.path + "/steps" }
    private static let agent = #filePath.replacing(
        "/AgentTests/Support/AgentFolder.swift", with: "/TestKit/Fixtures/agent.py")

    /// With the stand-in as `claude` and `codex` in `bin`.
    init() throws {
        folder = try TemporaryFolder()
        for name in ["home", "work_1.x", "bin"] { try Files.makeFolder("\(folder.path)/\(name)") }
        for name in ["claude", "codex"] {
            try check("symlink", name) { symlink(Self.agent, "\(folder.path)/bin/\(name)") }
        }
    }

    /// What the programs that run here find.
    func environment(_ further: [String: String] = [:]) -> [String: String] {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let usual = ["HOME": home, "PATH": folder.path + "/bin:" + path, "AGENT_FILE": stepsFile]
        return usual.merging(further) { _, later in later }
    }

    /// The numbers in the file of steps.
    func steps() -> [Int] {
        ((try? Files.readText(stepsFile)) ?? "").split(separator: "\n").compactMap { Int($0) }
    }

    /// Runs until the end.
    func run(_ words: [String], _ environment: [String: String] = [:], seconds: Double = 60) throws -> AgentRun {
        let run = try AgentRun(words, in: self, environment)
        try run.wait(seconds: seconds)
        return run
    }
}

/// One launch of an agent, as a job's keeper would make it: output into a file, a token in the environment.
final class AgentRun {
    let pid: Int32
    private(set) var status: ExitStatus?
    private let token: String
    private let output: String
    private let started = Clock.now
    private var ended: Instant?

    init(_ words: [String], in folder: AgentFolder, _ environment: [String: String]) throws {
        token = "test-\(UInt64.random(in: 0...UInt64.max))"
        output = "\(folder.folder.path)/output-\(token)"
        let file = try Descriptor(opening: output, O_WRONLY | O_CREAT | O_APPEND)
        let variables = folder.environment(environment).merging(["HOSTD_INSTANCE": token]) { $1 }
        let process = try Processes.spawn(
            "/usr/bin/env", ["-C", folder.work] + words, environment: variables.map { "\($0.key)=\($0.value)" },
            output: file.raw)
        pid = process.pid
    }

    deinit {
        endTree()
    }

    /// What it has written, line by line.
    var lines: [String] {
        ((try? Files.readText(output)) ?? "").split(separator: "\n").map(String.init)
    }

    /// Waits for its end.
    func wait(seconds: Double = 60) throws {
        try waitUntil("the agent to end", seconds: seconds) { hasEnded }
    }

    /// Whether it has ended; it is reaped then.
    var hasEnded: Bool {
        var raw: Int32 = 0
        guard status == nil, waitpid(pid, &raw, WNOHANG) == pid else { return status != nil }
        ended = Clock.now
        let signal = raw & 0x7F
        status = signal == 0 ? .code((raw >> 8) & 0xFF) : .signal(signal)
        return true
    }

    /// Kills the main process alone, as an accident would.
    func killMain() throws {
        kill(pid, SIGKILL)
        try wait()
    }

    /// Ends all that it left behind, and proves it gone.
    @discardableResult
    func endTree() -> Int {
        let killed = OrphanSweep.run(token: token, cgroup: nil)
        if status == nil { waitpid(pid, nil, 0) }
        return killed
    }

    /// What came of it by a preset.
    func outcome(_ preset: AgentPreset) -> Outcome { Outcome(preset, lines) }

    /// The verdict by a preset.
    func verdict(_ preset: AgentPreset, resumed: Bool = false) -> AttemptVerdict {
        outcome(preset).verdict(
            status ?? .unknown, resumed: resumed, ranFor: (ended ?? Clock.now) - started)
    }
}
