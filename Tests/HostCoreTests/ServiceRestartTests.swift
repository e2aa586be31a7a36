// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// A person's `start` and `restart`, from wherever the service is.
struct ServiceRestartTests {
    @Test func aRestartStopsAndStartsAnewWithoutABackOff() {
        var web = Subject.up(service())
        web.take(.restart)
        #expect(web.phase == .stopping && web.effects.signals == [15] && web.effects.marks.isEmpty)
        web.exited(.code(1))
        #expect(web.effects.launched == [InstanceID("web.2")])
        #expect(web.machine.restarts == 1)
    }

    @Test func anExitThatSaysDoNotRestartDuringARestartIsARestart() {
        var web = Subject.up(service())
        web.take(.restart)
        web.exited(.code(78))
        #expect(web.effects.launched == [InstanceID("web.2")])
    }

    @Test func aRestartForgetsEarlierFailures() {
        var web = Subject.up(service { ($0.restart.jitter, $0.restart.burst) = (0, 3) })
        for _ in 1...2 {
            web.exited(.code(1))
            web.wake()
            web.started()
        }
        web.take(.restart)
        web.exited(.signal(15))
        web.started()
        web.exited(.code(1))
        #expect(web.phase == .backoff && web.machine.reason == "250 ms: exit 1 after 0 s")
    }

    @Test(arguments: [ServiceEvent.start(by: .person), .restart])
    func aPersonCutsABackOffOrALoopShort(_ event: ServiceEvent) {
        var web = Subject.up(service { $0.restart.burst = 1 })
        web.exited(.code(1))
        #expect(web.phase == .looping)
        web.take(event)
        #expect(web.effects.launched == [InstanceID("web.2")])
        #expect(!web.machine.snapshot.text.contains("looping=1"), "a fresh start")
    }

    @Test func hostdsOwnStartCutsNothingShort() {
        var web = Subject.up(service())
        web.exited(.code(1))
        #expect(web.take(.start(by: .host)).isEmpty)
        #expect(web.phase == .backoff)
    }

    @Test(arguments: [ServiceEvent.start(by: .person), .restart])
    func aPersonHasATakenPortLookedAtNow(_ event: ServiceEvent) {
        var web = Subject(service { $0.ports = [80] })
        web.take(.start(by: .host))
        web.take(.portsChecked(PortHolder(port: 80, holder: "pid 1")))
        #expect(web.take(event) == [.checkPorts([80])])
    }

    @Test(arguments: [ServiceEvent.start(by: .person), .restart])
    func whatWaitsForOthersGoesOnWaiting(_ event: ServiceEvent) {
        var web = Subject(service { $0.after = [named("proxy")] })
        web.take(.start(by: .host))
        #expect(web.take(event).isEmpty)
        #expect(web.phase == .waiting)
    }

    @Test(arguments: [ServiceEvent.start(by: .person), .restart])
    func whatIsStillBeingStoppedStartsAnewAfterwards(_ event: ServiceEvent) {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        web.take(event)
        #expect(web.effects.marks == [nil])
        web.exited(.signal(15))
        #expect(web.effects.launched == [InstanceID("web.2")])
    }

    @Test(arguments: [ServiceEvent.start(by: .person), .restart])
    func whatIsStillBeingClearedAfterACrashStartsAnewWhateverThePolicySays(_ event: ServiceEvent) {
        var web = Subject.up(service { $0.restart.policy = .never })
        web.exited(.code(78), treeEmpty: false)
        web.take(event)
        web.take(.treeEmpty(web.instance))
        #expect(web.effects.launched == [InstanceID("web.2")] && web.machine.mark == nil)
    }

    @Test func aRestartOfWhatIsDownIsAStart() {
        for mark in [ServiceMark.stopped, .held] {
            var web = Subject(service(), mark: mark)
            web.take(.restart)
            #expect(web.effects.marks == [nil] && web.effects.launched == [InstanceID("web.1")])
            #expect(web.machine.restarts == 0, "a start from rest replaces nothing")
        }
    }

    @Test func aRestartTakesBackAStopThatHasNotHadItsTurn() {
        var web = Subject.up(service())
        web.take(.queueStop(by: .person))
        #expect(web.effects.marks == [.stopped])
        web.take(.restart)
        #expect(web.effects.marks == [nil] && web.machine.queuedStop == nil)
        web.exited(.signal(15))
        #expect(web.effects.launched == [InstanceID("web.2")])
    }

    @Test func aStartTakesBackAStopThatHasNotHadItsTurn() {
        var web = Subject.up(service())
        web.take(.queueStop(by: .person))
        web.take(.start(by: .person))
        #expect(web.effects.marks == [nil] && web.machine.queuedStop == nil)
        #expect(web.phase == .ready)
    }

    @Test func aRestartOfWhatWasJustLaunchedEndsThatLaunchFirst() {
        var web = Subject(service())
        web.take(.start(by: .host))
        web.take(.restart)
        #expect(web.phase == .stopping && web.effects.launched.isEmpty)
        web.started()
        web.exited(.signal(15))
        #expect(web.effects.launched == [InstanceID("web.2")])
    }
}
