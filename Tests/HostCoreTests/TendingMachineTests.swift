// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// When the child that tends finished files runs.
@Suite struct TendingMachineTests {
    private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    /// A machine that was told these things at these seconds.
    private func told(_ events: (Int64, TendingMachine.Event)...) -> TendingMachine {
        var machine = TendingMachine()
        for (second, event) in events { machine.handle(event, at: at(second)) }
        return machine
    }

    private let patience = TendingMachine.patience

    @Test func nothingRunsBeforeItIsNeeded() {
        #expect(TendingMachine().startAt == nil)
    }

    @Test func whatIsNeededAtAboutTheSameTimeIsDoneInOneRun() {
        #expect(told((10, .needed)).startAt == at(10) + patience)
        #expect(told((10, .needed), (10, .needed), (11, .needed)).startAt == at(10) + patience)
    }

    @Test func whatIsNeededWhileItRunsIsDoneAfterIt() {
        #expect(told((10, .needed), (11, .started), (12, .needed)).startAt == nil)
        #expect(
            told((10, .needed), (11, .started), (12, .needed), (20, .ended(again: nil))).startAt == at(20) + patience)
        #expect(told((10, .needed), (11, .started), (20, .ended(again: nil))).startAt == nil)
    }

    @Test func itSaysItselfWhenItIsToLookAgain() {
        #expect(told((10, .started), (20, .ended(again: .seconds(60)))).startAt == at(80))
        #expect(told((10, .started), (20, .ended(again: .seconds(60))), (30, .needed)).startAt == at(30) + patience)
        #expect(told((10, .started), (20, .ended(again: .zero))).startAt == at(20) + patience, "it never spins")
    }

    @Test func afterFailuresItWaitsLongerEachTime() {
        var machine = told((0, .needed))
        var waits: [Duration] = []
        for round in 1...9 {
            let now = at(Int64(round) * 1000)
            machine.handle(round % 2 == 0 ? .notStarted : .failed, at: now)
            waits.append((machine.startAt ?? .zero) - now)
            machine.handle(.needed, at: now + .milliseconds(1))
            #expect((machine.startAt ?? .zero) - now == waits.last, "what is needed meanwhile hurries nobody")
            machine.handle(.started, at: now + .seconds(60))
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
        machine.handle(.ended(again: nil), at: at(20_000))
        machine.handle(.started, at: at(20_001))
        machine.handle(.failed, at: at(20_002))
        #expect(machine.startAt == at(20_003), "one that went well takes all back")
    }
}
