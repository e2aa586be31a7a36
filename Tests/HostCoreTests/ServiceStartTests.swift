// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// From the wish to run to a running process.
struct ServiceStartTests {
    @Test func aStartOrdersTheFirstLaunch() {
        var web = Subject(service())
        #expect(web.phase == .stopped && web.machine.reason == "not started yet")
        web.take(.start(by: .host))
        #expect(web.effects.launched == [InstanceID("web.1")])
        #expect(web.phase == .starting)
        #expect(web.machine.reason == "first start")
    }

    @Test func withoutProbesWhatRunsIsReady() {
        var web = Subject(service())
        web.take(.start(by: .host))
        web.pass(.seconds(1))
        web.started(pid: 811)
        #expect(web.phase == .ready && web.machine.wasReady)
        #expect(web.machine.state.process?.pid == 811)
        #expect(web.effects.reports == [.started, .ready])
        #expect(web.machine.deadline == nil)
    }

    @Test func portsAreCheckedBeforeEachLaunch() {
        var web = Subject(service { $0.ports = [80, 443] })
        web.take(.start(by: .host))
        #expect(web.effects == [.checkPorts([80, 443])])
        #expect(web.phase == .waiting)
        web.take(.portsChecked(nil))
        #expect(web.effects.launched == [InstanceID("web.1")])
        web.started()
        web.exited(.code(1), ran: .seconds(60))
        #expect(web.effects.contains(.checkPorts([80, 443])) && web.effects.launched.isEmpty)
    }

    @Test func whereHostdListensForItIsCheckedLikeAPort() {
        var web = Subject(service { $0.launch.listen = [HeldAddress(host: "::1", port: 80)] })
        web.take(.start(by: .host))
        #expect(web.effects == [.checkPorts([])])
        web.take(.portsChecked(nil))
        #expect(web.effects.launched == [InstanceID("web.1")])
    }

    @Test func aTakenPortIsWaitedForAndItsHolderNamed() {
        var web = Subject(service { $0.ports = [80] })
        web.take(.start(by: .host))
        let since = web.now
        web.take(.portsChecked(PortHolder(port: 80, holder: "pid 811 (node)")))
        #expect(web.phase == .waiting && web.machine.reason == "port 80 is held by pid 811 (node)")
        #expect(web.effects.reports == [.waiting])
        for _ in 0..<3 {
            #expect(web.wake() == [.checkPorts([80])])
            web.take(.portsChecked(PortHolder(port: 80, holder: "pid 811 (node)")))
            #expect(web.effects.isEmpty, "what is known is not said again")
        }
        #expect(web.machine.reason == "port 80 is held by pid 811 (node)" && web.machine.since == since)
        web.wake()
        web.take(.portsChecked(nil))
        #expect(web.effects.launched == [InstanceID("web.1")])
    }

    @Test func anotherHolderOfThePortIsNews() {
        var web = Subject(service { $0.ports = [80] })
        web.take(.start(by: .host))
        web.take(.portsChecked(PortHolder(port: 80, holder: "pid 811 (node)")))
        web.wake()
        web.take(.portsChecked(PortHolder(port: 80, holder: "pid 812 (nginx)")))
        #expect(web.effects.reports == [.waiting])
    }

    @Test func aPortCheckWithoutAnswerIsMadeAgain() {
        var web = Subject(service { $0.ports = [80] })
        web.take(.start(by: .host))
        #expect(web.wake() == [.checkPorts([80])])
    }

    @Test func anAnswerToAPortCheckThatNobodyWaitsForIsIgnored() {
        var web = Subject.up(service())
        #expect(web.take(.portsChecked(nil)).isEmpty)
        #expect(web.phase == .ready)
    }

    @Test func aFailedSpawnIsAFailureLikeAnyOther() {
        var web = Subject(service { $0.restart.jitter = 0 })
        web.take(.start(by: .host))
        web.take(.launchFailed(web.instance, "cannot clone: no memory"))
        #expect(web.phase == .backoff && web.machine.reason == "250 ms: cannot clone: no memory")
        #expect(web.effects.reports == [.launchFailed, .backoff])
        #expect(web.effects.forgotten == [InstanceID("web.1")])
        #expect(web.wake().launched == [InstanceID("web.2")])
    }

    @Test func aFailedExecIsAFailureLikeAnyOther() {
        var web = Subject(service { $0.restart.jitter = 0 })
        web.take(.start(by: .host))
        web.exited(.failedToStart("cannot exec /x: No such file"))
        #expect(web.phase == .backoff && web.machine.reason == "250 ms: cannot exec /x: No such file")
    }

    @Test func aKeeperKilledBeforeItDidAnythingIsAFailureAndNoReasonForAHotLoop() {
        var web = Subject(service { $0.restart.jitter = 0 })
        web.take(.start(by: .host))
        web.take(.neverRan(web.instance))
        #expect(web.effects.launched.isEmpty && web.effects.swept == [InstanceID("web.1")])
        web.take(.swept(web.instance, killed: 0))
        #expect(web.phase == .backoff && web.effects.launched.isEmpty)
    }

    @Test func aKeeperThatSaysNothingForAMinuteIsKilled() {
        var web = Subject(service())
        let launched = web.now
        web.take(.start(by: .host))
        web.wake()
        #expect(web.now == launched + .seconds(60))
        #expect(web.effects.graces == [.zero] && web.phase == .stopping)
        web.exited(.signal(9))
        #expect(web.phase == .backoff, "\(web.machine.reason)")
    }

    @Test func hostdThatSleptOverTheMinuteLooksAgainFirst() {
        var web = Subject(service())
        web.take(.start(by: .host))
        web.pass(.seconds(300))
        #expect(web.take(.wake).isEmpty)
        #expect(web.phase == .starting)
        #expect(web.wake().graces == [.zero])
    }

    @Test func aStartOfWhatIsOnItsWayChangesNothing() {
        var web = Subject(service())
        web.take(.start(by: .host))
        #expect(web.take(.start(by: .person)).isEmpty)
        web.started()
        #expect(web.take(.start(by: .person)).isEmpty)
        #expect(web.take(.start(by: .host)).isEmpty)
        #expect(web.phase == .ready && web.instance == InstanceID("web.1"))
    }

    @Test func newsOfAnotherInstanceIsIgnored() throws {
        let other = try #require(InstanceID("web.7"))
        let process = ProcessIdentity(pid: 7, startTicks: 7)
        let report = ExitReport(status: .code(1), ran: .zero, wallMilliseconds: 0)
        var web = Subject.up(service())
        let before = web.machine
        for event: ServiceEvent in [
            .launchFailed(other, "no"), .neverRan(other), .started(other, process, at: web.now), .signalled(other),
            .exited(other, report, treeEmpty: true), .treeEmpty(other), .keeperLost(other), .swept(other, killed: 1),
            .probed(other, .live, number: 1, ProbeAnswer(ok: false, seen: "")), .lastLine(other, "x"),
        ] {
            #expect(web.take(event).isEmpty)
            #expect(web.machine == before)
        }
    }

    @Test func newsThatComesTwiceCountsOnce() {
        var web = Subject.up(service())
        #expect(web.started(pid: 200).isEmpty)
        #expect(web.machine.state.process?.pid == 100)
    }
}
