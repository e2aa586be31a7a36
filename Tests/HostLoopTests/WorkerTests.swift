// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLoop
import TestKit
import Testing

struct WorkerTests {
    @Test func workOfOneLaneIsDoneInOrderAndItsResultsComeBackOnTheLoop() throws {
        let loop = try TestLoop()
        let worker = try Worker(loop: loop.events, lane: "test", limit: 100)
        var results: [Int] = []
        for number in 0..<50 {
            worker.submit {
                number * 2
            } then: { (outcome: WorkOutcome<Int>) in
                if case .done(let result) = outcome { results.append(result) }
                if number == 49 { loop.stop() }
            }
        }
        #expect(results.isEmpty, "nothing comes back before the loop runs")
        try loop.run()
        #expect(results == (0..<50).map { $0 * 2 })
    }

    @Test func nothingIsAResultToo() throws {
        let loop = try TestLoop()
        let worker = try Worker(loop: loop.events, lane: "test", limit: 100)
        var outcomes: [String] = []
        worker.submit(deadline: .seconds(20)) { () -> String? in
            nil
        } then: { (outcome: WorkOutcome<String?>) in
            outcomes.append("\(outcome)")
            loop.stop()
        }
        try loop.run()
        #expect(outcomes == ["done(nil)"])
    }

    @Test func workThatHangsIsLateAlsoWhenItsResultCouldBeNothing() throws {
        let loop = try TestLoop()
        let worker = try Worker(loop: loop.events, lane: "test", limit: 100)
        let gate = Gate()
        defer { gate.open() }
        var outcomes: [String] = []
        worker.submit(deadline: .milliseconds(10)) { () -> String? in
            gate.pass()
            return nil
        } then: { (outcome: WorkOutcome<String?>) in
            outcomes.append("\(outcome)")
            loop.stop()
        }
        try loop.run()
        #expect(outcomes == ["late"])
    }

    @Test func workBehindSomethingThatHangsIsDoneInAnotherThread() throws {
        let loop = try TestLoop()
        let worker = try Worker(loop: loop.events, lane: "test", limit: 100)
        let gate = Gate()
        defer { gate.open() }
        var outcomes: [String] = []
        worker.submit(deadline: .milliseconds(10)) {
            gate.pass()
            return 1
        } then: { (outcome: WorkOutcome<Int>) in
            outcomes.append("\(outcome)")
        }
        worker.submit {
            2
        } then: { (outcome: WorkOutcome<Int>) in
            outcomes.append("\(outcome)")
            loop.stop()
        }
        try loop.run()
        #expect(outcomes == ["late", "done(2)"])
    }

    @Test func theResultOfWorkThatCameTooLateIsDropped() throws {
        let loop = try TestLoop()
        let worker = try Worker(loop: loop.events, lane: "test", limit: 100, threads: 1)
        let gate = Gate()
        var outcomes: [String] = []
        worker.submit(deadline: .milliseconds(10)) {
            gate.pass()
            return 1
        } then: { (outcome: WorkOutcome<Int>) in
            outcomes.append("\(outcome)")
            gate.open()
        }
        worker.submit {
            2
        } then: { (outcome: WorkOutcome<Int>) in
            outcomes.append("\(outcome)")
            loop.stop()
        }
        try loop.run()
        #expect(outcomes == ["late", "done(2)"])
    }

    @Test func aLaneOfOneThreadNeverDoesTwoThingsAtOnce() throws {
        let loop = try TestLoop()
        let worker = try Worker(loop: loop.events, lane: "test", limit: 100, threads: 1)
        let gate = Gate()
        var outcomes: [String] = []
        worker.submit(deadline: .milliseconds(10)) {
            gate.pass()
            return 1
        } then: { (outcome: WorkOutcome<Int>) in
            outcomes.append("\(outcome)")
        }
        worker.submit(deadline: .milliseconds(30)) {
            2
        } then: { (outcome: WorkOutcome<Int>) in
            outcomes.append("\(outcome)")
            #expect(gate.waiting == 1, "the first still holds the only thread")
            loop.stop()
        }
        try loop.run()
        gate.open()
        #expect(outcomes == ["late", "late"])
    }

    @Test func threadsThatHungAndCameBackMakeRoomForNewOnes() throws {
        let loop = try TestLoop()
        let worker = try Worker(loop: loop.events, lane: "test", limit: 100, threads: 3)
        var outcomes: [String] = []
        // Far more hangs than there are threads, but each is over before the next begins.
        func hang(_ left: Int) {
            let gate = Gate()
            worker.submit(deadline: .milliseconds(5)) {
                gate.pass()
                return left
            } then: { (outcome: WorkOutcome<Int>) in
                outcomes.append("\(outcome)")
                worker.submit {
                    0
                } then: { (outcome: WorkOutcome<Int>) in
                    outcomes.append("\(outcome)")
                    gate.open()
                    left > 1 ? hang(left - 1) : loop.stop()
                }
            }
        }
        hang(12)
        try loop.run()
        #expect(outcomes == Array(repeating: ["late", "done(0)"], count: 12).flatMap(\.self))
    }

    @Test func whenAllThreadsHangTheNextOneThatComesBackGoesOn() throws {
        let loop = try TestLoop()
        let worker = try Worker(loop: loop.events, lane: "test", limit: 100, threads: 2)
        let gates = [Gate(), Gate()]
        defer { gates[1].open() }
        var outcomes: [String] = []
        for gate in gates {
            worker.submit(deadline: .milliseconds(5)) {
                gate.pass()
                return 1
            } then: { (outcome: WorkOutcome<Int>) in
                outcomes.append("\(outcome)")
            }
        }
        // Both hang. The first comes back; the second keeps its thread for good.
        let timer = try loop.events.timer { gates[0].open() }
        timer.arm(at: loop.events.now + .milliseconds(30))
        worker.submit {
            3
        } then: { (outcome: WorkOutcome<Int>) in
            outcomes.append("\(outcome)")
            loop.stop()
        }
        try loop.run()
        withExtendedLifetime(timer) {}
        #expect(outcomes == ["late", "late", "done(3)"])
    }

    @Test func aFullLaneSaysSoAtOnceAndTakesWorkAgainLater() throws {
        let loop = try TestLoop()
        let worker = try Worker(loop: loop.events, lane: "test", limit: 2)
        let gate = Gate()
        var outcomes: [String] = []
        for number in 0..<3 {
            worker.submit {
                gate.pass()
                return number
            } then: { (outcome: WorkOutcome<Int>) in
                outcomes.append("\(outcome)")
                if number == 2 { gate.open() }
                if number == 1 {
                    worker.submit {
                        4
                    } then: { (outcome: WorkOutcome<Int>) in
                        outcomes.append("\(outcome)")
                        loop.stop()
                    }
                }
            }
        }
        #expect(outcomes.isEmpty, "not within submit")
        try loop.run()
        #expect(outcomes == ["full", "done(0)", "done(1)", "done(4)"])
    }

    @Test func theThreadsOfAWorkerThatIsGoneEnd() throws {
        let gate = Gate()
        do {
            let loop = try TestLoop()
            let worker = try Worker(loop: loop.events, lane: "test", limit: 10)
            worker.submit {
                gate.pass()
            } then: { (_: WorkOutcome<Void>) in
            }
            try waitUntil("the work to begin") { gate.waiting == 1 }
        }
        gate.open()
        try waitUntil("the work to end") { gate.waiting == 0 }
    }
}
