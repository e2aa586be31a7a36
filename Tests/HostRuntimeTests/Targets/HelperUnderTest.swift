// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

@testable import HostRuntime

/// A place of a user's own, and `hostd --apply-models` that is started as hostd starts it.
nonisolated final class HelperUnderTest {
    static let models = TargetModels(
        generation: 7, policy: "2026-W21",
        tiers: [
            "agent": .init(model: "deepseek/v4", fallback: ["tencent/hy3", "step/3.5"], candidate: "qwen/q4"),
            "big": .init(model: "anthropic/s4.6", fallback: [], candidate: nil),
        ])
    /// A user who is not root; root where the tests are not root's.
    static let user: UInt32 = getuid() == 0 ? 65534 : getuid()

    /// Belongs to the user.
    let home: String
    /// Belongs to root.
    let path: String
    var environment: [String]
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path
        home = path + "/home"
        try Files.setMode(path, 0o755)
        try Files.makeFolder(home)
        environment = ["PATH=\(path)/bin:/usr/local/bin:/usr/bin:/bin"]
        if getuid() == 0 { try check("chown") { chown(home, Self.user, Self.user) } }
    }

    /// A file of the user's.
    func write(_ name: String, _ text: String, mode: UInt32 = 0o600) throws {
        try Files.replace(home + "/" + name, with: text.utf8, mode: mode)
        if getuid() == 0 { try check("chown") { chown(home + "/" + name, Self.user, Self.user) } }
    }

    func read(_ name: String) throws -> String { try Files.readText(home + "/" + name) }

    /// Puts the stand-in for OpenClaw where commands find it.
    func installOpenClaw() throws {
        try Files.makeFolder(path + "/bin", mode: 0o755)
        let script = #filePath.replacing(
            "/HostRuntimeTests/Targets/HelperUnderTest.swift", with: "/TestKit/Fixtures/openclaw.py")
        try Files.replace(path + "/bin/openclaw", with: try Files.read(script), mode: 0o755)
    }

    /// A helper that works.
    struct Running: ~Copyable {
        let process: SpawnedProcess
        let report: PrivatePipe

        /// What became of it; nil when it said nothing.
        func result() throws -> TargetResult? {
            var status: Int32 = 0
            try waitUntil("the end of the helper", seconds: 80) {
                waitpid(process.pid, &status, WNOHANG) == process.pid
            }
            guard let bytes = try? report.reading.read(upTo: 16384), !bytes.isEmpty else { return nil }
            return TargetResult(json: try JSON(parsing: bytes))
        }
    }

    func start(
        _ action: ModelTarget.Action, user: String? = nil, tier: String? = nil, prefix: String? = nil,
        models: TargetModels = HelperUnderTest.models
    ) throws -> Running {
        let target = ModelTarget(name: "x", action: action, user: user, tier: tier, prefix: prefix)
        let order = TargetOrder(
            target: target, models: models, modelsFile: path + "/models.json", keeper: Programs.path("hostd-keeper"),
            node: nil)
        let text = try Descriptor.inMemory("order", holding: order.json.bytes)
        let lock = try Descriptor(opening: path + "/lock", O_RDWR | O_CREAT)
        guard try lock.tryLock() else { throw TimedOut(event: "the lock") }
        let pipe = try PrivatePipe()
        let process = try Processes.spawn(
            Programs.path("hostd"), ["--apply-models"], environment: environment, output: 2,
            keeping: [text.raw, pipe.writing.raw, lock.raw])
        return Running(process: process, report: pipe)
    }

    /// Whether nobody works on the target any more.
    var isFree: Bool {
        get throws { try Descriptor(opening: path + "/lock", O_RDWR).isLockedElsewhere() == false }
    }

    /// Runs one to its end; its error, nil when there is none.
    @discardableResult
    func apply(
        _ action: ModelTarget.Action, user: String? = nil, tier: String? = nil, prefix: String? = nil,
        models: TargetModels = HelperUnderTest.models
    ) throws -> String? {
        let running = try start(action, user: user, tier: tier, prefix: prefix, models: models)
        return try #require(try running.result(), "the helper said nothing").error
    }
}
