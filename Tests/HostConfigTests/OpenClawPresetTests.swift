// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostConfig
import HostCore
import HostLinux
import TestKit
import Testing

/// What the preset of the OpenClaw Gateway has to keep beyond its health.
struct OpenClawPresetTests {
    private func gateway() throws -> ServiceSpecification {
        try #require(try configuration([("f", "[service.a]\npreset = \"openclaw-gateway\"")]).services.first)
    }

    /// The Gateway mutes its channels after three unclean starts within five minutes.
    @Test(arguments: 1...50)
    func noThreeStartsLieWithinFiveMinutes(seed: UInt64) throws {
        let rules = try gateway().restart
        var random = SplitMix64(seed: seed)
        var machine = RestartMachine(rules, seed: seed)
        var starts = [Instant.zero]
        for _ in 0..<40 {
            let start = try #require(starts.last)
            // From a crash at once to one after ten minutes.
            let ran = Duration.nanoseconds(Int64(random.unit() * random.unit() * 600e9))
            let end = start + ran
            let report = ExitReport(status: .code(1), ran: ran, wallMilliseconds: 0)
            switch machine.decide(report, at: end) {
            case .restart(let delay), .loop(let delay): starts.append(end + delay)
            case .hold, .leaveStopped: Issue.record("it is never left down")
            }
        }
        for (first, third) in zip(starts, starts.dropFirst(2)) { #expect(third - first > .seconds(300)) }
    }

    @Test func itNeverRunsBesideANativeUnit() throws {
        let hook = try #require(try gateway().beforeStart.first)
        let folder = try TemporaryFolder()
        func run(_ systemctl: String) throws -> (status: Int32, output: String) {
            try Files.replace(folder.path + "/systemctl", with: ("#!/bin/sh\n" + systemctl).utf8, mode: 0o755)
            return try self.run(hook, path: folder.path, in: folder)
        }
        let none = try run("echo inactive; exit 3")
        #expect(none.status == 0 && none.output.isEmpty)
        let enabled = try run(
            """
            [ "$1" = --user ] && [ "$3" = openclaw-gateway.service ] && [ "$2" = is-enabled ] && echo enabled && exit
            echo inactive
            """)
        #expect(enabled.status == 78)
        #expect(
            enabled.output == "openclaw-gateway.service of the user manager is inactive and enabled: two supervisors "
                + "would fight over this Gateway (systemctl --user disable --now openclaw-gateway.service)\n")
        let active = try run("[ $2 = is-active ] && echo active || echo static")
        #expect(active.status == 78)
        #expect(active.output.contains("openclaw-gateway.service of the system manager is active and static"))
    }

    @Test func itStartsWhereThereIsNoSystemd() throws {
        let folder = try TemporaryFolder()
        let hook = try #require(try gateway().beforeStart.first)
        #expect(try run(hook, path: folder.path, in: folder).status == 0)
    }

    @Test func aHandOverIsTakenUpAfterACleanExitOnly() throws {
        let folder = try TemporaryFolder()
        let openclaw = "#!/bin/sh\necho \"$@\"\n"
        try Files.replace(folder.path + "/openclaw", with: openclaw.utf8, mode: 0o755)
        let hook = try #require(try gateway().afterStop.first)
        func run(_ code: String) throws -> String {
            let environment = ["HOSTD_EXIT_CODE=\(code)", "HOSTD_MAIN_PID=4711"]
            return try self.run(hook, path: folder.path, in: folder, environment).output
        }
        #expect(try run("0") == "gateway restart-handoff consume --expected-pid 4711 --json\n")
        #expect(try run("1") == "")
        #expect(try run("") == "", "ended by a signal")
    }

    private func run(
        _ command: [String], path: String, in folder: TemporaryFolder, _ environment: [String] = []
    ) throws -> (status: Int32, output: String) {
        let file = "\(folder.path)/output.\(Clock.now.nanoseconds)"
        let output = try Descriptor(opening: file, O_WRONLY | O_CREAT)
        let process = try Processes.spawn(
            command[0], Array(command.dropFirst()), environment: environment + ["PATH=\(path)"], output: output.raw)
        let status = try Processes.reap(process.pid).status
        return ((status >> 8) & 0xff, try Files.readText(file))
    }
}
