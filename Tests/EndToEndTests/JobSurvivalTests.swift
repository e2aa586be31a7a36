// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostCore
import HostLaunch
import HostLinux
import HostWire
import TestKit
import Testing

/// A long job under everything that can be killed: each step is done once, in order, and there is one result.
@Suite struct JobSurvivalTests {
    private static let steps = 200

    /// A host with a kind of job that does steps, and the file that they are appended to.
    private func host() throws -> HostUnderTest {
        let script = Gateway.fixtures + "/steps.py"
        return try HostUnderTest(
            """
            [kind.steps]
            command = ["python3", "\(script)", "steps", "\(Self.steps)", "0.02"]
            attempts = 50
            backoff = "10ms"
            """)
    }

    private func submission(_ host: HostUnderTest) -> JobSubmission {
        var submission = JobSubmission(kind: "steps")
        submission.directory = host.dir
        return submission
    }

    private func stepsDone(_ host: HostUnderTest) -> [String] {
        let text = (try? Files.readText(host.dir + "/steps", limit: 1 << 20)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    private func expectAllSteps(_ host: HostUnderTest, _ id: Int64) throws {
        #expect(stepsDone(host) == (1...Self.steps).map { "\($0)" })
        // History is written a moment later, and holds no more than one of it however long one waits.
        let successes = { try host.events("job-\(id)").filter { $0.kind == "job.succeeded" }.count }
        try waitUntil("its success to be history") { try successes() > 0 }
        #expect(try successes() == 1)
        let job = try host.job(id)
        #expect(job.result == "all steps are done")
        #expect(job.attempts.filter { $0.state == "succeeded" }.count == 1)
        #expect(Set(job.attempts.map(\.number)).count == job.attempts.count)
        #expect(!job.attempts.contains { $0.endedAt == nil })
    }

    @Test func hundredKillsOfAnythingInTurnLoseNoStepAndDoNoneTwice() throws {
        let host = try host()
        try host.start()
        let id = try host.submit(submission(host))
        var generator = SplitMix64(seed: UInt64(getpid()))
        for round in 0..<100 {
            // A moment that differs from round to round, measured in steps.
            let before = stepsDone(host).count
            let more = Int(generator.next() % 3)
            try waitUntil("steps to go on", seconds: 60) {
                stepsDone(host).count >= min(before + more, Self.steps - 1)
            }
            switch round % 4 {
            case 0: if let pid = try host.job(id).pid { kill(pid, SIGKILL) }
            case 1:
                if let instance = try host.job(id).instance, let keeper = host.keeper(of: instance) {
                    kill(keeper, SIGKILL)
                }
            case 2:
                host.kill()
                try host.start()
                try waitUntil("the store to have spoken") { (try? host.job(id)) != nil }
            default: if let logger = host.loggerPid { kill(logger, SIGKILL) }
            }
        }
        try host.waitJob(id, for: "succeeded", seconds: 120)
        try expectAllSteps(host, id)
        try waitUntil("all folders to go") { host.instanceFolders().isEmpty }
        #expect(try Files.list(host.dir + "/state/jobs").isEmpty)
    }

    @Test func aRebootInTheMiddleIsGoneOnFrom() throws {
        let host = try host()
        try host.start()
        let id = try host.submit(submission(host))
        for round in 1...4 {
            try waitUntil("steps to go on", seconds: 60) { stepsDone(host).count >= 40 * round }
            try host.losePower()
            try host.start()
        }
        let job = try host.waitJob(id, for: "succeeded", seconds: 120)
        try expectAllSteps(host, id)
        #expect(job.attempts.filter { $0.state == "disrupted" }.count == 4)
        #expect(job.failures == 0)
    }

    @Test func aResultThatHostdDidNotSeeIsNotGotAgainAfterAReboot() throws {
        let host = try host()
        try host.start()
        let id = try host.submit(submission(host))
        try host.waitJob(id, for: "running") { $0.pid != nil }
        host.kill()
        try waitUntil("the job to be through", seconds: 60) { host.instanceFolders().first?.record("exit") != nil }
        try host.losePower()
        try host.start()
        let job = try host.waitJob(id, for: "succeeded")
        #expect(job.attempts.count == 1)
        try expectAllSteps(host, id)
    }

    @Test func aStopOfHostdIsNoFailureAndTheNextHostdGoesOn() throws {
        let host = try host()
        try host.start()
        let id = try host.submit(submission(host))
        try waitUntil("some steps", seconds: 60) { stepsDone(host).count >= 20 }
        #expect(try host.stop() == 0)
        let done = stepsDone(host).count
        #expect(done < Self.steps)
        try host.start()
        let job = try host.waitJob(id, for: "succeeded", seconds: 60)
        #expect(job.attempts.map(\.state) == ["disrupted", "succeeded"])
        #expect(job.attempts[0].reason.contains("hostd stops"))
        try expectAllSteps(host, id)
    }
}
