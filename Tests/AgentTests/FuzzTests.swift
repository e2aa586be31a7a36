// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import HostLinux
import HostWire
import Testing

/// Output that nobody foresaw does no harm: what an agent writes may come from anywhere.
struct FuzzTests {
    private static let fixtures = [
        "claude-success.jsonl", "claude-529.jsonl", "codex-success.jsonl", "gemini-success.jsonl",
        "opencode-success.jsonl", "openhands-error.jsonl", "aider-recovers.txt",
    ]

    @Test(arguments: ConfigurationReader.agentPresetNames) func anyLineIsReadByAnyPreset(name: String) throws {
        let preset = try preset(name)
        let paths = JSONPaths(preset)
        let lines = try Self.fixtures.flatMap { try Fixture.lines($0) }.map { Array($0.utf8) }
        var random = SplitMix64(seed: 4711)
        var reading = AgentReading(preset)
        for round in 0..<500 {
            guard var line = lines.randomElement(using: &random) else { continue }
            for _ in 0..<Int.random(in: 0...4, using: &random) where !line.isEmpty {
                let place = Int.random(in: 0..<line.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: line[place] = UInt8.random(in: 0...255, using: &random)
                case 1: line.remove(at: place)
                case 2: line.removeSubrange(place...)
                default: line.insert(contentsOf: line[place...].prefix(40), at: place)
                }
            }
            _ = reading.handle(paths.line(line), at: .zero)
            guard round.isMultiple(of: 10) else { continue }
            if case .failed(let failure) = reading.verdict(exit: .code(1), resumed: true, ranFor: .seconds(1)) {
                #expect(failure.reason.utf8.count < 1000)
                #expect(!failure.reason.contains { $0.isNewline })
            }
        }
    }

    @Test func aPresetWithAnyMistakeIsReadOrRefused() throws {
        let folder = #filePath.replacing("/Tests/AgentTests/FuzzTests.swift", with: "/config/presets/jobs")
        let text = Array(try Files.readText(folder + "/claude-code.toml").utf8)
        var random = SplitMix64(seed: 4711)
        for _ in 0..<150 {
            var bytes = text
            for _ in 0..<3 {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(place + 20, bytes.count))
                default: bytes.insert(contentsOf: bytes[place...].prefix(60), at: place)
                }
            }
            let file = ConfigurationFile(path: "own.toml", bytes: bytes, preset: "jobs/own")
            if case .failure(let errors) = ConfigurationReader.agentPreset("own", files: [file]) {
                #expect(errors.errors.allSatisfy { $0.description.hasPrefix("own.toml:") })
            }
        }
    }
}
