// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// What people want of a job, in each state, and over restarts of hostd and of the host.
struct JobRequestTests {
    /// A way into each state.
    private enum Stage: CaseIterable {
        case queued, backoff, others, condition, planning, opening, launching, running, saving, asking, killing,
            clearing
        case sweeping, judging, held, succeeded, failed, cancelled

        func job() -> JobSubject {
            var job = JobSubject(
                JobRules(needs: [.network], checkpointRequest: CheckpointRequest(signal: 10))
            ) { if self == .others { $0.after = [JobID(3)].compactMap { $0 } } }
            switch self {
            case .queued, .others: break
            case .backoff: job.fail()
            case .condition: job.take(.conditions([.network], turn: .zero))
            case .planning: job.take(.placed)
            case .opening:
                job.take(.placed)
                job.take(.planned(job.machine.id.instance(1), AttemptPlan()))
            case .launching: job.launch()
            case .running: job.run()
            case .saving:
                job.run()
                job.take(.interrupt("memory"))
            case .asking:
                job = Stage.saving.job()
                job.wake()
            case .killing:
                job = Stage.asking.job()
                job.wake()
            case .clearing:
                job.run()
                job.exited(.code(1), treeEmpty: false)
            case .sweeping:
                job.run()
                job.take(.keeperLost(job.instance))
            case .judging:
                job.run()
                job.exited(.code(1))
            case .held: job.take(.hold)
            case .succeeded:
                job.run()
                job.ends(.succeeded(nil), .code(0))
            case .failed: job.fail(.permanent)
            case .cancelled: job.take(.cancel)
            }
            return job
        }

        var isUnderWay: Bool {
            switch self {
            case .launching, .running, .saving, .asking, .killing, .clearing, .sweeping: true
            default: false
            }
        }

        var isOver: Bool { [.succeeded, .failed, .cancelled].contains(self) }
    }

    /// The attempt that is under way comes to its end.
    private func finish(_ job: inout JobSubject) {
        for _ in 0..<40 {
            switch job.machine.state {
            case .launching: job.started()
            case .opening, .closing: job.written()
            case .judging: job.take(.judged(job.instance, .failed(AttemptFailure(.counted, "it broke"))))
            case .ending(let ending):
                switch ending.step {
                case .clearing: job.take(.treeEmpty(job.instance))
                case .sweeping: job.take(.swept(job.instance, killed: 0))
                default: job.exited(.signal(15))
                }
            default: return
            }
        }
    }

    @Test func cancelEndsAJobWhereverItIs() {
        for stage in Stage.allCases where stage != .judging && !stage.isOver {
            var job = stage.job()
            job.take(.cancel)
            #expect(job.effects.writes > 0, "\(stage)")
            finish(&job)
            #expect(job.phase == .cancelled, "\(stage): \(job.machine.reason)")
        }
    }

    @Test func holdRestsAJobWhereverItIs() {
        for stage in Stage.allCases where stage != .judging && !stage.isOver {
            var job = stage.job()
            job.take(.hold)
            finish(&job)
            #expect(job.phase == .held, "\(stage): \(job.machine.reason)")
            #expect(job.machine.deadline == nil)
        }
    }

    @Test func aWishThatComesWhileTheOutputIsReadIsNotForgotten() {
        for (wish, phase): (JobEvent, JobPhase) in [(.cancel, .cancelled), (.hold, .held)] {
            for isJudged in [false, true] {
                var job = Stage.judging.job()
                if isJudged { job.take(.judged(job.instance, .failed(AttemptFailure(.counted, "it broke")))) }
                job.take(wish)
                finish(&job)
                #expect(job.phase == phase, "\(wish), judged: \(isJudged)")
            }
        }
    }

    @Test func whatIsOverIsOnlyTriedAnew() {
        for stage in Stage.allCases where stage.isOver {
            var job = stage.job()
            let before = job.machine
            for event: JobEvent in [.cancel, .hold, .release, .interrupt("no"), .shutDown, .wake, .placed] {
                #expect(job.take(event).isEmpty && job.machine == before, "\(stage) \(event)")
            }
            #expect(job.take(.retry).told == [.retrying] && job.effects.writes == 1)
            #expect(job.phase == .queued && job.machine.result == nil && job.machine.exit == nil)
        }
    }

    @Test func releaseAndRetryAreForWhatRestsOrWaits() {
        for stage in Stage.allCases where !stage.isOver {
            for event: JobEvent in [.release, .retry] {
                var job = stage.job()
                let before = job.machine
                job.take(event)
                switch stage {
                case .held, .backoff, .others: #expect(job.phase == .queued, "\(stage) \(event)")
                case .condition: #expect(job.phase == .waiting, "what it needs it needs: \(event)")
                default: #expect(job.machine == before, "\(stage) \(event)")
                }
            }
        }
    }

    @Test func whatIsTriedAnewHasAllItsAttemptsAndAllItsTime() {
        var job = JobSubject(JobRules(attempts: 2, deadline: .seconds(1000)))
        job.fail()
        job.fail()
        #expect(job.phase == .failed)
        job.pass(.seconds(5000))
        job.take(.retry)
        #expect(job.phase == .queued && job.machine.failures == 0 && job.machine.attempts == 2)
        #expect(job.machine.deadline == job.now + .seconds(1000))
        job.run()
        #expect(job.instance.launch == 3, "numbers of attempts go on")
    }

    @Test func aDeadlineIsWaitedForInAHeldJobByNobody() {
        var job = JobSubject(JobRules(deadline: .seconds(100)))
        job.take(.hold)
        job.pass(.seconds(500))
        #expect(job.take(.wake).isEmpty && job.phase == .held)
        job.take(.release)
        #expect(job.phase == .queued, "it counts from the release")
    }

    @Test func aWishOutlivesHostd() {
        for (wish, phase): (JobEvent, JobPhase) in [(.cancel, .cancelled), (.hold, .held)] {
            for stage in Stage.allCases where stage.isUnderWay {
                var job = stage.job()
                job.take(wish)
                job.restart(after: .seconds(3))
                #expect(job.effects.told == [.adopted])
                job.started()
                finish(&job)
                #expect(job.phase == phase, "\(stage): \(job.machine.reason)")
                #expect(job.machine.wish == nil)
            }
        }
    }

    @Test func aWishOutlivesAReboot() {
        for (wish, phase): (JobEvent, JobPhase) in [(.cancel, .cancelled), (.hold, .held)] {
            var job = Stage.running.job()
            job.take(wish)
            job.restart()
            job.effects = job.machine.rebooted(at: job.now)
            finish(&job)
            #expect(job.phase == phase)
        }
    }

    @Test func afterARebootTheOutputSaysWhatItCameTo() {
        var job = Stage.running.job()
        job.restart()
        job.effects = job.machine.rebooted(at: job.now)
        #expect(job.effects.judges == 1)
        var done = job
        done.take(.judged(done.instance, .succeeded("all")))
        done.written()
        #expect(done.phase == .succeeded)
        job.take(.judged(job.instance, .failed(AttemptFailure(.counted, "no result"))))
        job.written()
        #expect(job.phase == .queued && job.machine.failures == 0 && job.machine.disruptions == 1)
        #expect(JobSubject().rebooted.isEmpty, "one without an attempt has nothing to lose")
    }
}

extension JobSubject {
    fileprivate var rebooted: [JobEffect] {
        var copy = machine
        return copy.rebooted(at: now)
    }
}
