// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import HostLinux
import HostWire
import Testing

/// Swift Testing has one too.
typealias ExitStatus = HostCore.ExitStatus

/// The preset of a name, as it comes with hostd.
func preset(_ name: String, files: [ConfigurationFile] = []) throws -> AgentPreset {
    try #require(try ConfigurationReader.agentPreset(name, files: files).get(), "there is no preset \(name)")
}

/// What the output of an attempt came to.
struct Outcome {
    var reading: AgentReading
    var findings: [AgentFinding] = []

    /// Reads lines, each a second after the other.
    init(_ preset: AgentPreset, _ lines: [String]) {
        reading = AgentReading(preset)
        let paths = JSONPaths(preset)
        var now = Instant.zero
        for line in lines {
            now = now + .seconds(1)
            findings += reading.handle(paths.line(Array(line.utf8)), at: now)
        }
    }

    /// Reads a file of Fixtures by a preset.
    init(_ name: String, by preset: String) throws {
        self.init(try AgentTests.preset(preset), try Fixture.lines(name))
    }

    /// The verdict at an exit.
    func verdict(_ exit: ExitStatus, resumed: Bool = false, ranFor: Duration = .seconds(2)) -> AttemptVerdict {
        reading.verdict(exit: exit, resumed: resumed, ranFor: ranFor)
    }

    /// The failure at an exit.
    func failure(_ exit: ExitStatus, resumed: Bool = false) throws -> AttemptFailure {
        guard case .failed(let failure) = verdict(exit, resumed: resumed) else {
            Issue.record("it counts as done")
            throw Unexpected()
        }
        return failure
    }

    /// How often it got forward.
    var steps: Int { reading.progress.steps }
}

/// Something is there, or is not, against what a test expects; it was recorded.
struct Unexpected: Error {}

/// Output of agents.
enum Fixture {
    private static let folder = #filePath.replacing("/Support/Fixture.swift", with: "/Fixtures")

    /// The lines of a file.
    static func lines(_ name: String) throws -> [String] {
        try Files.readText("\(folder)/\(name)").split(separator: "\n").map(String.init)
    }
}
