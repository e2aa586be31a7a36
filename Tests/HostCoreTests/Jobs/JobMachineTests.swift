// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// From submission to a running process, and what that says.
struct JobMachineTests {
    @Test func anAttemptIsLaunchedWhenItsIntentIsOnTheDiskAndNotBefore() {
        var job = JobSubject()
        #expect(job.phase == .queued && job.effects.isEmpty)
        #expect(job.take(.placed) == [.plan(job.machine.id.instance(1))])
        let write = job.take(.planned(job.machine.id.instance(1), AttemptPlan(session: "s", model: "m")))
        #expect(write == [.write(1)])
        #expect(job.machine.record(job.clock).isAttemptOpen && job.machine.attempt?.state == .launching)
        #expect(job.take(.written(0)).isEmpty, "an earlier write says nothing")
        #expect(job.take(.wake).isEmpty && job.machine.deadline == nil, "a disk that hangs is waited for")
        job.take(.written(1))
        #expect(job.effects.contains(.launch(job.instance)) && job.effects.told == [.starting])
        #expect(job.take(.written(1)).isEmpty, "once")
    }

    @Test func theWholeWayOfAJobThatSucceeds() {
        var job = JobSubject()
        job.launch(AttemptPlan(session: "s", model: "m"))
        #expect(job.started().told == [.started] && job.effects.writes == 1)
        #expect(job.phase == .running && job.machine.reason == "pid 100")
        #expect(job.exited(.code(0)).judges == 1)
        #expect(job.phase == .running, "until its output was read")
        #expect(job.take(.judged(job.instance, .succeeded("42 files"))).forgets == 0)
        #expect(job.machine.record(job.clock).phase == .succeeded, "what is written down is what follows")
        #expect(
            job.written() == [
                .forget(job.instance),
                .report(JobReport(kind: .succeeded, instance: job.instance, reason: "exit 0 after 1 s")),
            ])
        #expect(job.phase == .succeeded && job.machine.result == "42 files" && job.machine.exit == .code(0))
        let attempt = job.machine.attempt
        #expect(attempt?.state == .succeeded && attempt?.model == "m" && attempt?.endedMilliseconds == 5)
        #expect(job.machine.isWritten && job.machine.deadline == nil)
    }

    @Test func eventsOfOtherAttemptsAreIgnored() {
        var job = JobSubject()
        job.fail()
        job.wake()
        job.run()
        let before = job.machine
        let old = job.machine.id.instance(1)
        let report = ExitReport(status: .code(0), ran: .zero, wallMilliseconds: 0)
        for event: JobEvent in [
            .exited(old, report, treeEmpty: true), .treeEmpty(old), .keeperLost(old), .swept(old, killed: 1),
            .judged(old, .succeeded(nil)), .launchFailed(old, "no"), .neverRan(old), .loops(old, "no"),
            .overLimit(old, "no"), .session(old, "x"), .progressed(old, JobProgress(done: 1)), .checkpoint(old, "x"),
            .sign(old), .busy(old), .planned(old, AttemptPlan()), .unplannable(old, "no"), .placed,
        ] {
            #expect(job.take(event).isEmpty && job.machine == before, "\(event)")
        }
    }

    @Test func whatCannotBePlannedIsHeld() {
        var job = JobSubject()
        job.take(.placed)
        job.take(.unplannable(job.machine.id.instance(1), "its kind is not there"))
        #expect(job.phase == .held && job.machine.reason == "its kind is not there" && job.machine.attempts == 0)
        var other = JobSubject()
        other.take(.placed)
        other.wake()
        #expect(other.phase == .held && other.machine.reason == "nobody could say how it is launched")
    }

    @Test func aKeeperThatSaysNothingIsEndedAndTheAttemptCounts() {
        var job = JobSubject()
        job.launch()
        #expect(job.wake().contains(.endTree(job.instance)))
        job.take(.keeperLost(job.instance))
        #expect(job.effects.contains(.sweep(job.instance)))
        job.take(.swept(job.instance, killed: 0))
        job.take(.judged(job.instance, .failed(AttemptFailure(.counted, "nothing"))))
        #expect(job.machine.failures == 1 && job.machine.reason.hasPrefix("its keeper said nothing for "))
    }

    @Test func aLaunchThatFailsIsJudgedAndOneThatIsRefusedIsNoFault() {
        var job = JobSubject()
        job.launch()
        #expect(job.take(.launchFailed(job.instance, "no memory")).judges == 1)
        var refused = JobSubject()
        refused.launch()
        refused.take(.launchRefused(refused.instance, "Node is not as it was pinned"))
        refused.written()
        #expect(refused.machine.disruptions == 1 && refused.machine.failures == 0 && refused.backoff != nil)
        var killed = JobSubject()
        killed.launch()
        killed.take(.neverRan(killed.instance))
        killed.written()
        #expect(killed.phase == .queued && killed.machine.disruptions == 1, "at once")
    }

    @Test func aConditionThatItNeedsIsWaitedForAndItsTurnAfterThat() {
        var job = JobSubject(JobRules(needs: [.network]))
        job.take(.conditions([.disk], turn: .zero))
        #expect(job.phase == .queued, "the disk is not needed")
        #expect(job.take(.conditions([.network], turn: .zero)).told == [.waiting])
        #expect(job.machine.reason == "network is critical" && job.machine.deadline == nil)
        job.take(.conditions([], turn: .seconds(5)))
        #expect(job.phase == .waiting && job.machine.deadline == job.now + .seconds(5))
        job.take(.wake)
        #expect(job.phase == .waiting, "woken too early")
        job.wake()
        #expect(job.phase == .queued)
        job.take(.conditions([.network], turn: .zero))
        job.take(.conditions([], turn: .seconds(5)))
        job.take(.conditions([.network], turn: .zero))
        #expect(job.machine.state == .waiting(.condition(.network)), "it is gone again while its turn comes")
    }

    @Test func rulesThatChangeAreTakenAtOnce() {
        var job = JobSubject(JobRules(needs: [.network]))
        job.take(.conditions([.network], turn: .zero))
        job.take(.configured(JobRules()))
        #expect(job.phase == .queued)
        job.run()
        job.take(.configured(JobRules(stall: StallRules(silence: .seconds(5), hard: nil))))
        #expect(job.machine.deadline == job.now + .seconds(5))
    }

    @Test func aJobThatIsNotThroughByItsDeadlineHasFailed() {
        let rules = JobRules(deadline: .seconds(100), stall: StallRules(silence: nil, hard: nil))
        var job = JobSubject(rules)
        #expect(job.wake().told == [.failed])
        #expect(job.phase == .failed && job.machine.reason == "the job's deadline has passed")
        var running = JobSubject(rules)
        running.run()
        running.wake()
        #expect(running.effects.told == [.stopping])
        running.ends(.failed(AttemptFailure(.counted, "exit 143")), .signal(15))
        #expect(running.phase == .failed && running.machine.reason.hasPrefix("the job's deadline has passed: "))
        var late = JobSubject(rules)
        late.run()
        late.pass(.seconds(100))
        late.take(.wake)
        late.ends(.succeeded("done"), .code(0))
        #expect(late.phase == .succeeded, "what is done is done")
    }

    @Test func anAttemptThatTakesTooLongCounts() {
        var job = JobSubject(
            JobRules(attemptTimeout: .seconds(50), stall: StallRules(silence: nil, hard: nil)))
        job.run()
        #expect(job.machine.deadline == job.now + .seconds(50))
        job.wake()
        job.ends(.failed(AttemptFailure(.disruption(retryAfter: .zero), "stopped")), .signal(15))
        #expect(job.machine.failures == 1 && job.machine.attempt?.state == .failed)
        #expect(job.machine.reason.contains("it took longer than an attempt may: stopped"))
    }

    @Test func onlyWhatIsNewIsProgress() {
        var job = JobSubject()
        job.run()
        #expect(job.take(.progressed(job.instance, JobProgress(done: 3, total: 9))).writes == 1)
        #expect(job.take(.progressed(job.instance, JobProgress(done: 3, total: 9))).isEmpty)
        #expect(job.take(.progressed(job.instance, JobProgress(done: 2, total: 9))).isEmpty, "done anew")
        #expect(job.take(.progressed(job.instance, JobProgress(done: 1, total: 4))).writes == 1, "another measure")
        #expect(job.take(.progressed(job.instance, JobProgress(text: "reading"))).writes == 1)
        #expect(job.take(.checkpoint(job.instance, "a")).writes == 1)
        #expect(job.take(.checkpoint(job.instance, "a")).isEmpty && job.take(.checkpoint(job.instance, "")).isEmpty)
        #expect(job.take(.session(job.instance, "s")).told == [.session] && job.machine.session == "s")
        #expect(job.take(.session(job.instance, "s")).isEmpty && job.take(.session(job.instance, "")).isEmpty)
    }

    @Test func whatItSaidLastIsHeardWhileItsOutputIsRead() {
        var job = JobSubject()
        job.run()
        job.exited(.code(1))
        job.take(.checkpoint(job.instance, "step 9"))
        job.take(.session(job.instance, "s"))
        job.take(.judged(job.instance, .failed(AttemptFailure(.counted, "it broke"))))
        #expect(job.machine.checkpoint == "step 9" && job.machine.session == "s")
        #expect(job.take(.checkpoint(job.instance, "later")).isEmpty, "not once it is judged")
    }

    @Test func aFurtherAttemptSaysThatItGoesOn() {
        var job = JobSubject()
        job.run(AttemptPlan(session: "s"))
        job.ends(.failed(AttemptFailure(.disruption(retryAfter: .zero), "529")))
        job.launch(AttemptPlan(session: "s", isResumed: true))
        #expect(job.machine.reason == "attempt 2, going on in session s" && job.machine.attempt?.isResumed == true)
        #expect(job.machine.record(job.clock).attempts == 2)
    }
}
