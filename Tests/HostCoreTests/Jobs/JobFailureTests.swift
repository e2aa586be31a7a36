// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// What follows an attempt that did not succeed.
struct JobFailureTests {
    private let counted = AttemptVerdict.failed(AttemptFailure(.counted, "it broke"))

    @Test func whatItCameToIsOnTheDiskBeforeAnythingIsForgotten() {
        var job = JobSubject()
        job.run()
        job.exited(.code(1))
        #expect(job.take(.judged(job.instance, counted)).writes == 1 && job.effects.forgets == 0)
        let record = job.machine.record(job.clock)
        #expect(record.phase == .waiting && !record.isAttemptOpen && record.failures == 1)
        #expect(record.notBeforeMilliseconds != nil && job.machine.attempt?.state == .failed)
        #expect(job.take(.placed).isEmpty && job.take(.wake).isEmpty, "nothing goes on before")
        job.written()
        #expect(job.effects.first == .forget(job.instance) && job.effects.told == [.retrying, .waiting])
    }

    @Test func countedFailuresWithoutProgressEndTheJob() {
        var job = JobSubject(JobRules(attempts: 3))
        job.fail()
        job.fail()
        #expect(job.phase == .waiting && job.machine.failures == 2)
        #expect(job.fail().told == [.failed])
        #expect(job.phase == .failed && job.machine.reason == "3 failures without progress; the last one: it broke")
        var single = JobSubject(JobRules(attempts: 1))
        single.fail()
        #expect(single.phase == .failed && single.machine.reason == "it broke")
    }

    @Test func progressResetsWhatCounts() {
        var job = JobSubject(JobRules(attempts: 2))
        for step in 1...20 { job.fail(after: JobProgress(done: Double(step), total: 20)) }
        #expect(job.phase == .waiting && job.machine.failures == 1 && job.machine.attempts == 20)
        job.fail(after: JobProgress(done: 20, total: 20))
        #expect(job.phase == .failed, "what was there already is no progress")
    }

    @Test func progressResetsDisruptionsToo() {
        var job = JobSubject()
        for _ in 1...50 { job.fail(.disruption(retryAfter: .zero)) }
        #expect(job.machine.disruptions == 50)
        job.fail(.disruption(retryAfter: .zero), after: JobProgress(done: 1))
        #expect(job.machine.disruptions == 1)
    }

    @Test func aPermanentFailureEndsTheJobAtOnce() {
        var job = JobSubject()
        job.fail(.permanent)
        #expect(job.phase == .failed && job.machine.attempts == 1 && job.machine.attempt?.state == .failed)
    }

    @Test func aProgramThatRanBeforeAndIsNotThereIsTriedAgain() {
        var job = JobSubject()
        job.fail()
        job.fail(.permanent, .failedToStart("no such file"))
        #expect(job.phase == .waiting && job.machine.failures == 2)
        var first = JobSubject()
        first.fail(.permanent, .failedToStart("no such file"))
        #expect(first.phase == .failed)
    }

    @Test func disruptionsDoNotCountButAreBounded() {
        var job = JobSubject(JobRules(attempts: 1))
        for _ in 1..<100 { job.fail(.disruption(retryAfter: .zero)) }
        #expect(job.phase == .queued && job.machine.failures == 0)
        job.fail(.disruption(retryAfter: .zero))
        #expect(job.phase == .held)
        #expect(job.machine.reason == "100 disruptions without progress; the last one: it broke")
    }

    @Test func retryAfterIsObeyed() {
        var job = JobSubject()
        job.fail(.disruption(retryAfter: .seconds(77)))
        #expect(job.backoff == .seconds(77) && job.machine.attempt?.state == .disrupted)
        job.pass(.seconds(76))
        job.take(.wake)
        #expect(job.phase == .waiting)
        job.wake()
        #expect(job.phase == .queued && job.machine.reason == "")
    }

    @Test func aSessionThatIsGoneIsForgottenAndItIsTriedAtOnce() {
        var job = JobSubject()
        job.run(AttemptPlan(session: "s"))
        job.ends(.failed(AttemptFailure(.sessionGone, "No conversation found")))
        #expect(job.phase == .queued && job.machine.session == nil && job.machine.disruptions == 1)
        #expect(job.machine.record(job.clock).session == nil)
    }

    @Test func backOffDoublesWithinItsBoundsUpToItsCap() {
        for jitter in [0.0, 0.5, 1] {
            var job = JobSubject(
                JobRules(attempts: 60, backoff: .seconds(10), maxBackoff: .seconds(300), jitter: jitter))
            var highest = 10.0
            for _ in 1...55 {
                job.fail()
                let delay = job.backoff?.seconds ?? 0
                #expect(delay <= highest && delay >= highest * (1 - jitter), "\(delay) of \(highest)")
                highest = min(highest * 2, 300)
            }
        }
    }

    @Test func backOffSurvivesARestartOfHostd() {
        var job = JobSubject(JobRules(jitter: 0))
        job.fail()
        job.fail()
        #expect(job.backoff == .seconds(30))
        job.restart(after: .seconds(10))
        #expect(job.backoff == .seconds(20) && job.machine.failures == 2)
        job.restart(after: .seconds(20))
        #expect(job.phase == .queued)
    }

    @Test func aTimeThatIsFarAheadOnASetClockIsNotBelieved() {
        var job = JobSubject { $0.notBeforeMilliseconds = $0.createdMilliseconds + 400 * 86_400_000 }
        #expect(job.backoff == .seconds(86400))
        job.wake()
        #expect(job.phase == .queued)
    }

    @Test func whatFailsWhileTheHostIsInTroubleIsADisruption() {
        for (needs, critical, isExcused): ([ConditionKind], ConditionKind, Bool) in [
            ([.network], .network, true), ([], .network, false), ([], .disk, true), ([], .memory, true),
            ([], .power, false),
        ] {
            var job = JobSubject(JobRules(needs: needs))
            job.run()
            job.take(.conditions([critical], turn: .zero))
            job.take(.conditions([], turn: .zero))
            job.pass(.seconds(599))
            job.ends(counted)
            #expect(job.machine.failures == (isExcused ? 0 : 1), "\(critical) for what needs \(needs)")
            #expect(job.machine.disruptions == (isExcused ? 1 : 0))
        }
        var later = JobSubject()
        later.run()
        later.take(.conditions([.disk], turn: .zero))
        later.take(.conditions([], turn: .zero))
        later.pass(.seconds(600))
        later.ends(counted)
        #expect(later.machine.failures == 1, "long after that it is its own fault")
    }

    @Test func anEndThatNobodySawIsADisruption() {
        var job = JobSubject()
        job.fail(.counted, .unknown)
        #expect(job.machine.failures == 0 && job.machine.disruptions == 1 && job.phase == .queued)
    }

    @Test func whenNobodyAnswersTheExitAloneDecides() {
        for (status, phase): (ExitStatus, JobPhase) in [(.code(0), .succeeded), (.code(3), .waiting)] {
            var job = JobSubject()
            job.run()
            #expect(job.exited(status).judges == 1)
            #expect(job.take(.wake).isEmpty, "too early")
            #expect(job.wake().judges == 1 && job.wake().judges == 1)
            job.wake()
            job.written()
            #expect(job.phase == phase, "\(job.machine.reason)")
        }
    }
}
