// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Restarting several services: one after the other where they are instances of one.
struct RollTests {
    private static let ready = ProbeSpecification(target: .tcp(host: "127.0.0.1", port: 1), interval: .seconds(1))

    /// Three ready instances of `web`, which have a ready probe.
    private static func family() -> Host {
        var host = Host((1...3).map { number in service("web@\(number)") { $0.ready = ready } })
        for number in 1...3 {
            host.start("web@\(number)")
            host.started("web@\(number)")
            host.answerReady("web@\(number)")
        }
        _ = host.takeLog()
        return host
    }

    private static let all = Set((1...3).map { named("web@\($0)") })

    @Test func theNextInstanceHasItsTurnWhenTheOneBeforeItIsReadyAgain() {
        var host = Self.family()
        host.take(.restart(Self.all, .person))
        #expect(host.takeLog() == ["signal web@1"])
        host.exited("web@1")
        host.started("web@1")
        #expect(host.takeLog() == ["launch web@1"])
        host.answerReady("web@1")
        #expect(host.takeLog() == ["signal web@2"])
        host.exited("web@2")
        host.started("web@2")
        host.answerReady("web@2")
        #expect(host.takeLog() == ["launch web@2", "signal web@3"])
        host.exited("web@3")
        host.started("web@3")
        host.answerReady("web@3")
        #expect(host.machine.services.values.allSatisfy { $0.roll == .none })
    }

    @Test func oneThatIsNotReadyAnywayGoesFirst() {
        var host = Self.family()
        host.answerReady("web@3", ok: false)
        host.take(.restart(Self.all, .person))
        #expect(host.takeLog() == ["signal web@3"])
    }

    @Test func oneThatFailsAfterItsTurnEndsTheRollForTheOthers() {
        var host = Self.family()
        host.take(.restart(Self.all, .person))
        host.exited("web@1")
        host.started("web@1")
        host.exited("web@1", .code(1), ran: .seconds(1))
        #expect(host.phase("web@1") == .backoff)
        #expect(host.reports.contains("web@2 roll_halted: not restarted: web@1, restarted before it, is not well"))
        #expect(host.takeLog() == ["signal web@1", "launch web@1"])
        #expect(host.phase("web@2") == .ready)
        #expect(host.machine.services.values.allSatisfy { $0.roll == .none })
    }

    @Test func oneThatEndsByItselfBeforeItsTurnHasHadIt() {
        var host = Self.family()
        host.take(.restart(Self.all, .person))
        host.exited("web@3", .code(1))
        host.started("web@3")
        host.answerReady("web@3")
        host.exited("web@1")
        host.started("web@1")
        _ = host.takeLog()
        host.answerReady("web@1")
        #expect(host.takeLog() == ["signal web@2"])
        host.exited("web@2")
        host.started("web@2")
        host.answerReady("web@2")
        #expect(host.takeLog() == ["launch web@2"])
    }

    @Test func anInstanceThatIsLostMeanwhileIsWaitedFor() {
        var host = Self.family()
        host.take(.restart([named("web@1"), named("web@2")], .person))
        host.exited("web@1")
        host.started("web@1")
        host.exited("web@3", .code(1), ran: .seconds(1))
        _ = host.takeLog()
        host.answerReady("web@1")
        #expect(host.phase("web@3") == .backoff)
        #expect(host.takeLog() == [])
        host.wake("web@3")
        host.started("web@3")
        host.answerReady("web@3")
        #expect(host.takeLog() == ["launch web@3", "signal web@2"])
    }

    @Test func whatOthersComeAfterIsRestartedBeforeThem() {
        var host = Host([service("a") { $0.ready = Self.ready }, service("b") { $0.after = [named("a")] }])
        host.start("a", "b")
        host.started("a")
        host.answerReady("a")
        host.started("b")
        _ = host.takeLog()
        host.take(.restart([named("a"), named("b")], .person))
        #expect(host.takeLog() == ["signal a"])
        host.exited("a")
        host.started("a")
        #expect(host.takeLog() == ["launch a"])
        host.answerReady("a")
        #expect(host.takeLog() == ["signal b"])
    }

    @Test func aFailureWithoutAnyProbeIsNoticedBeforeTheNextTurn() {
        var host = Host((1...2).map { service("web@\($0)") })
        for number in 1...2 {
            host.start("web@\(number)")
            host.started("web@\(number)")
        }
        host.take(.restart([named("web@1"), named("web@2")], .person))
        host.exited("web@1")
        host.started("web@1")
        _ = host.takeLog()
        #expect(host.phase("web@1") == .ready)
        host.pass(.milliseconds(499))
        host.take(.service(named("web@1"), .wake))
        #expect(host.takeLog() == [])
        host.wake("web@1")
        #expect(host.takeLog() == ["signal web@2"])
    }

    @Test func theTurnsThatAreLeftOutliveHostd() {
        var host = Self.family()
        host.take(.restart(Self.all, .person))
        host.exited("web@1")
        host.started("web@1")
        _ = host.takeLog()
        host.hostdIsKilled()
        for name in Self.all.sorted() { host.note(host.machine.resume(name, at: host.now)) }
        #expect(host.takeLog() == [])
        host.answerReady("web@1")
        #expect(host.takeLog() == ["signal web@2"])
    }

    @Test func aPersonsStopTakesAnInstanceOutOfTheRoll() {
        var host = Self.family()
        host.take(.restart(Self.all, .person))
        host.take(.stop([named("web@2")], by: .person))
        host.exited("web@2")
        host.exited("web@1")
        host.started("web@1")
        _ = host.takeLog()
        host.answerReady("web@1")
        #expect(host.takeLog() == ["signal web@3"])
        #expect(host.phase("web@2") == .stopped)
    }

    @Test func nobodyWaitsForTheTurnOfOneThatCannotStart() {
        var host = Host([
            service("db"), service("a") { $0.after = [named("db")] }, service("b") { $0.after = [named("a")] },
        ])
        host.start("db", "a", "b")
        host.started("db")
        host.started("a")
        host.started("b")
        host.take(.stop([named("a")], by: .person))
        host.exited("a")
        host.exited("db", .code(78))
        #expect(host.phase("db") == .held)
        _ = host.takeLog()
        host.take(.restart([named("a"), named("b")], .person))
        #expect(host.phase("a") == .waiting)
        #expect(host.takeLog() == ["signal b"])
        host.exited("b")
        host.started("b")
        host.wake("b")
        #expect(host.machine.services.values.allSatisfy { $0.roll == .none })
    }

    @Test func whatWasDownAndCanStartIsReadyBeforeThoseThatComeAfterIt() {
        var host = Host([
            service("db"), service("a") { $0.after = [named("db")] }, service("b") { $0.after = [named("a")] },
        ])
        host.start("db", "a", "b")
        host.started("db")
        host.started("a")
        host.started("b")
        host.take(.stop([named("a")], by: .person))
        host.exited("a")
        _ = host.takeLog()
        host.take(.restart([named("a"), named("b")], .person))
        #expect(host.takeLog() == ["launch a"])
        host.started("a")
        host.wake("a")
        #expect(host.takeLog() == ["signal b"])
    }
}
