// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What follows an end that nobody asked for.
struct ServiceEndTests {
    @Test func aCrashIsFollowedByABackOffWithItsEvidence() {
        var web = Subject.up(service { $0.restart.jitter = 0 })
        web.exited(.code(1), ran: .milliseconds(400))
        #expect(web.phase == .backoff && web.machine.reason == "250 ms: exit 1 after 400 ms")
        #expect(web.effects.reports == [.exited, .backoff])
        #expect(web.effects.forgotten == [InstanceID("web.1")])
        let ended = web.now
        #expect(web.wake().launched == [InstanceID("web.2")])
        #expect(web.now == ended + .milliseconds(250))
        #expect(web.machine.reason == "replaces web.1: exit 1 after 400 ms")
        #expect(web.machine.restarts == 1)
    }

    @Test func theLastLineIsAddedToTheReasonWhereverThatEndsWithTheExit() {
        var web = Subject.up(service { $0.restart.jitter = 0 })
        let first = web.instance
        web.exited(.code(1), ran: .milliseconds(400))
        #expect(web.effects.contains(.findLastLine(first)))
        web.take(.lastLine(first, "Error: listen EADDRINUSE"))
        #expect(web.machine.reason == "250 ms: exit 1 after 400 ms, last line: Error: listen EADDRINUSE")
        web.take(.lastLine(first, "another"))
        #expect(web.machine.lastExit?.lastLine == "Error: listen EADDRINUSE")
        web.wake()
        #expect(web.machine.reason == "replaces web.1: exit 1 after 400 ms, last line: Error: listen EADDRINUSE")
    }

    @Test func afterAStableRunTheReplacementComesAtOnce() {
        var web = Subject.up(service())
        web.exited(.signal(9), ran: .seconds(10))
        #expect(web.effects.launched == [InstanceID("web.2")])
        #expect(web.effects.forgotten == [InstanceID("web.1")])
    }

    @Test func nothingIsLaunchedBeforeTheTreeIsEmpty() {
        var web = Subject.up(service())
        web.exited(.signal(9), ran: .seconds(10), treeEmpty: false)
        #expect(web.effects.launched.isEmpty && web.effects.forgotten.isEmpty)
        #expect(web.phase == .stopping)
        #expect(web.machine.reason == "killed by SIGKILL after 10 s; ending what it left behind")
        web.exited(.signal(9), ran: .seconds(10), treeEmpty: true)
        #expect(web.effects.reports == [.cleared, .starting])
        #expect(web.effects.launched == [InstanceID("web.2")])
    }

    @Test func whatTheMainProcessLeavesBehindIsKilledInTheEnd() {
        var web = Subject.up(service { $0.stop.leftovers = .seconds(5) })
        web.exited(.code(1), treeEmpty: false)
        #expect(web.effects.graces.isEmpty, "its keeper does that")
        let ended = web.now
        #expect(web.wake().graces == [.zero])
        #expect(web.now == ended + .seconds(15))
        web.take(.treeEmpty(web.instance))
        #expect(web.phase == .backoff)
    }

    @Test func aCrashLoopIsSlowLoudAndNeverGivenUp() {
        var web = Subject.up(service { ($0.restart.burst, $0.restart.jitter) = (3, 0) })
        for _ in 1...2 {
            web.exited(.code(1))
            #expect(web.phase == .backoff)
            web.wake()
            web.started()
        }
        for launch in 4...10 as ClosedRange<UInt64> {
            web.exited(.code(1))
            #expect(web.phase == .looping && web.effects.reports.contains(.looping))
            #expect(web.machine.reason == "2 min after 3 failures within 10 min: exit 1 after 0 s")
            #expect(web.wake().launched.map(\.launch) == [launch])
            web.started()
        }
        web.exited(.code(1), ran: .seconds(10))
        #expect(web.effects.launched.map(\.launch) == [11], "it was stable: the loop is over")
        web.started()
        web.exited(.code(1))
        #expect(web.phase == .backoff && web.machine.reason == "250 ms: exit 1 after 0 s")
    }

    @Test func underAlwaysExitsWithZeroAreACrashLoopToo() {
        var web = Subject.up(service { $0.restart.burst = 2 })
        web.exited(.code(0))
        web.wake()
        web.started()
        web.exited(.code(0))
        #expect(web.phase == .looping)
    }

    @Test func anExitThatSaysDoNotRestartHoldsItUntilAPersonStartsIt() {
        var web = Subject.up(service())
        web.exited(.code(78), ran: .seconds(60))
        #expect(web.phase == .held && web.effects.marks == [.held])
        #expect(web.machine.reason.hasSuffix("restart.hold_on_exit says: exit 78 after 60 s"))
        #expect(web.machine.deadline == nil && web.machine.restarts == 0)
        #expect(web.take(.start(by: .host)).isEmpty, "hostd does not start what is held")
        web.take(.start(by: .person))
        #expect(web.effects.marks == [nil] && web.effects.launched == [InstanceID("web.2")])
    }

    @Test func theLastLineOfAHeldServiceIsShown() {
        var web = Subject.up(service())
        web.exited(.code(78))
        web.take(.lastLine(web.instance, "bad config"))
        #expect(web.machine.reason.hasSuffix("exit 78 after 0 s, last line: bad config"))
    }

    @Test func thePolicyMayLeaveItDown() {
        var web = Subject.up(service { $0.restart.policy = .onFailure })
        web.exited(.code(0), ran: .seconds(60))
        #expect(web.phase == .stopped && web.machine.reason == "restart.policy is \"on-failure\": exit 0 after 60 s")
        #expect(web.effects.marks.isEmpty, "it starts again with the host")
        #expect(web.effects.reports == [.exited, .stopped])
        #expect(!web.machine.wasReady)
    }

    @Test func aLostKeeperIsSweptAfterBeforeTheReplacement() {
        var web = Subject.up(service())
        web.pass(.seconds(30))
        web.take(.keeperLost(web.instance))
        #expect(web.effects.swept == [InstanceID("web.1")] && web.effects.launched.isEmpty)
        #expect(web.effects.reports == [.exited, .keeperLost])
        #expect(web.take(.keeperLost(web.instance)).isEmpty)
        #expect(web.wake().swept == [InstanceID("web.1")], "without an answer it is swept again")
        web.take(.swept(web.instance, killed: 2))
        #expect(web.effects.launched == [InstanceID("web.2")])
        #expect(web.machine.lastExit?.report.status == .unknown)
        #expect(web.machine.lastExit?.report.ran == .seconds(30))
    }

    @Test func aKeeperLostWhileItClearsKeepsTheExitThatItRecorded() {
        var web = Subject.up(service { $0.restart.jitter = 0 })
        web.exited(.code(3), treeEmpty: false)
        web.take(.keeperLost(web.instance))
        web.take(.swept(web.instance, killed: 1))
        #expect(web.machine.reason == "250 ms: exit 3 after 0 s")
    }

    @Test func aKeeperThatDoesNotClearIsSweptAwayWithItsTree() {
        var web = Subject.up(service())
        web.exited(.code(3), treeEmpty: false)
        for _ in 1...3 { #expect(web.wake().graces == [.zero]) }
        #expect(web.wake().swept == [InstanceID("web.1")])
        web.take(.swept(web.instance, killed: 1))
        #expect(web.phase == .backoff)
    }
}
