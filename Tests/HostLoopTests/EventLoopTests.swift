// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLoop
import TestKit
import Testing

struct EventLoopTests {
    @Test func whatIsPutOffRunsInOrderAfterThePresentEventAndBeforeTheLoopWaits() throws {
        let loop = try TestLoop()
        var order: [String] = []
        let timer = try loop.events.timer {
            loop.events.later { order.append("first") }
            loop.events.later { order.append("second") }
            order.append("event")
        }
        timer.arm(at: .zero)
        loop.keep(timer)
        loop.keep(try loop.events.timer { loop.stop() }).arm(at: loop.events.now + .milliseconds(10))
        try loop.run()
        #expect(order == ["event", "first", "second"])
    }

    @Test func whatIsPutOffMayPutOffMore() throws {
        let loop = try TestLoop()
        var depth = 0
        func deeper() {
            depth += 1
            if depth < 1000 { loop.events.later(deeper) } else { loop.stop() }
        }
        loop.events.later(deeper)
        try loop.run()
        #expect(depth == 1000)
    }

    @Test func puttingOffForEverKeepsNoTimerWaiting() throws {
        let loop = try TestLoop()
        var rounds = 0
        func again() {
            rounds += 1
            loop.events.later(again)
        }
        loop.events.later(again)
        loop.keep(try loop.events.timer { loop.stop() }).arm(at: loop.events.now + .milliseconds(5))
        try loop.run()
        #expect(rounds > 0)
    }

    @Test func theCodeOfTheExitIsWhatRunReturns() throws {
        let loop = try TestLoop()
        let events = loop.events
        events.later { events.exit(code: 7) }
        #expect(try events.run() == 7)
    }
}
