// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

@Suite struct JobWaitTests {
    @Test(
        arguments: [
            (Samples.job(42, "succeeded"), 0), (Samples.failure(42, code: 1), 1), (Samples.failure(42, code: 125), 125),
            (Samples.failure(42, code: 255), 255), (Samples.failure(42, code: 0), 1), (Samples.failure(42), 1),
            (Samples.failure(42, signal: 9), 137), (Samples.failure(42, signal: 15), 143),
            (Samples.job(42, "cancelled"), 1), (Samples.job(42, "held"), 1),
        ] as [(JobStatus, Int32)])
    func theExitCodeIsThatOfTheJob(job: JobStatus, code: Int32) throws {
        let standIn = try StandIn(JobHost([Samples.job(42, "running"), job]).answer)
        #expect(try Hostctl.run(["job", "wait", "42"], at: standIn).code == code)
        #expect(standIn.questions.map(\.target) == ["/v1/jobs/42", "/v1/jobs/42?wait_s=20"])
    }

    @Test func itSaysHowTheJobEnded() throws {
        var done = Samples.job(42, "succeeded", "the program says so")
        done.result = "no findings\nat all"
        done.brief.attemptCount = 1
        let failed = Samples.failure(43, code: 2)
        let standIn = try StandIn(JobHost([done, failed]).answer)
        let both = try Hostctl.run(["job", "wait", "job-42", "43", "42"], at: standIn)
        #expect(both.out == "42: succeeded after 1 attempt in 3m 12s: no findings\\nat all\n")
        #expect(both.err == "43: failed after 3 attempts: it did not work\n" && both.code == 2)
        let json = try Hostctl.run(["job", "wait", "42", "--json"], at: standIn)
        #expect(try JobStatus(json: JSON(parsing: Array(json.out.utf8))) == done)
    }

    @Test func ofSeveralTheFirstInTheLineThatDidNotSucceedCounts() throws {
        let host = JobHost([
            Samples.job(1, "running"), Samples.job(1, "running"), Samples.failure(1, code: 3),
            Samples.failure(2, code: 4),
            Samples.job(3, "running"), Samples.job(3, "succeeded"),
        ])
        let result = try Hostctl.run(["job", "wait", "3", "1", "2"], at: try StandIn(host.answer))
        #expect(result.out == "3: succeeded after 3 attempts in 3m 12s\n")
        #expect(result.err.split(separator: "\n").map { $0.prefix(1) } == ["2", "1"], "each when it is over")
        #expect(result.code == 3)
    }

    @Test func aHeldJobSaysWhyAndHowToGoOn() throws {
        let host = JobHost([Samples.job(42, "held", "it has no model")])
        let result = try Hostctl.run(["job", "wait", "42"], at: try StandIn(host.answer))
        #expect(result.err == "42: held: it has no model (hostctl job release 42 goes on with it)\n")
        #expect(result.code == 1 && result.out.isEmpty)
    }

    @Test func aHoldCanBeWaitedThrough() throws {
        let host = JobHost([Samples.job(42, "held"), Samples.job(42, "running"), Samples.job(42, "succeeded")])
        let standIn = try StandIn(host.answer)
        #expect(try Hostctl.run(["job", "wait", "42", "--through-hold"], at: standIn).code == 0)
        #expect(
            standIn.questions.map(\.target) == ["/v1/jobs/42", "/v1/jobs/42", "/v1/jobs/42?wait_s=20"],
            "a held job is told of at once, and would be for ever")
    }

    @Test func whatIsNotThroughInTimeIsSaid() throws {
        let host = JobHost([Samples.job(42, "waiting", "backoff 15 s")])
        let result = try Hostctl.run(["job", "wait", "42", "--timeout", "50ms"], at: try StandIn(host.answer))
        #expect(
            result.err == "42: still waiting after 50 ms (it goes on; hostctl job show 42 says how far it is)\n")
        #expect(result.code == 1)
    }

    @Test func anUnknownJobEndsWith4AndTheOthersAreWaitedFor() throws {
        let standIn = try StandIn(JobHost([Samples.job(42, "succeeded")]).answer)
        let one = try Hostctl.run(["job", "wait", "41"], at: standIn)
        #expect(one.err == "hostctl: there is no job 41 (hostctl job list)\n" && one.code == 4)
        let both = try Hostctl.run(["job", "wait", "41", "42"], at: standIn)
        #expect(both.out.hasPrefix("42: succeeded") && both.code == 4)
    }

    @Test func aHostdThatIsAwayMeanwhileIsWaitedFor() throws {
        let folder = try TemporaryFolder()
        var standIn: StandIn? = try StandIn(in: folder, JobHost([Samples.job(42, "running")]).answer)
        let running = try RunningHostctl(["job", "wait", "42"], at: standIn)
        try waitUntil("some looks") { (standIn?.questions.count ?? 0) > 2 }
        standIn = nil
        let again = try StandIn(in: folder, JobHost([Samples.failure(42, code: 7)]).answer)
        #expect(try running.wait() == 7)
        #expect(!again.questions.isEmpty)
    }

    @Test func onATerminalABarShowsHowFarItIs() throws {
        var job = Samples.job(42, "running")
        job.brief.progress = JobBrief.Progress(done: 80, total: 200, text: "tests")
        let running = JobHost([job])
        let done = JobHost([Samples.job(42, "succeeded")])
        // As long as it takes for a person to wonder.
        let end = Clock.now + .milliseconds(1500)
        let standIn = try StandIn { Clock.now < end ? running.answer($0) : done.answer($0) }
        let result = try PseudoTerminal.run(["job", "wait", "42"], at: standIn, columns: 100)
        #expect(result.out.contains("job 42: running  █████████░░░░░░░░░░░░░░░ 40%  80/200 tests, 1s so far"))
        #expect(result.out.hasSuffix("42: succeeded after 3 attempts in 3m 12s\n") && result.code == 0)
    }
}
