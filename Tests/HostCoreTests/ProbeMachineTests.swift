// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct ProbeMachineTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)
    private let good = ProbeAnswer(ok: true, seen: "200")
    private let bad = ProbeAnswer(ok: false, seen: "503")

    private func machine(_ specification: ProbeSpecification) -> ProbeMachine {
        ProbeMachine(specification, start: start)
    }

    @Test func nothingIsDueBeforeItsTime() {
        var machine = machine(probe())
        #expect(machine.wake(at: start - .nanoseconds(1)) == nil)
        #expect(machine.wake(at: start) == .ask(number: 1))
        #expect(machine.wake(at: start) == nil)
    }

    @Test func theNextQuestionComesAnIntervalAfterTheAnswer() {
        var machine = machine(probe(interval: .seconds(5)))
        _ = machine.wake(at: start)
        let answered = start + .seconds(2)
        #expect(machine.take(good, number: 1, at: answered) == true)
        #expect(machine.deadline == answered + .seconds(5))
        #expect(machine.wake(at: answered + .seconds(5)) == .ask(number: 2))
    }

    @Test func onlyTheAnswerToTheOpenQuestionCounts() {
        var machine = machine(probe())
        #expect(machine.take(good, number: 1, at: start) == false)
        _ = machine.wake(at: start)
        #expect(machine.take(good, number: 2, at: start) == false)
        #expect(machine.take(good, number: 1, at: start) == true)
        #expect(machine.take(bad, number: 1, at: start) == false)
        #expect(machine.verdict == .good && machine.failuresInRow == 0)
    }

    @Test func soManyFailuresInARowAreBadAndOneSuccessBreaksTheRow() {
        var machine = machine(probe(interval: .zero, failures: 3))
        var verdicts: [ProbeMachine.Verdict] = []
        for (index, answer) in [bad, bad, good, bad, bad, bad].enumerated() {
            _ = machine.wake(at: start)
            _ = machine.take(answer, number: UInt64(index + 1), at: start)
            verdicts.append(machine.verdict)
        }
        #expect(verdicts == [.unknown, .unknown, .good, .good, .good, .bad])
        #expect(machine.failuresInRow == 3)
    }

    @Test func soManySuccessesInARowAreGood() {
        var machine = machine(probe(interval: .zero, failures: 1, successes: 2))
        var verdicts: [ProbeMachine.Verdict] = []
        for (index, answer) in [good, bad, good, good, good].enumerated() {
            _ = machine.wake(at: start)
            _ = machine.take(answer, number: UInt64(index + 1), at: start)
            verdicts.append(machine.verdict)
        }
        #expect(verdicts == [.unknown, .bad, .bad, .good, .good])
        #expect(machine.successesInRow == 2)
    }

    @Test func anAnswerThatNeverComesIsLostTwoSecondsAfterTheTimeout() {
        var machine = machine(probe(interval: .seconds(5)))
        _ = machine.wake(at: start)
        #expect(machine.deadline == start + .seconds(5))
        #expect(machine.wake(at: start + .seconds(4)) == nil)
        guard case .lost(let answer, 1)? = machine.wake(at: start + .seconds(5)) else {
            Issue.record("it is lost")
            return
        }
        #expect(!answer.ok)
        #expect(machine.take(answer, number: 1, at: start + .seconds(5)) == true)
        #expect(machine.verdict == .bad)
    }

    @Test func hostdThatSleptBlamesNobody() {
        var machine = machine(probe())
        _ = machine.wake(at: start)
        let late = start + .seconds(300)
        #expect(machine.wake(at: late) == .ask(number: 2))
        #expect(machine.verdict == .unknown && machine.failuresInRow == 0)
        #expect(machine.take(good, number: 2, at: late) == true)
    }

    @Test func aBadAnswerReadFarTooLateDoesNotCountAndIsAskedForAgain() {
        var machine = machine(probe())
        _ = machine.wake(at: start)
        let late = start + .seconds(300)
        #expect(machine.take(bad, number: 1, at: late) == false)
        #expect(machine.verdict == .unknown && machine.failuresInRow == 0)
        #expect(machine.wake(at: late) == .ask(number: 2))
    }

    @Test func whatHostdCouldNotAskCountsForNothingAndIsShown() {
        var machine = ProbeMachine(probe(failures: 2), start: start, verdict: .good, failuresInRow: 1)
        _ = machine.wake(at: start)
        let unasked = ProbeAnswer.unasked("too many open files")
        #expect(machine.take(unasked, number: 1, at: start) == false)
        #expect(machine.verdict == .good && machine.failuresInRow == 1)
        #expect(machine.last?.answer.seen == "too many open files")
        #expect(machine.deadline == start + .seconds(5), "it is asked again at the usual time")
    }

    @Test func aGoodAnswerCountsHoweverLate() {
        var machine = machine(probe())
        _ = machine.wake(at: start)
        #expect(machine.take(good, number: 1, at: start + .seconds(300)) == true)
        #expect(machine.verdict == .good)
    }

    @Test func aHurriedProbeAsksNowAndAnOpenQuestionStaysOpen() {
        var machine = ProbeMachine(probe(), start: start + .seconds(60))
        machine.hurry(at: start)
        #expect(machine.wake(at: start) == .ask(number: 1))
        machine.hurry(at: start)
        #expect(machine.isAsking && machine.wake(at: start) == nil)
    }

    @Test func itGoesOnFromEarlierCounts() {
        var machine = ProbeMachine(probe(failures: 3), start: start, verdict: .good, failuresInRow: 2)
        _ = machine.wake(at: start)
        #expect(machine.take(bad, number: 1, at: start) == true)
        #expect(machine.verdict == .bad)
    }

    @Test func theNewestAnswerIsKeptAsEvidence() {
        var machine = machine(probe())
        #expect(machine.last == nil)
        _ = machine.wake(at: start)
        _ = machine.take(bad, number: 1, at: start + .seconds(1))
        #expect(machine.last?.answer == bad && machine.last?.at == start + .seconds(1))
    }

    @Test func aHeartbeatHasItsWholeTimeHoweverItCameToBe() {
        let every = ProbeSpecification(target: .heartbeat, interval: .seconds(30))
        #expect(machine(every).deadline == start + .milliseconds(30_250))
        #expect(ProbeMachine(every, start: start, verdict: .good).deadline == start + .milliseconds(30_250))
    }

    @Test func triggersFromBeforeItWasThereAreNoNews() {
        var machine = machine(ProbeSpecification(target: .heartbeat, interval: .seconds(30)))
        var record = NotifyRecord()
        record.triggers = 3
        #expect(machine.hear(record, at: start) == nil)
        record.triggers = 4
        #expect(machine.hear(record, at: start)?.seen == "WATCHDOG=trigger")
        #expect(machine.hear(record, at: start) == nil)
    }

    @Test func whatIsGoodOnceIsAskedNoMore() {
        var machine = ProbeMachine(probe(), start: start, settles: true)
        _ = machine.wake(at: start)
        #expect(machine.take(bad, number: 1, at: start) == true && machine.deadline == start + .seconds(5))
        _ = machine.wake(at: start + .seconds(5))
        #expect(machine.take(good, number: 2, at: start + .seconds(5)) == true && machine.deadline == nil)
        #expect(machine.wake(at: start + .seconds(500)) == nil)
        #expect(ProbeMachine(probe(), start: start, settles: true, verdict: .good).deadline == nil)
    }
}
