// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Who waits for whom, and in which order they stop.
struct HostMachineTests {
    /// `a`, then `b` after it, then `c` after both.
    private static func chain() -> [ServiceSpecification] {
        [
            service("a"), service("b") { $0.after = [named("a")] },
            service("c") { $0.after = [named("a"), named("b")] },
        ]
    }

    private static func running() -> Host {
        var host = Host(chain())
        host.start("a", "b", "c")
        for name in ["a", "b", "c"] { host.started(name) }
        host.log = []
        return host
    }

    @Test func aServiceStartsWhenAllBeforeItWereReady() {
        var host = Host(Self.chain())
        host.start("c", "b", "a")
        #expect(host.takeLog() == ["launch a"])
        #expect(host.phase("c") == .waiting)
        #expect(host.machine.services[named("c")]?.reason == "for a, b to be ready")
        #expect(host.machine.unready(before: named("c")) == [named("a"), named("b")])
        host.started("a")
        #expect(host.takeLog() == ["launch b"])
        #expect(host.machine.unready(before: named("c")) == [named("b")])
        host.started("b")
        #expect(host.takeLog() == ["launch c"])
    }

    @Test func readyOnceIsEnoughAndIsNotCheckedAgain() {
        var host = Self.running()
        host.exited("b", .code(1))
        host.exited("a", .code(1), ran: .zero)
        #expect(host.phase("a") == .backoff)
        #expect(host.takeLog() == ["launch b"], "b came back although a is down")
        host.exited("c", .code(1))
        #expect(host.takeLog() == ["launch c"])
    }

    @Test func afterItsTimeoutItStartsAllTheSame() {
        var host = Host([
            service("a"),
            service("b") { ($0.after, $0.afterTimeout) = ([named("a")], .seconds(30)) },
        ])
        host.start("a", "b")
        host.log = []
        host.now = host.now + .seconds(30)
        host.take(.service(named("b"), .wake))
        #expect(host.log == ["launch b"])
    }

    @Test func aStartWaitsForAServiceThatSomebodyStopped() {
        var host = Self.running()
        host.take(.stop([named("a"), named("b")], by: .person))
        host.exited("b")
        host.exited("a")
        host.log = []
        host.start("b", by: .person)
        #expect(host.phase("b") == .waiting && host.machine.unready(before: named("b")) == [named("a")])
        host.start("a", by: .person)
        host.started("a")
        #expect(host.log == ["launch a", "launch b"])
    }

    @Test func aServiceThatIsNotConfiguredIsNotWaitedFor() {
        var host = Host([service("b") { $0.after = [named("gone"), named("b")] }])
        host.start("b")
        #expect(host.log == ["launch b"])
    }

    @Test func theNamedOnesAreStoppedAndNoOthers() {
        var host = Self.running()
        host.take(.stop([named("a")], by: .person))
        #expect(host.takeLog() == ["signal a"])
        #expect(host.phase("b") == .ready && host.phase("c") == .ready)
    }

    @Test func thoseThatOthersComeAfterAreStoppedLast() {
        var host = Self.running()
        host.take(.stop([named("a"), named("b"), named("c")], by: .person))
        #expect(host.takeLog() == ["signal c"])
        #expect(host.phase("a") == .ready && host.machine.services[named("a")]?.mark == .stopped)
        host.exited("c")
        #expect(host.takeLog() == ["signal b"])
        host.exited("b")
        #expect(host.takeLog() == ["signal a"])
        host.exited("a")
        #expect(host.phase("a") == .stopped && host.allStopped == 0)
    }

    @Test func whatCrashesBeforeItsTurnIsNotReplaced() {
        var host = Self.running()
        host.take(.stop([named("a"), named("c")], by: .person))
        host.exited("a", .code(1))
        #expect(host.phase("a") == .stopped)
        #expect(host.takeLog() == ["signal c"])
    }

    @Test func aFollowerThatIsRestartedIsInNobodysWay() {
        var host = Self.running()
        host.take(.stop([named("a"), named("c")], by: .person))
        host.log = []
        host.take(.service(named("c"), .restart))
        #expect(host.takeLog() == ["signal a"])
        host.exited("c")
        #expect(host.takeLog() == ["launch c"])
    }

    @Test func aStartTakesBackAStopThatHasNotHadItsTurn() {
        var host = Self.running()
        host.take(.stop([named("a"), named("c")], by: .person))
        host.start("a", by: .person)
        host.log = []
        host.exited("c")
        #expect(host.log.isEmpty && host.phase("a") == .ready)
        #expect(host.machine.services[named("a")]?.mark == nil)
    }

    @Test func aStopThatHasNotHadItsTurnOutlivesHostd() {
        var host = Self.running()
        host.take(.stop([named("a"), named("c")], by: .person))
        host.hostdIsKilled()
        host.log = []
        for name in ["a", "b", "c"] { host.note(host.machine.resume(named(name), at: host.now)) }
        #expect(host.takeLog() == ["signal c"], "its signal may not have been sent")
        host.exited("c")
        #expect(host.takeLog() == ["signal a"])
    }

    @Test func nothingMovesAServiceBeforeItIsResumed() {
        var host = Host(Self.chain())
        host.start("a", "b")
        host.started("a")
        host.hostdIsKilled()
        host.log = []
        host.note(host.machine.resume(named("a"), at: host.now))
        host.note(host.machine.resume(named("c"), at: host.now))
        #expect(host.log.isEmpty)
        host.note(host.machine.resume(named("b"), at: host.now))
        host.take(.service(named("b"), .neverRan(host.instance("b"))))
        #expect(host.log == ["launch b"])
    }

    @Test func whatWaitedForOthersGoesOnWhenHostdIsBack() {
        var host = Host([service("a"), service("b") { $0.after = [named("a")] }])
        host.start("a", "b")
        host.hostdIsKilled()
        host.log = []
        for name in ["b", "a"] { host.note(host.machine.resume(named(name), at: host.now)) }
        host.started("a")
        #expect(host.log == ["launch b"])
    }

    @Test func anAdoptedServiceLetsOthersStart() {
        var host = Host([service("a"), service("b") { $0.after = [named("a")] }])
        host.start("b")
        host.note(
            host.machine.adopt(
                InstanceID(service: named("a"), launch: 3), ProcessIdentity(pid: 1, startTicks: 1),
                startedAt: host.now, at: host.now))
        #expect(host.log == ["launch b"])
    }

    @Test func aShutdownStopsAllInReverseOrderAndSaysOnceWhenAllAreDown() {
        var host = Self.running()
        host.take(.shutDown)
        #expect(host.takeLog() == ["signal c"])
        host.take(.shutDown)
        host.exited("c")
        host.exited("b")
        #expect(host.allStopped == 0)
        host.exited("a")
        #expect(host.takeLog() == ["signal b", "signal a"] && host.allStopped == 1)
        host.take(.service(named("a"), .lastLine(host.instance("a"), "bye")))
        #expect(host.allStopped == 1)
    }

    @Test func aShutdownWithNothingUpIsOverAtOnce() {
        var host = Host(Self.chain())
        host.take(.shutDown)
        #expect(host.allStopped == 1)
    }

    @Test func nothingIsStartedDuringAShutdown() {
        var host = Host(Self.chain())
        host.start("a", "b")
        host.log = []
        host.take(.shutDown)
        #expect(host.phase("b") == .stopped, "it was waiting")
        host.start("c", "b", by: .person)
        host.take(.service(named("c"), .restart))
        host.started("a")
        host.exited("a")
        #expect(host.log == ["signal a"] && host.allStopped == 1)
    }

    @Test func aShutdownOfAThousandServicesIsOnePass() {
        let hub = service("hub")
        let rest = (1...999).map { number in
            service("s\(number)") { $0.after = [named("hub")] + (number > 500 ? [named("s\(number - 500)")] : []) }
        }
        var host = Host([hub] + rest)
        for name in ["hub"] + rest.map(\.name.text) { host.start(name) }
        host.started("hub")
        for specification in rest { host.started(specification.name.text) }
        host.take(.shutDown)
        for specification in rest.reversed() { host.exited(specification.name.text) }
        #expect(host.log.last == "signal hub")
        host.exited("hub")
        #expect(host.allStopped == 1)
    }

    @Test func theDeadlineIsTheEarliestOfAll() {
        var host = Host([service("a") { $0.restart.jitter = 0 }, service("b")])
        #expect(host.machine.deadline == nil)
        host.start("a", "b")
        host.started("a")
        host.exited("a", .code(1), ran: .zero)
        #expect(host.machine.deadline == host.now + .milliseconds(250))
    }
}
