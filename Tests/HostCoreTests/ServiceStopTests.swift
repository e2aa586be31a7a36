// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// A person's `stop`, from wherever the service is; the stop ladder.
struct ServiceStopTests {
    @Test func aStopSignalsTheProcessAndWaits() {
        var web = Subject.up(service { ($0.stop.signal, $0.stop.target) = (2, .group) })
        web.take(.stop(by: .person))
        #expect(web.effects.marks == [.stopped])
        #expect(web.effects.contains(.signal(web.instance, number: 2, to: .group)))
        #expect(web.phase == .stopping && web.machine.reason == "stopped by a person")
        web.take(.signalled(web.instance))
        web.exited(.signal(2), ran: .seconds(3))
        #expect(web.phase == .stopped && web.machine.reason == "stopped by a person: killed by SIGINT after 3 s")
        #expect(web.effects.forgotten == [InstanceID("web.1")] && web.effects.launched.isEmpty)
        #expect(web.machine.deadline == nil)
    }

    @Test func afterItsGraceTheWholeTreeIsKilled() {
        var web = Subject.up(service { $0.stop.grace = .seconds(330) })
        let asked = web.now
        web.take(.stop(by: .person))
        web.take(.signalled(web.instance))
        #expect(web.wake().graces == [.zero])
        #expect(web.now == asked + .seconds(330))
        #expect(web.effects.reports == [.killing])
        #expect(web.machine.reason == "stopped by a person; SIGKILL to the whole tree, its time was over")
        web.exited(.signal(9))
        #expect(web.phase == .stopped)
    }

    @Test func aKeeperThatDoesNotObeyIsSweptAwayAndTheStopEnds() {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        web.wake()
        #expect(web.wake().graces == [.zero])
        #expect(web.wake().graces == [.zero])
        #expect(web.wake().swept == [web.instance])
        web.take(.swept(web.instance, killed: 3))
        #expect(web.phase == .stopped)
    }

    @Test func leftOversArePartOfTheStop() {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        web.exited(.signal(15), treeEmpty: false)
        #expect(web.phase == .stopping)
        web.take(.treeEmpty(web.instance))
        #expect(web.phase == .stopped && web.machine.reason.hasPrefix("stopped by a person: killed by SIGTERM"))
    }

    @Test func whatWaitsOrPausesIsStoppedAtOnce() {
        var web = Subject(service { $0.ports = [80] })
        web.take(.start(by: .host))
        web.take(.portsChecked(PortHolder(port: 80, holder: "pid 1")))
        web.take(.stop(by: .person))
        #expect(web.phase == .stopped && web.effects.marks == [.stopped] && web.effects.reports == [.stopped])

        var paused = Subject.up(service())
        paused.exited(.code(1))
        paused.take(.stop(by: .person))
        #expect(paused.phase == .stopped && paused.machine.deadline == nil)
    }

    @Test func whatWaitsForOthersIsStoppedAtOnce() {
        var web = Subject(service { $0.after = [named("proxy")] })
        web.take(.start(by: .host))
        web.take(.stop(by: .person))
        #expect(web.phase == .stopped)
        #expect(web.take(.dependenciesReady).isEmpty)
    }

    @Test func whatWasJustLaunchedIsSignalledAsSoonAsItRuns() {
        var web = Subject(service())
        web.take(.start(by: .host))
        web.take(.stop(by: .person))
        #expect(web.phase == .stopping && web.effects.signals.isEmpty)
        web.pass(.seconds(1))
        web.started()
        #expect(web.effects.signals == [15] && web.effects.reports.isEmpty)
        #expect(web.machine.deadline == web.now + .seconds(30), "its grace begins when it is asked")
        web.exited(.signal(15))
        #expect(web.phase == .stopped)
    }

    @Test func aLaunchThatFailsWhileItIsStoppedEndsTheStop() {
        var web = Subject(service())
        web.take(.start(by: .host))
        web.take(.stop(by: .person))
        web.take(.launchFailed(web.instance, "no memory"))
        #expect(web.phase == .stopped && web.machine.reason == "stopped by a person: no memory")
    }

    @Test func aKeeperThatSaysNothingDoesNotHoldUpAStop() {
        var web = Subject(service())
        web.take(.start(by: .host))
        web.take(.stop(by: .person))
        for _ in 1...4 { web.wake() }
        #expect(web.effects.swept == [web.instance])
        web.take(.swept(web.instance, killed: 0))
        #expect(web.phase == .stopped)
    }

    @Test func aCrashedServiceThatIsStillClearedIsNotReplacedWhenStopped() {
        var web = Subject.up(service())
        web.exited(.code(1), ran: .seconds(60), treeEmpty: false)
        web.take(.stop(by: .person))
        #expect(web.effects.marks == [.stopped])
        web.take(.treeEmpty(web.instance))
        #expect(web.phase == .stopped && web.effects.launched.isEmpty)
        #expect(web.machine.restarts == 0)
    }

    @Test func aStopDuringARestartWins() {
        var web = Subject.up(service())
        web.take(.restart)
        web.take(.stop(by: .person))
        web.exited(.signal(15))
        #expect(web.phase == .stopped && web.effects.launched.isEmpty)
    }

    @Test func anExitThatSaysDoNotRestartDuringAStopIsAStop() {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        web.exited(.code(78))
        #expect(web.phase == .stopped && web.machine.mark == .stopped)
    }

    @Test func aHeldServiceCanBeStopped() {
        var web = Subject.up(service())
        web.exited(.code(78))
        web.take(.stop(by: .person))
        #expect(web.phase == .stopped && web.effects.marks == [.stopped] && web.effects.reports == [.stopped])
    }

    @Test func aStopSaidTwiceIsDoneOnce() {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        #expect(web.take(.stop(by: .person)).isEmpty)
        web.exited(.signal(15), ran: .seconds(3))
        let reason = web.machine.reason
        #expect(web.take(.stop(by: .person)).isEmpty)
        #expect(web.machine.reason == reason)
    }

    @Test func aStopOfWhatIsDownAnywayIsRemembered() {
        var web = Subject.up(service { $0.restart.policy = .never })
        web.exited(.code(0))
        web.take(.stop(by: .person))
        #expect(web.phase == .stopped && web.effects.marks == [.stopped])
        #expect(web.machine.reason == "stopped by a person")
    }

    @Test func aPersonsStopLastsUntilAPersonStartsIt() {
        var web = Subject(service(), mark: .stopped)
        #expect(web.take(.start(by: .host)).isEmpty)
        #expect(web.phase == .stopped)
        web.take(.start(by: .person))
        #expect(web.effects.marks == [nil] && web.effects.launched == [InstanceID("web.1")])
    }

    @Test func whatHostdStopsForItsOwnEndIsNotMarked() {
        var web = Subject.up(service())
        web.take(.stop(by: .host))
        #expect(web.effects.marks.isEmpty && web.effects.signals == [15])
        web.exited(.signal(15), ran: .seconds(9))
        #expect(web.phase == .stopped && web.machine.reason == "hostd stops: killed by SIGTERM after 9 s")
        #expect(web.machine.returnsWithHost)
    }

    @Test func whatAPersonStoppedStaysHisWhenHostdStopsToo() {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        #expect(web.take(.stop(by: .host)).isEmpty)
        web.exited(.signal(15))
        #expect(web.machine.mark == .stopped && !web.machine.returnsWithHost)
        #expect(web.machine.reason.hasPrefix("stopped by a person"))
    }

    @Test func aHeldServiceStaysHeldWhenHostdStops() {
        var web = Subject.up(service())
        web.exited(.code(78))
        #expect(web.take(.stop(by: .host)).isEmpty)
        #expect(web.phase == .held)
    }
}
