// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

/// What people want of a job, in each of its states, and how an attempt ends that nobody asked to.
@Suite struct JobRequestTests {
    /// Deaf to SIGTERM, and so is its child.
    private static let deaf = "trap '' TERM; (trap '' TERM; while :; do sleep 0.05; done) & echo $! > child; wait; wait"

    private func host(_ keys: String = "") throws -> HostUnderTest {
        let host = try HostUnderTest(
            """
            [kind.work]
            command = ["true"]
            backoff = "10ms"
            stop = { grace = "200ms" }
            \(keys)
            """)
        try host.start()
        return host
    }

    private func submission(_ host: HostUnderTest, _ script: String, kind: String? = "work") -> JobSubmission {
        var submission = JobSubmission(kind: kind, command: ["/bin/sh", "-c", script])
        submission.directory = host.dir
        return submission
    }

    private func act(_ host: HostUnderTest, _ verb: String, _ id: Int64, status: Int = 200) throws {
        let answer = try host.request("POST", "/v1/jobs/\(id)/\(verb)")
        #expect(answer.status == status, "\(verb): \(String(decoding: answer.body, as: UTF8.self))")
    }

    private func child(_ host: HostUnderTest) throws -> Int32 {
        try waitFor("the child") {
            (try? Files.readText(host.dir + "/child")).flatMap { $0.last == "\n" ? Int32($0.dropLast()) : nil }
        }
    }

    private func isGone(_ pid: Int32) -> Bool { !Files.exists("/proc/\(pid)") || Processes.isZombie(pid) }

    @Test func aCancelledJobIsGoneWithAllOfItsTreeAndStaysSo() throws {
        let host = try host()
        let id = try host.submit(submission(host, Self.deaf))
        let pid = try child(host)
        let wait = try RunningHostctl(host, ["job", "wait", "\(id)"])
        try act(host, "cancel", id)
        #expect(isGone(pid))
        let job = try host.job(id)
        #expect(job.brief.state == "cancelled" && job.attempts.map(\.state) == ["cancelled"])
        #expect(job.brief.reason.hasPrefix("cancelled by a person"), "\(job.brief.reason)")
        #expect(try wait.wait() == 1)
        for verb in ["cancel", "hold", "release"] { try act(host, verb, id, status: 409) }
        host.kill()
        try host.start()
        #expect(try host.job(id).brief.state == "cancelled")
    }

    @Test(arguments: ["cancel", "hold"])
    func whatAPersonWantedIsNotForgottenWithHostdWhileTheAttemptEnds(verb: String) throws {
        let host = try host("[kind.slow]\ncommand = [\"true\"]\nstop = { grace = \"2s\" }\n")
        let id = try host.submit(submission(host, Self.deaf, kind: "slow"))
        let pid = try child(host)
        try act(host, verb + "?wait=false", id)
        // On the disk is what a list without the board would show: asked after the write of the wish.
        try waitUntil("the stop to be history") { try host.events("job-\(id)").contains { $0.kind == "job.stopping" } }
        host.kill()
        #expect(!isGone(pid))
        try host.start()
        let job = try host.waitJob(id, for: verb == "cancel" ? "cancelled" : "held")
        #expect(isGone(pid) && job.attempts.count == 1)
        guard verb == "hold" else { return }
        #expect(job.failures == 0 && job.attempts[0].state == "disrupted")
        try act(host, "cancel", id)
        try host.waitJob(id, for: "cancelled")
    }

    @Test func aHeldJobRestsOverARestartAndGoesOnWhenReleased() throws {
        let host = try host()
        let id = try host.submit(submission(host, "[ -e go ] && exit 0; touch began; exec sleep 1000"))
        try waitUntil("it to begin") { Files.exists(host.dir + "/began") }
        try act(host, "hold", id)
        #expect(try host.job(id).brief.state == "held")
        #expect(try host.hostctl("job", "wait", "\(id)").status == 1, "it will not go on by itself")
        try act(host, "hold", id, status: 409)
        try host.stop()
        try host.start()
        try host.waitJob(id, for: "held")
        try Files.replace(host.dir + "/go", with: [])
        try act(host, "release", id)
        try host.waitJob(id, for: "succeeded")
        #expect(try host.hostctl("job", "wait", "\(id)").status == 0)
        var held = submission(host, "true")
        held.isHeld = true
        let heldID = try host.submit(held)
        try host.waitJob(heldID, for: "held")
        try act(host, "retry", heldID)
        try host.waitJob(heldID, for: "succeeded")
    }

    @Test func aJobThatWaitsIsHeldReleasedAndCancelled() throws {
        let host = try host("[kind.patient]\ncommand = [\"true\"]\nbackoff = \"1h\"\nmax_backoff = \"1h\"\n")
        let script = "echo again >> tries; [ $(wc -l < tries) -ge 3 ]"
        let id = try host.submit(submission(host, script, kind: "patient"))
        let waiting = try host.waitJob(id, for: "waiting")
        #expect(waiting.failures == 1 && waiting.brief.nextAttemptAt != nil)
        #expect(waiting.brief.reason.contains("exit 1"), "\(waiting.brief.reason)")
        try act(host, "hold", id)
        try act(host, "release", id)
        try host.waitJob(id, for: "waiting") { $0.attempts.count == 2 }
        host.kill()
        try host.start()
        let after = try host.waitJob(id, for: "waiting")
        #expect(after.attempts.count == 2 && after.brief.nextAttemptAt != nil, "the back-off survives")
        try act(host, "retry", id)
        try host.waitJob(id, for: "succeeded")
        #expect(try host.job(id).attempts.count == 3)
        let other = try host.submit(submission(host, "exit 1", kind: "patient"))
        try host.waitJob(other, for: "waiting")
        try act(host, "cancel", other)
        #expect(try host.job(other).brief.state == "cancelled")
        try act(host, "retry", other)
        try host.waitJob(other, for: "waiting")
        #expect(try host.job(other).attempts.count == 2)
    }

    @Test func aJobThatUsedUpItsAttemptsHasFailedWithTheLastReasonAndTheExitOfItsProgram() throws {
        let host = try host("attempts = 3\n")
        let id = try host.submit(submission(host, "echo this is broken; exit 9"))
        let job = try host.waitJob(id, for: "failed")
        #expect(job.attempts.count == 3 && job.failures == 3 && job.exit?.code == 9)
        #expect(job.brief.reason.contains("3 failures without progress"), "\(job.brief.reason)")
        #expect(job.brief.reason.contains("exit 9"), "\(job.brief.reason)")
        let wait = try host.hostctl("job", "wait", "\(id)")
        #expect(wait.status == 9 && wait.output.contains("failed after 3 attempts"), "\(wait)")
        try act(host, "retry", id)
        try host.waitJob(id, for: "failed") { $0.attempts.count == 6 }
        #expect(try host.hostctl("job", "wait", "9999").status == 4)
    }

    @Test func aProgramThatIsNotThereFailsAtOnceUnlessItWasThere() throws {
        let host = try host("[kind.tool]\ncommand = [\"/nonexistent/tool\"]\n")
        let id = try host.submit(JobSubmission(kind: "tool"))
        let job = try host.waitJob(id, for: "failed")
        #expect(job.attempts.count == 1 && job.brief.reason.contains("/nonexistent/tool"), "\(job.brief.reason)")
        let program = host.dir + "/tool"
        try Files.replace(program, with: Array("#!/bin/sh\n[ -e \(host.dir)/go ] || exit 1\n".utf8), mode: 0o755)
        var submission = JobSubmission(kind: "work", command: [program])
        submission.backoff = "300ms"
        let other = try host.submit(submission)
        try host.waitJob(other, for: "waiting")
        try Files.remove(program)
        try host.waitJob(other, for: "waiting") { $0.failures >= 2 }
        try Files.replace(host.dir + "/go", with: [])
        try Files.replace(program, with: Array("#!/bin/sh\nexit 0\n".utf8), mode: 0o755)
        try host.waitJob(other, for: "succeeded")
    }

    @Test func anAttemptThatTakesTooLongCountsAndAJobThatDoesHasFailed() throws {
        let host = try host("attempts = 2\n")
        var slow = submission(host, "exec sleep 1000")
        slow.attemptTimeout = "1s"
        let slowID = try host.submit(slow)
        var late = submission(host, "exec sleep 1000")
        late.deadline = "1s"
        let lateID = try host.submit(late)
        let failed = try host.waitJob(slowID, for: "failed")
        #expect(failed.attempts.count == 2 && failed.attempts.allSatisfy { $0.reason.contains("longer") })
        let over = try host.waitJob(lateID, for: "failed")
        #expect(over.attempts.count == 1 && over.brief.reason.hasPrefix("the job's deadline has passed"))
        #expect(try host.hostctl("job", "wait", "\(lateID)").status != 0)
    }

    @Test func aKindThatIsGoneHoldsItsJobsAndOneThatIsBackLetsThemGoOn() throws {
        let host = try host("[kind.other]\ncommand = [\"true\"]\nbackoff = \"400ms\"\njitter = \"0%\"\n")
        let id = try host.submit(submission(host, "[ -e go ] || exit 1", kind: "other"))
        try host.waitJob(id, for: "waiting")
        try host.configure("")
        _ = try host.json("POST", "/v1/reload")
        let held = try host.waitJob(id, for: "held")
        #expect(held.brief.reason.contains("there is no kind \"other\""), "\(held.brief.reason)")
        try host.configure("[kind.other]\ncommand = [\"true\"]\nattempts = 20\nbackoff = \"10ms\"\n")
        _ = try host.json("POST", "/v1/reload")
        try Files.replace(host.dir + "/go", with: [])
        try act(host, "release", id)
        try host.waitJob(id, for: "succeeded")
    }

    @Test func aReloadChangesTheRulesOfJobsThatAreUnderWay() throws {
        let host = try host("attempts = 1000\n")
        let id = try host.submit(submission(host, "exit 1"))
        try host.waitJob(id, for: "waiting", "queued", "running") { $0.failures >= 2 }
        let hung = try host.submit(submission(host, "exec sleep 1000"))
        try host.waitJob(hung, for: "running") { $0.pid != nil }
        try host.configure(
            "[kind.work]\ncommand = [\"true\"]\nattempts = 2\nattempt_timeout = \"1s\"\nstop = { grace = \"200ms\" }\n")
        _ = try host.json("POST", "/v1/reload")
        try host.waitJob(id, for: "failed")
        let job = try host.waitJob(hung, for: "waiting", "failed") { $0.failures >= 1 }
        #expect(job.attempts[0].reason.contains("longer than an attempt may"))
    }
}
