// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// How attempts are ended, and how it is proven that nothing is left of them.
struct JobEndingTests {
    private let saving = JobRules(checkpointRequest: CheckpointRequest(signal: 10, patience: .seconds(20)))
    private let stop = StopSpecification(signal: 2, target: .group, grace: .seconds(60), leftovers: .seconds(5))
    private let disrupted = AttemptVerdict.failed(AttemptFailure(.counted, "exit 143"))

    @Test func beforeAPlannedStopItIsAskedForACheckpoint() {
        for event: JobEvent in [
            .hold, .shutDown, .interrupt("the disk is critical"), .overLimit(JobSubject().first, "2 GiB"),
        ] {
            var job = JobSubject(saving)
            job.run()
            job.take(event)
            #expect(job.effects.contains(.askForCheckpoint(job.instance, signal: 10)), "\(event)")
            #expect(!job.effects.contains(.signal(job.instance, number: 15, to: .main)))
            job.take(.checkpoint(job.instance, "step 4"))
            #expect(job.effects.contains(.signal(job.instance, number: 15, to: .main)), "it is there: \(event)")
        }
    }

    @Test func aCheckpointIsNotWaitedForLongerThanItsPatience() {
        var job = JobSubject(saving)
        job.run()
        job.take(.hold)
        job.pass(.seconds(19))
        #expect(job.take(.wake).isEmpty)
        #expect(job.wake() == [.signal(job.instance, number: 15, to: .main)])
    }

    @Test func beforeACancelAHangOrADeadlineItIsNotAsked() {
        for event: JobEvent in [.cancel, .loops(JobSubject().first, "the same error 50 times")] {
            var job = JobSubject(saving)
            job.run()
            job.take(event)
            #expect(job.effects.contains(.signal(job.instance, number: 15, to: .main)), "\(event)")
        }
        var late = JobSubject(
            JobRules(
                deadline: .seconds(9), stall: StallRules(silence: nil, hard: nil),
                checkpointRequest: CheckpointRequest(signal: 10)))
        late.run()
        #expect(late.wake().contains(.signal(late.instance, number: 15, to: .main)))
    }

    @Test func aStopIsAskedForThenKilledInRoundsThenTheKeeperIsTakenForLost() {
        var job = JobSubject(JobRules(stop: stop))
        job.run()
        #expect(job.take(.hold).contains(.signal(job.instance, number: 2, to: .group)))
        #expect(job.machine.deadline == job.now + .seconds(60))
        #expect(job.wake().contains(.endTree(job.instance)) && job.effects.told == [.killing])
        #expect(job.wake() == [.endTree(job.instance)])
        #expect(job.wake() == [.endTree(job.instance)])
        #expect(job.wake().contains(.sweep(job.instance)) && job.effects.told == [.keeperLost])
        #expect(job.wake() == [.sweep(job.instance)], "until it is answered")
        #expect(job.take(.swept(job.instance, killed: 3)).judges == 1)
        job.take(.judged(job.instance, disrupted))
        job.written()
        #expect(job.phase == .held && job.machine.attempt?.state == .disrupted)
    }

    @Test func aCommandStopsWhatHasOne() {
        var job = JobSubject(JobRules(stop: StopSpecification(command: ["stop"])))
        job.run()
        #expect(job.take(.cancel).contains(.runStop(job.instance)))
    }

    @Test func whatHangsGetsNoLongGrace() {
        var job = JobSubject(JobRules(stop: StopSpecification(grace: .seconds(330))))
        job.run()
        job.wake()
        #expect(job.phase == .stalled && job.effects.told == [.stalled])
        #expect(job.machine.reason.hasPrefix("it hangs: no output, no progress"))
        #expect(job.machine.deadline == job.now + .seconds(30))
        job.ends(disrupted, .signal(9))
        #expect(job.machine.failures == 1, "a hang counts")
    }

    @Test func nothingIsJudgedBeforeTheTreeIsEmpty() {
        var job = JobSubject(JobRules(stop: stop))
        job.run()
        #expect(job.exited(.code(0), treeEmpty: false).judges == 0)
        #expect(job.machine.deadline == job.now + .seconds(15), "the keeper ends it, and has time for that")
        #expect(job.wake() == [.endTree(job.instance)])
        job.wake()
        job.wake()
        #expect(job.wake().contains(.sweep(job.instance)), "it does not obey")
        #expect(job.take(.swept(job.instance, killed: 1)).judges == 1)
        #expect(job.machine.state.instance == job.instance)
        job.take(.judged(job.instance, .succeeded(nil)))
        #expect(job.written().told == [.succeeded] && job.machine.exit == .code(0), "what is known stays known")
    }

    @Test func theKeeperSaysLaterThatTheTreeIsEmpty() {
        var job = JobSubject()
        job.run()
        job.exited(.code(0), treeEmpty: false)
        #expect(job.take(.treeEmpty(job.instance)).judges == 1)
        var twice = JobSubject()
        twice.run()
        twice.exited(.code(0), treeEmpty: false)
        #expect(twice.exited(.code(0), treeEmpty: true).judges == 1, "or its record is read again")
    }

    @Test func aKeeperThatIsKilledLeavesNothingBehind() {
        var job = JobSubject()
        job.run()
        job.take(.keeperLost(job.instance))
        #expect(job.effects.contains(.sweep(job.instance)) && job.phase == .running)
        #expect(job.take(.keeperLost(job.instance)).isEmpty, "once")
        #expect(job.exited(.code(0), treeEmpty: false).isEmpty, "late words of it change nothing")
        #expect(job.take(.swept(job.instance, killed: 2)).told == [.swept] && job.effects.judges == 1)
    }

    @Test func aStopBeforeItsProcessIsHeardOfIsCarriedOutThen() {
        var job = JobSubject()
        job.launch()
        #expect(job.take(.cancel).writes == 1)
        #expect(job.started().contains(.signal(job.instance, number: 15, to: .main)))
        job.ends(disrupted, .signal(15))
        #expect(job.phase == .cancelled && job.machine.attempt?.state == .cancelled)
        var silent = JobSubject()
        silent.launch()
        silent.take(.cancel)
        #expect(silent.wake().contains(.endTree(silent.instance)), "and where nothing is heard, all is killed")
    }

    @Test func aStrongerCauseTakesTheWeakersPlace() {
        var job = JobSubject()
        job.run()
        job.take(.loops(job.instance, "the same error"))
        job.take(.interrupt("the disk is critical"))
        #expect(job.machine.reason == "the disk is critical" && job.phase == .running)
        job.take(.shutDown)
        job.take(.interrupt("memory"))
        #expect(job.machine.reason == "hostd stops")
        job.take(.hold)
        job.take(.cancel)
        job.take(.hold)
        #expect(job.machine.reason == "cancelled by a person" && job.machine.wish == .cancel)
        job.ends(disrupted)
        #expect(job.phase == .cancelled)
    }

    @Test func whatTheHostEndsGoesOnAtOnce() {
        for event: JobEvent in [.shutDown, .interrupt("the disk is critical")] {
            var job = JobSubject()
            job.run()
            job.take(event)
            job.ends(disrupted, .signal(15))
            #expect(job.phase == .queued && job.machine.failures == 0 && job.machine.disruptions == 1)
        }
    }

    @Test func aShutDownBeforeTheLaunchPreventsIt() {
        for isPlanned in [false, true] {
            var job = JobSubject()
            job.take(.placed)
            if isPlanned { job.take(.planned(job.first, AttemptPlan())) }
            job.take(.shutDown)
            if !isPlanned { job.take(.planned(job.first, AttemptPlan())) }
            job.written()
            #expect(job.effects.launches == 0)
        }
    }

    @Test func silenceAndBusyLoopsAreHangsAndTimeAwayIsNot() {
        var job = JobSubject()
        job.run()
        for _ in 1...3 {
            job.pass(.seconds(590))
            job.take(.busy(job.instance))
        }
        job.wake()
        #expect(job.machine.reason == "it hangs: no progress for 30 min, though it is busy", "\(job.machine.reason)")
        var slept = JobSubject()
        slept.run()
        slept.pass(.seconds(3000))
        slept.take(.away(.seconds(3000)))
        #expect(slept.take(.wake).isEmpty && slept.phase == .running)
        var working = JobSubject()
        working.run()
        for step in 1...9 {
            working.pass(.seconds(590))
            working.take(step.isMultiple(of: 2) ? .sign(working.instance) : .checkpoint(working.instance, "\(step)"))
            working.take(.wake)
        }
        #expect(working.phase == .running)
    }
}

extension JobSubject {
    fileprivate var first: InstanceID { machine.id.instance(1) }
}
