// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// What works is told from what only exists.
struct StallMachineTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)
    private let rules = StallRules(silence: .seconds(10), hard: .seconds(60))

    @Test func silenceForLongEnoughIsAHang() {
        let machine = StallMachine(rules, at: start)
        #expect(machine.deadline == start + .seconds(10))
        #expect(machine.verdict(at: start + .milliseconds(9_999)) == nil)
        #expect(
            machine.verdict(at: start + .seconds(10))
                == "no output, no progress, no processor time and silent sockets for 10 s")
    }

    @Test func whoIsBusyMayBeSilentButNotForEver() {
        var machine = StallMachine(rules, at: start)
        for second in stride(from: 5, through: 55, by: 5) { machine.busy(at: start + .seconds(Int64(second))) }
        #expect(machine.verdict(at: start + .seconds(59)) == nil)
        #expect(machine.deadline == start + .seconds(60))
        #expect(machine.verdict(at: start + .seconds(60)) == "no progress for 60 s, though it is busy")
    }

    @Test func aSignBeginsBothAnew() {
        var machine = StallMachine(rules, at: start)
        machine.sign(at: start + .seconds(9))
        #expect(machine.deadline == start + .seconds(19))
        machine.sign(at: start + .seconds(3))
        #expect(machine.deadline == start + .seconds(19), "what is heard late takes nothing back")
    }

    @Test func timeInWhichNobodyLookedIsNoSilence() {
        var machine = StallMachine(rules, at: start)
        machine.away(.seconds(1000))
        #expect(machine.verdict(at: start + .seconds(1009)) == nil)
        #expect(machine.verdict(at: start + .seconds(1010)) != nil)
    }

    @Test func eachRuleCanBeLeftOut() {
        #expect(StallMachine(StallRules(silence: nil, hard: nil), at: start).deadline == nil)
        #expect(
            StallMachine(StallRules(silence: nil, hard: nil), at: start).verdict(at: start + .seconds(1 << 30)) == nil)
        #expect(StallMachine(StallRules(silence: nil, hard: .seconds(7)), at: start).deadline == start + .seconds(7))
        #expect(StallMachine(StallRules(silence: .seconds(7), hard: nil), at: start).deadline == start + .seconds(7))
    }

    @Test func theDefaultsAreLongerThanStallsThatEndByThemselves() {
        #expect(StallRules().silence.map { $0 > .seconds(405) } == true)
    }
}
