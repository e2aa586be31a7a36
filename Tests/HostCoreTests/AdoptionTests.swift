// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// hostd is killed and comes back: nobody is disturbed, nothing is forgotten, nothing is done twice.
struct AdoptionTests {
    @Test func whatRunsKeepsItsPidItsCountAndItsHealth() throws {
        var web = Subject.up(service { ($0.live, $0.ready, $0.restart.jitter) = (probe(failures: 3), probe(), 0) })
        web.exited(.code(1))
        web.wake()
        web.started(pid: 300)
        web.probe(.ready, ok: true)
        web.probe(.live, ok: false)
        web.probe(.live, ok: false)
        let before = web.machine
        try web.hostdIsKilled(away: .seconds(5))
        #expect(web.effects.reports == [.adopted] && web.effects.marks == [nil] && web.effects.count == 2)
        #expect(web.phase == .unhealthy && web.machine.state.process == ProcessIdentity(pid: 300, startTicks: 300))
        #expect(web.machine.restarts == 1 && web.machine.since == before.since)
        #expect(web.machine.reason == before.reason && web.machine.lastExit == before.lastExit)
        #expect(web.started(pid: 300).isEmpty, "its start record is read again")
        web.probe(.live, ok: false)
        #expect(web.effects.signals == [15], "the third failure in a row")
    }

    @Test func whatDiedMeanwhileIsKnownWithItsTrueExit() throws {
        var web = Subject.up(service { $0.restart.jitter = 0 })
        try web.hostdIsKilled(away: .seconds(60))
        web.exited(.code(3), ran: .seconds(2))
        #expect(web.phase == .backoff && web.machine.reason == "250 ms: exit 3 after 2 s")
    }

    @Test func aDecisionToLaunchStandsAndIsCarriedOutOnce() throws {
        var web = Subject(service())
        web.take(.start(by: .host))
        try web.hostdIsKilled()
        #expect(web.effects.launched.isEmpty, "the keeper may have been started")
        web.take(.neverRan(web.instance))
        #expect(web.effects.launched == [InstanceID("web.2")] && web.effects.forgotten == [InstanceID("web.1")])
        web.take(.neverRan(web.instance))
        #expect(web.effects.launched.isEmpty, "this one was launched by this hostd: a failure")
    }

    @Test func whatWasLaunchedJustBeforeIsTakenOver() throws {
        var web = Subject(service())
        web.take(.start(by: .host))
        try web.hostdIsKilled(away: .seconds(120))
        web.started()
        #expect(web.phase == .ready && web.instance == InstanceID("web.1"))
    }

    @Test func aStopThatWasOnItsWayGoesOn() throws {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        let deadline = web.machine.deadline
        web.take(.signalled(web.instance))
        try web.hostdIsKilled(away: .seconds(5))
        #expect(web.effects.signals.isEmpty, "it was signalled before")
        #expect(web.effects.marks == [.stopped], "the store may not have taken it")
        #expect(web.phase == .stopping && web.machine.deadline == deadline)
        web.exited(.signal(15))
        #expect(web.phase == .stopped)
    }

    @Test func aSignalThatMayNotHaveBeenSentIsSent() throws {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        try web.hostdIsKilled()
        #expect(web.effects.signals == [15])
    }

    @Test func killingAndSweepingAreOrderedAgain() throws {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        web.wake()
        try web.hostdIsKilled()
        #expect(web.effects.graces == [.zero])

        var clearing = Subject.up(service())
        clearing.exited(.code(1), treeEmpty: false)
        try clearing.hostdIsKilled()
        #expect(clearing.effects.graces.isEmpty, "its keeper does that")
        clearing.wake()
        try clearing.hostdIsKilled()
        #expect(clearing.effects.graces == [.zero])

        var lost = Subject.up(service())
        lost.take(.keeperLost(lost.instance))
        try lost.hostdIsKilled()
        #expect(lost.effects.swept == [lost.instance])
    }

    @Test func aPersonsStopAndAHeldServiceStayDown() throws {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        web.exited(.signal(15))
        try web.hostdIsKilled()
        web.take(.start(by: .host))
        #expect(web.phase == .stopped && web.machine.reason.hasPrefix("stopped by a person"))

        var held = Subject.up(service())
        held.exited(.code(78))
        try held.hostdIsKilled()
        held.take(.start(by: .host))
        #expect(held.phase == .held && held.machine.reason.hasSuffix("exit 78 after 0 s"))
    }

    @Test func aStopThatHadNotHadItsTurnIsStillWanted() throws {
        var web = Subject.up(service())
        web.take(.queueStop(by: .person))
        try web.hostdIsKilled()
        #expect(web.machine.queuedStop == .person && web.effects.marks == [.stopped])
        web.exited(.code(1))
        #expect(web.phase == .stopped && web.effects.launched.isEmpty)
    }

    @Test func whatHostdStoppedForItsOwnEndComesBackWithIt() throws {
        var down = Subject.up(service())
        down.take(.stop(by: .host))
        down.exited(.signal(15))
        try down.hostdIsKilled(away: .seconds(5))
        #expect(down.effects.launched == [InstanceID("web.2")])

        var onItsWay = Subject.up(service())
        onItsWay.take(.stop(by: .host))
        onItsWay.take(.signalled(onItsWay.instance))
        try onItsWay.hostdIsKilled()
        #expect(onItsWay.effects.signals.isEmpty)
        onItsWay.exited(.signal(15))
        #expect(onItsWay.effects.launched == [InstanceID("web.2")])

        var waiting = Subject.up(service())
        waiting.take(.queueStop(by: .host))
        try waiting.hostdIsKilled()
        #expect(waiting.phase == .ready && waiting.machine.queuedStop == nil)
    }

    @Test func whatThePolicyLeftDownDoesNotComeBack() throws {
        var web = Subject.up(service { $0.restart.policy = .never })
        web.exited(.code(0))
        try web.hostdIsKilled()
        #expect(web.phase == .stopped && web.effects.launched.isEmpty)
    }

    @Test func aBackOffAndALoopGoOnWhereTheyWere() throws {
        for burst in [0, 1] {
            var web = Subject.up(service { ($0.restart.burst, $0.restart.jitter) = (burst, 0) })
            web.exited(.code(1))
            let (phase, deadline) = (web.phase, web.machine.deadline)
            try web.hostdIsKilled(away: .milliseconds(100))
            #expect(web.phase == phase && web.machine.deadline == deadline)
            #expect(web.wake().launched == [InstanceID("web.2")])
            web.started()
            web.exited(.code(1))
            #expect(web.machine.deadline == web.now + (burst == 0 ? .milliseconds(500) : .seconds(120)))
        }
    }

    @Test func noPauseIsLongerThanTheRulesAllowNow() throws {
        var web = Subject.up(service { $0.restart.burst = 1 })
        web.exited(.code(1))
        let fields = try #require(FieldText(parsing: web.machine.snapshot.text))
        let shorter = service { $0.restart.maxBackoff = .seconds(1) }
        let machine = try #require(ServiceMachine(shorter, from: fields, seed: 1, at: web.now))
        #expect(machine.deadline == web.now + .seconds(1))
    }

    @Test func whatHasStartedWhileHostdWasAwayIsNotKilledForADeadlineThatPassed() throws {
        var web = Subject.up(service { $0.startup = probe(deadline: .seconds(60)) })
        web.probe(.startup, ok: false)
        try web.hostdIsKilled(away: .seconds(600))
        web.probe(.startup, ok: true)
        #expect(web.phase == .ready)
    }

    @Test func whatHasStillNotStartedWhenHostdIsBackIsEnded() throws {
        var web = Subject.up(service { $0.startup = probe(deadline: .seconds(60)) })
        try web.hostdIsKilled(away: .seconds(600))
        web.probe(.startup, ok: false)
        #expect(web.effects.signals == [15])
    }

    @Test func aPortThatWasTakenIsLookedAtAtOnceWithItsReasonKept() throws {
        var web = Subject(service { $0.ports = [80] })
        web.take(.start(by: .host))
        web.take(.portsChecked(PortHolder(port: 80, holder: "pid 811 (node)")))
        try web.hostdIsKilled()
        #expect(web.effects.contains(.checkPorts([80])))
        #expect(web.machine.reason == "port 80 is held by pid 811 (node)")
    }

    @Test func aLaunchNumberIsNeverUsedTwice() throws {
        var web = Subject(service { $0.restart.backoff = .zero })
        var launched: [InstanceID] = web.take(.start(by: .host)).launched
        for round in 0..<50 {
            if round % 3 == 0 { try web.hostdIsKilled() }
            launched += (round % 2 == 0 ? web.take(.neverRan(web.instance)) : web.exited(.code(1))).launched
            launched += web.take(.swept(web.instance, killed: 0)).launched
            launched += web.wake().launched
        }
        #expect(Set(launched).count == launched.count && launched.count > 40)
    }
}

/// Only the runtime folder knows of an instance: the snapshot is lost, torn, or older.
struct LostSnapshotTests {
    @Test func whatIsFoundRunningIsTakenOver() {
        var web = Subject(service())
        let found = InstanceID(service: named("web"), launch: 7)
        _ = web.machine.adopt(found, at: web.now)
        #expect(web.phase == .starting && web.machine.reason == "found, not yet known to run")
        web.started(pid: 17)
        #expect(web.phase == .ready && web.instance == found)
        web.exited(.code(1), ran: .seconds(60))
        #expect(web.effects.launched == [InstanceID("web.8")])
    }

    @Test func itIsTakenOverInOneStepTooWhenItsProcessIsKnown() {
        var web = Subject(service())
        let effects = web.machine.adopt(
            InstanceID(service: named("web"), launch: 7), ProcessIdentity(pid: 17, startTicks: 1), startedAt: web.now,
            at: web.now)
        #expect(web.phase == .ready && effects.launched.isEmpty)
    }

    @Test func whatIsFoundDeadIsJudgedByItsExit() {
        var web = Subject(service { $0.restart.jitter = 0 })
        _ = web.machine.adopt(InstanceID(service: named("web"), launch: 7), at: web.now)
        web.exited(.code(1))
        #expect(web.phase == .backoff && web.machine.reason == "250 ms: exit 1 after 0 s")
    }

    @Test func whatIsFoundWithoutAKeeperIsSwept() {
        var web = Subject(service())
        _ = web.machine.adopt(InstanceID(service: named("web"), launch: 7), at: web.now)
        web.started()
        web.take(.keeperLost(web.instance))
        #expect(web.effects.swept == [InstanceID("web.7")])
    }

    @Test func aPersonsStopIsCarriedOut() {
        var web = Subject(service(), mark: .stopped)
        _ = web.machine.adopt(InstanceID(service: named("web"), launch: 7), at: web.now)
        #expect(web.phase == .stopping)
        #expect(web.started().signals == [15])
        web.exited(.signal(15))
        #expect(web.phase == .stopped)
    }

    @Test func whatRunsAfterAHoldWasStartedByAPerson() {
        var web = Subject(service(), mark: .held)
        let effects = web.machine.adopt(InstanceID(service: named("web"), launch: 7), at: web.now)
        #expect(effects == [.mark(nil)])
        web.started()
        #expect(web.phase == .ready)
    }

    @Test func anInstanceThatIsNewerThanTheSnapshotReplacesWhatThatKnew() throws {
        var web = Subject.up(service())
        try web.hostdIsKilled()
        _ = web.machine.adopt(InstanceID(service: named("web"), launch: 2), at: web.now)
        web.started(pid: 400)
        #expect(web.phase == .ready && web.machine.state.process?.pid == 400)
    }
}
