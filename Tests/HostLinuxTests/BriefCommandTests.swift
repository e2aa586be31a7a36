// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

struct BriefCommandTests {
    private func shell(_ script: String, rights: FileRights? = nil) -> BriefCommand {
        BriefCommand("/bin/sh", ["-c", script], environment: ["PATH=/usr/bin:/bin"], rights: rights)
    }

    @Test func itAnswersWithItsExitCodeAndAllThatItWrote() throws {
        let answer = try shell("echo one; echo two >&2; exit 3").run(within: .seconds(60), limitBytes: 100)
        #expect(answer.code == 3)
        #expect(String(decoding: answer.output, as: UTF8.self) == "one\ntwo\n")
        #expect(try shell("kill -9 $$").run(within: .seconds(60), limitBytes: 100).code == 137)
    }

    @Test func itHasNothingOfOurEnvironment() throws {
        let answer = try BriefCommand("/usr/bin/env", [], environment: ["A=1"]).run(
            within: .seconds(60), limitBytes: 1000)
        #expect(String(decoding: answer.output, as: UTF8.self) == "A=1\n")
    }

    @Test func oneThatHangsIsKilledWithItsChildren() throws {
        let folder = try TemporaryFolder()
        let script = "sleep 1000 & echo $! > \(folder.path)/pid; mv \(folder.path)/pid \(folder.path)/child; wait"
        #expect(throws: BriefCommand.Failure.late(.seconds(5))) {
            try shell(script).run(within: .seconds(5), limitBytes: 100)
        }
        let child = try #require(Int32(Files.readText(folder.path + "/child").split(separator: "\n").first ?? ""))
        try waitUntil("its child is gone") { Processes.isZombie(child) }
    }

    @Test func oneThatWritesWithoutEndIsKilled() throws {
        #expect(throws: BriefCommand.Failure.tooMuch(1000)) {
            try shell("yes").run(within: .seconds(60), limitBytes: 1000)
        }
    }

    @Test(.enabled(if: getuid() == 0)) func itRunsWithTheRightsOfAnotherUserAlone() throws {
        let answer = try shell("id -u; id -g; id -G; pwd; grep NoNewPrivs /proc/self/status", rights: .nobody).run(
            within: .seconds(60), limitBytes: 1000)
        #expect(String(decoding: answer.output, as: UTF8.self) == "65534\n65534\n65534\n/\nNoNewPrivs:\t1\n")
    }

    @Test func whatIsNotThereIsSaid() {
        #expect(throws: BriefCommand.Failure.notStarted("cannot start /none: No such file or directory")) {
            try BriefCommand("/none", [], environment: []).run(within: .seconds(60), limitBytes: 10)
        }
    }
}
