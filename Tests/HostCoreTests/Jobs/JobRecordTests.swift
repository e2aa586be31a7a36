// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// What is written down of a job is enough to go on with it.
struct JobRecordTests {
    @Test func everythingIsThereAgain() {
        var job = JobSubject {
            $0.key = "nightly"
            $0.kind = "review"
            $0.priority = 3
        }
        job.fail()
        job.wake()
        job.run(AttemptPlan(session: "s", model: "m"))
        job.take(.progressed(job.instance, JobProgress(done: 4, total: 9, text: "files")))
        job.take(.checkpoint(job.instance, "c"))
        let before = job.machine.record(job.clock)
        job.restart()
        var after = job.machine.record(job.clock)
        after.sinceMilliseconds = before.sinceMilliseconds
        #expect(after == before && job.machine.attempt?.model == "m")
        #expect(job.machine.state.instance == job.instance && job.machine.deadline != nil)
    }

    @Test func anOpenAttemptIsNeverLaunchedAgainOnAGuess() {
        var job = JobSubject()
        job.run()
        job.restart(after: .seconds(5))
        #expect(job.effects.launches == 0 && job.effects.told == [.adopted] && job.phase == .running)
        job.started()
        #expect(job.machine.state.process?.pid == 100)
        var lost = JobSubject()
        lost.launch()
        lost.restart()
        #expect(lost.take(.neverRan(lost.instance)).writes == 1 && lost.effects.launches == 0)
        lost.written()
        #expect(lost.phase == .queued)
    }

    @Test func anAttemptWhoseOwnRecordIsLostIsStillOpen() {
        var job = JobSubject()
        job.run()
        let machine = JobMachine(job.machine.record(job.clock), JobRules(), attempt: nil, seed: 1, job.clock)
        #expect(machine.state.instance == job.instance && machine.attempt?.isOpen == true)
    }

    @Test func theDeadlineIsCountedFromTheSubmissionAlsoAfterAReboot() {
        var job = JobSubject(JobRules(deadline: .seconds(1000)))
        job.pass(.seconds(400))
        let record = job.machine.record(job.clock)
        // The monotonic clock begins anew, the wall clock goes on.
        let clock = ClockPair(now: Instant(nanoseconds: 5_000_000_000), wallMilliseconds: job.clock.wallMilliseconds)
        let machine = JobMachine(record, job.machine.rules, seed: 1, clock)
        #expect(machine.deadline == clock.now + .seconds(600))
    }

    @Test func whatIsBeingWrittenDownIsWhatFollows() {
        for (verdict, phase): (AttemptVerdict, JobPhase) in [
            (.succeeded(nil), .succeeded), (.failed(AttemptFailure(.permanent, "no key")), .failed),
            (.failed(AttemptFailure(.counted, "no")), .waiting),
        ] {
            var job = JobSubject()
            job.run()
            job.exited(.code(1))
            job.take(.judged(job.instance, verdict))
            #expect(job.phase == .running && job.machine.record(job.clock).phase == phase)
            job.restart()
            #expect(job.phase == phase && job.machine.attempts == 1, "and as if it had been heard")
        }
    }

    @Test func whatAnAttemptUsedStandsInTheRecordThatSaysHowItEnded() {
        let usage = AttemptUsage(tokensInput: 400, tokensOutput: 40, toolCalls: 3, toolFailures: 1)
        var job = JobSubject()
        var plan = AttemptPlan(model: "a/b")
        plan.tier = "agent"
        job.run(plan)
        job.exited(.code(0))
        #expect(job.machine.attempt?.usage == nil)
        #expect(job.take(.judged(job.instance, .succeeded(nil), usage: usage)).writes == 1)
        #expect(job.machine.attempt?.usage == usage && job.machine.attempt?.tier == "agent")
        #expect(job.machine.attempt?.state == .succeeded, "in one write")
    }

    @Test func theModelIsBlamedForAFailureAndNotForWhatEndedTheAttempt() {
        let blamed = AttemptVerdict.failed(AttemptFailure(.counted, "it loops", blame: .answers))
        var job = JobSubject()
        job.run()
        job.ends(blamed)
        #expect(job.machine.attempt?.blamesModel == true)
        for (event, state): (JobEvent, AttemptRecord.State) in [
            (.cancel, .cancelled), (.hold, .disrupted), (.interrupt("the disk is full"), .disrupted),
        ] {
            var job = JobSubject()
            job.run()
            job.take(event)
            job.ends(blamed, .signal(15))
            #expect(job.machine.attempt?.state == state && job.machine.attempt?.blamesModel == false, "\(state)")
        }
        var key = JobSubject()
        key.run()
        key.ends(.failed(AttemptFailure(.permanent, "401", blame: .refusedKey)))
        #expect(key.machine.attempt?.state == .failed && key.machine.attempt?.blamesModel == false)
    }

    @Test func bothClocksMeanTheSameMoment() {
        let clock = ClockPair(now: Instant(nanoseconds: 10_000_000_000), wallMilliseconds: 50_000)
        #expect(clock.wall(clock.now + .seconds(3)) == 53_000)
        #expect(clock.instant(47_000) == clock.now + .seconds(-3))
        #expect(clock.wall(.zero) == 40_000)
    }
}
