// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLoop
import TestKit
import Testing

struct TimerTests {
    @Test func timersFireInTheOrderOfTheirTimesNotOfTheirArming() throws {
        let loop = try TestLoop()
        let start = loop.events.now
        var fired: [Int] = []
        for delay in [7, 3, 9, 1, 5] {
            let timer = try loop.events.timer {
                fired.append(delay)
                if delay == 9 { loop.stop() }
            }
            timer.arm(at: start + .milliseconds(delay * 10))
            loop.keep(timer)
        }
        try loop.run()
        #expect(fired == [1, 3, 5, 7, 9])
    }

    @Test func aTimerFiresOnceAndNeverBeforeItsTime() throws {
        let loop = try TestLoop()
        let due = loop.events.now + .nanoseconds(20_000_501)
        var firings: [Instant] = []
        loop.keep(try loop.events.timer { firings.append(loop.events.now) }).arm(at: due)
        loop.keep(try loop.events.timer { loop.stop() }).arm(at: due + .milliseconds(20))
        try loop.run()
        #expect(firings.count == 1)
        #expect(firings.allSatisfy { $0 >= due })
    }

    @Test func aTimeThatHasPassedFiresAtOnce() throws {
        let loop = try TestLoop()
        loop.keep(try loop.events.timer { loop.stop() }).arm(at: .zero)
        try loop.run()
    }

    @Test func aTimeFarBeyondEveryClockIsNever() throws {
        let loop = try TestLoop()
        var fired = 0
        loop.keep(try loop.events.timer { fired += 1 }).arm(at: Instant(nanoseconds: .max))
        loop.keep(try loop.events.timer { loop.stop() }).arm(at: loop.events.now + .milliseconds(5))
        try loop.run()
        #expect(fired == 0)
    }

    @Test func armingAgainReplacesAndDisarmingForgets() throws {
        let loop = try TestLoop()
        let start = loop.events.now
        var fired: [String] = []
        let moved = loop.keep(try loop.events.timer { fired.append("moved") })
        moved.arm(at: start + .milliseconds(1))
        moved.arm(at: start + .milliseconds(20))
        let forgotten = loop.keep(try loop.events.timer { fired.append("forgotten") })
        forgotten.arm(at: start + .milliseconds(2))
        forgotten.disarm()
        loop.keep(try loop.events.timer { fired.append("between") }).arm(at: start + .milliseconds(10))
        loop.keep(try loop.events.timer { loop.stop() }).arm(at: start + .milliseconds(30))
        try loop.run()
        #expect(fired == ["between", "moved"])
    }

    @Test func aTimerMayArmItselfAgainOrDropItsLastReference() throws {
        let loop = try TestLoop()
        var fired: [String] = []
        var left = 3
        var again: TimerSource?
        again = try loop.events.timer {
            fired.append("again")
            left -= 1
            if left > 0 { again?.arm(at: loop.events.now) }
        }
        again?.arm(at: .zero)
        var dropped: TimerSource?
        dropped = try loop.events.timer {
            dropped = nil
            fired.append("dropped")
        }
        dropped?.arm(at: .zero)
        loop.keep(try loop.events.timer { loop.stop() }).arm(at: loop.events.now + .milliseconds(20))
        try loop.run()
        #expect(fired.sorted() == ["again", "again", "again", "dropped"])
        #expect(dropped == nil)
    }

    @Test func aTimerThatIsGoneDoesNotFire() throws {
        let loop = try TestLoop()
        var fired = 0
        do {
            let timer = try loop.events.timer { fired += 1 }
            timer.arm(at: loop.events.now)
        }
        loop.keep(try loop.events.timer { loop.stop() }).arm(at: loop.events.now + .milliseconds(5))
        try loop.run()
        #expect(fired == 0)
    }
}
