// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct RestartMachineTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)

    private func rules(_ change: (inout RestartSpecification) -> Void = { _ in }) -> RestartSpecification {
        var rules = RestartSpecification(burst: 0)
        change(&rules)
        return rules
    }

    private func report(_ status: ExitStatus, ran: Duration = .zero) -> ExitReport {
        ExitReport(status: status, ran: ran, wallMilliseconds: 0)
    }

    private func machine(_ rules: RestartSpecification, seed: UInt64 = 1) -> RestartMachine {
        RestartMachine(rules, seed: seed)
    }

    private func delay(_ decision: RestartMachine.Decision) -> Duration? {
        switch decision {
        case .restart(let after), .loop(let after): after
        case .hold, .leaveStopped: nil
        }
    }

    @Test func withoutJitterTheDelayDoublesUpToItsCap() {
        var machine = machine(rules { $0.jitter = 0 })
        let delays = (0..<12).map { _ in delay(machine.decide(report(.code(1)), at: start)) }
        let expected: [Int64] = [250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000, 120_000, 120_000, 120_000]
        #expect(delays == expected.map { .milliseconds($0) })
    }

    @Test func theDelayLiesBetweenOneMinusJitterAndTheWhole() {
        for seed in 1...200 {
            var machine = machine(rules { $0.jitter = 0.5 }, seed: UInt64(seed))
            for whole in [250, 500, 1000, 2000] as [Int64] {
                let delay = delay(machine.decide(report(.code(1)), at: start)) ?? .zero
                #expect(delay > .milliseconds(whole / 2) && delay <= .milliseconds(whole))
            }
        }
    }

    @Test func jitterFillsItsWholeRange() {
        var delays: [Duration] = []
        for seed in 1...300 {
            var machine = machine(rules { $0.jitter = 1 }, seed: UInt64(seed))
            delays.append(delay(machine.decide(report(.code(1)), at: start)) ?? .zero)
        }
        #expect(delays.contains { $0 < .milliseconds(15) } && delays.contains { $0 > .milliseconds(235) })
    }

    @Test func jitterNeverLeadsOverTheCap() {
        for seed in 1...50 {
            var machine = machine(rules { $0.jitter = 0.3 }, seed: UInt64(seed))
            for _ in 0..<20 {
                #expect(delay(machine.decide(report(.code(1)), at: start)) ?? .zero <= .seconds(120))
            }
        }
    }

    @Test func theFirstFailureAfterStableRestartsAtOnceAndTheCountBeginsAnew() {
        var machine = machine(rules { $0.jitter = 0 })
        for _ in 0..<5 { _ = machine.decide(report(.code(1)), at: start) }
        #expect(machine.decide(report(.code(1), ran: .seconds(10)), at: start) == .restart(after: .zero))
        #expect(machine.decide(report(.code(1)), at: start) == .restart(after: .milliseconds(250)))
        #expect(machine.decide(report(.code(1)), at: start) == .restart(after: .milliseconds(500)))
    }

    @Test func justNotStableIsNotStable() {
        var machine = machine(rules { $0.jitter = 0 })
        let almost = Duration.seconds(10) - .nanoseconds(1)
        #expect(machine.decide(report(.code(1), ran: almost), at: start) == .restart(after: .milliseconds(250)))
    }

    @Test func withBackoffZeroEveryRestartIsAtOnce() {
        var machine = machine(rules { $0.backoff = .zero })
        for _ in 0..<100 { #expect(machine.decide(report(.signal(9)), at: start) == .restart(after: .zero)) }
    }

    @Test func burstFailuresWithinTheWindowAreACrashLoop() {
        var machine = machine(rules { ($0.burst, $0.jitter) = (3, 0) })
        #expect(machine.decide(report(.code(1)), at: start) == .restart(after: .milliseconds(250)))
        #expect(machine.decide(report(.code(1)), at: start + .seconds(60)) == .restart(after: .milliseconds(500)))
        #expect(machine.decide(report(.code(1)), at: start + .seconds(600)) == .loop(after: .seconds(120)))
        #expect(machine.isLooping)
    }

    @Test func failuresOutsideTheWindowAreNone() {
        var machine = machine(rules { ($0.burst, $0.jitter) = (3, 0) })
        for minute in [0, 6, 12, 18, 24, 30] as [Int64] {
            let decision = machine.decide(report(.code(1)), at: start + .seconds(minute * 60))
            if case .loop = decision { Issue.record("a loop at minute \(minute)") }
        }
    }

    @Test func whatDiesAgainAndAgainJustAfterStableIsACrashLoopToo() {
        var machine = machine(rules { ($0.burst, $0.jitter) = (3, 0) })
        let stable = report(.code(1), ran: .seconds(11))
        #expect(machine.decide(stable, at: start) == .restart(after: .zero))
        #expect(machine.decide(stable, at: start + .seconds(11)) == .restart(after: .zero))
        #expect(machine.decide(stable, at: start + .seconds(22)) == .loop(after: .seconds(120)))
    }

    @Test func aCrashLoopStaysOneUntilAnInstanceWasStable() {
        // Its pauses are longer than the window, so that the window alone would forget it.
        var machine = machine(rules { ($0.burst, $0.window, $0.jitter) = (3, .seconds(30), 0) })
        for _ in 0..<3 { _ = machine.decide(report(.code(1)), at: start) }
        for hour in 1...5 as ClosedRange<Int64> {
            let decision = machine.decide(report(.code(1)), at: start + .seconds(hour * 3600))
            #expect(decision == .loop(after: .seconds(120)))
        }
    }

    @Test func aStableRunEndsACrashLoopAndItsFailuresAreForgotten() {
        var machine = machine(rules { ($0.burst, $0.jitter) = (3, 0) })
        for _ in 0..<4 { _ = machine.decide(report(.code(1)), at: start) }
        #expect(machine.decide(report(.code(1), ran: .seconds(10)), at: start + .seconds(20)) == .restart(after: .zero))
        #expect(!machine.isLooping)
        #expect(machine.recentFailures == [start + .seconds(20)])
        #expect(machine.decide(report(.code(1)), at: start + .seconds(21)) == .restart(after: .milliseconds(250)))
        #expect(machine.decide(report(.code(1)), at: start + .seconds(22)) == .loop(after: .seconds(120)))
    }

    @Test func burstZeroMeansNoLimit() {
        var machine = machine(rules { ($0.burst, $0.backoff) = (0, .zero) })
        for _ in 0..<1000 { #expect(machine.decide(report(.code(1)), at: start) == .restart(after: .zero)) }
        #expect(machine.recentFailures.isEmpty)
    }

    @Test func aFreshStartForgetsEverything() {
        var machine = machine(rules { ($0.burst, $0.jitter) = (3, 0) })
        for _ in 0..<5 { _ = machine.decide(report(.code(1)), at: start) }
        machine.reset()
        #expect(!machine.isLooping && machine.recentFailures.isEmpty)
        #expect(machine.decide(report(.code(1)), at: start) == .restart(after: .milliseconds(250)))
    }

    @Test func anExitCodeThatSaysDoNotRestartHolds() {
        var machine = machine(rules { $0.policy = .never })
        #expect(machine.decide(report(.code(78)), at: start) == .hold)
        #expect(machine.decide(report(.signal(78)), at: start) != .hold)
    }

    @Test func itDoesNotHoldWhenHostdEndedTheInstance() {
        var machine = machine(rules())
        #expect(delay(machine.decide(report(.code(78)), forced: true, at: start)) != nil)
    }

    @Test(arguments: [
        (RestartSpecification.Policy.always, ExitStatus.code(0), true), (.always, .code(1), true),
        (.onFailure, .code(0), false), (.onFailure, .code(1), true), (.onFailure, .signal(15), false),
        (.onFailure, .signal(9), true), (.onFailure, .failedToStart("cannot exec"), true), (.onFailure, .unknown, true),
        (.never, .code(0), false), (.never, .code(1), false), (.never, .failedToStart("cannot exec"), false),
    ])
    func thePolicyDecidesWhichExitsAreFollowedByARestart(
        _ policy: RestartSpecification.Policy, _ status: ExitStatus, _ restarts: Bool
    ) {
        var machine = machine(rules { ($0.policy, $0.successExit) = (policy, [0, 143]) })
        let decision = machine.decide(report(status), at: start)
        #expect((decision != .leaveStopped) == restarts)
    }

    @Test func underOnFailureASuccessAfterHostdEndedItIsAFailure() {
        var machine = machine(rules { $0.policy = .onFailure })
        #expect(machine.decide(report(.code(0)), forced: true, at: start) != .leaveStopped)
    }

    @Test func underAlwaysALoopOfExitsWithZeroIsACrashLoop() {
        var machine = machine(rules { $0.burst = 3 })
        let decisions = (0..<3).map { _ in machine.decide(report(.code(0)), at: start) }
        #expect(machine.isLooping, "\(decisions)")
    }

    @Test func theLargestTimesDoNotOverflow() {
        var machine = machine(
            rules { ($0.backoff, $0.maxBackoff, $0.jitter) = (.seconds(Int64.max), .seconds(Int64.max), 0) })
        for _ in 0..<50 { #expect(delay(machine.decide(report(.signal(.max)), at: start))?.nanoseconds == .max) }
    }
}
