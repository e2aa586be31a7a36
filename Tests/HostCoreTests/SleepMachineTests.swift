// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// A while in which nothing ran.
struct SleepMachineTests {
    private static func clocks(_ seconds: Int64, ahead: Int64 = 50) -> SleepMachine.Clocks {
        SleepMachine.Clocks(
            monotonic: .zero + .seconds(seconds), boottime: .zero + .seconds(seconds + ahead))
    }

    private static func found(_ absence: SleepMachine.Absence?) -> String? {
        absence.map { "\($0.cause) \($0.time.text)" }
    }

    private static func at(_ seconds: Int64) -> Instant { .zero + .seconds(seconds) }

    @Test func aSuspendShowsInTheClockThatDoesNotStop() throws {
        var machine = SleepMachine(Self.clocks(100))
        #expect(machine.look(Self.clocks(110)) == nil)
        let found = machine.look(Self.clocks(111, ahead: 50 + 7200))
        #expect(found?.cause == .suspended && found?.time == .seconds(7200))
        #expect(found?.text == "the host was away for 2 h: it was suspended")
        #expect(machine.look(Self.clocks(111, ahead: 50 + 7200)) == nil, "it is said once")
    }

    @Test func aTimerThatIsLateShowsThatNothingRan() {
        var machine = SleepMachine(Self.clocks(100))
        #expect(Self.found(machine.look(Self.clocks(160), due: Self.at(130))) == "stalled 30 s")
        #expect(machine.look(Self.clocks(160), due: Self.at(131)) == nil, "the others were late for the same reason")
        #expect(machine.look(Self.clocks(170), due: Self.at(169)) == nil, "a little late is no absence")
    }

    @Test func hostdThatWasStoppedKnowsBySIGCONT() {
        var machine = SleepMachine(Self.clocks(100))
        machine.continued(at: Self.at(105))
        #expect(Self.found(machine.look(Self.clocks(105), due: Self.at(101))) == "stopped 4 s")
        machine.continued(at: Self.at(106))
        #expect(machine.look(Self.clocks(106), due: Self.at(107)) == nil)
        #expect(Self.found(machine.look(Self.clocks(120), due: Self.at(110))) == "stalled 10 s")
    }

    @Test func aWallClockThatIsSetIsNoAbsence() {
        var machine = SleepMachine(Self.clocks(100))
        #expect(machine.look(Self.clocks(5000)) == nil, "nothing was due")
    }

    @Test func afterAnAbsenceProbesAreAskedAnewAndOldAnswersCountForNothing() throws {
        let target = ProbeSpecification(
            target: .tcp(host: "127.0.0.1", port: 1), interval: .seconds(10), timeout: .seconds(1), failures: 1)
        var probe = ProbeMachine(target, start: Self.at(100))
        #expect(probe.wake(at: Self.at(100)) == .ask(number: 1))
        probe.wasAway(at: Self.at(101))
        let counts = probe.take(ProbeAnswer(ok: false, seen: "reset"), number: 1, at: Self.at(101))
        #expect(!counts)
        #expect(probe.failuresInRow == 0)
        #expect(probe.deadline == Self.at(101))
        #expect(probe.wake(at: Self.at(101)) == .ask(number: 2))
    }
}
