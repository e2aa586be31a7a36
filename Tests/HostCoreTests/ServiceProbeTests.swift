// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What probes say of a running instance.
struct ServiceProbeTests {
    @Test func untilTheStartupProbeIsGoodTheOthersAreNotAsked() {
        var web = Subject.up(
            service { ($0.startup, $0.live, $0.ready) = (probe(interval: .seconds(1)), probe(), probe()) })
        #expect(web.phase == .starting)
        for _ in 1...5 {
            #expect(web.wake().asked == [.startup])
            web.take(.probed(web.instance, .startup, number: UInt64(web.askedCount()), no))
            #expect(web.phase == .starting && web.machine.reason == "startup probe: 503")
        }
        web.probe(.startup, ok: true)
        #expect(web.phase == .running)
        #expect(web.wake().asked == [.ready])
        web.asked[.ready] = 1
        web.answer(.ready, ok: true, seen: "200 in 3 ms")
        #expect(web.phase == .ready && web.machine.reason == "ready 5 s after its start: 200 in 3 ms")
        #expect(web.wake().asked.contains(.live))
    }

    private let no = ProbeAnswer(ok: false, seen: "503")

    @Test func aLiveFailureDuringTheStartIsIgnored() {
        var web = Subject.up(service { ($0.startup, $0.live) = (probe(), probe()) })
        let before = web.machine
        #expect(web.take(.probed(web.instance, .live, number: 1, no)).isEmpty)
        #expect(web.machine == before)
    }

    @Test func soManyLiveFailuresInARowEndTheInstanceAndItCountsAsACrash() {
        var web = Subject.up(service { ($0.live, $0.restart.jitter) = (probe(failures: 3), 0) })
        web.probe(.live, ok: false)
        #expect(web.phase == .unhealthy && web.machine.reason == "live probe: seen (1 of 3)")
        web.probe(.live, ok: false)
        #expect(web.effects.signals.isEmpty)
        let asked = web.now
        web.probe(.live, ok: false, seen: "no answer in 3 s")
        #expect(web.effects.signals == [15] && web.phase == .stopping)
        #expect(web.machine.deadline.map { $0 - asked > .seconds(10) && $0 - web.now == .seconds(10) } == true)
        web.exited(.code(0), ran: .seconds(5))
        #expect(web.phase == .backoff)
        #expect(web.machine.reason == "250 ms: live probe: no answer in 3 s (3 of 3): exit 0 after 5 s")
    }

    @Test func aHungInstanceGetsNoLongGrace() {
        var short = Subject.up(service { ($0.live, $0.stop.grace) = (probe(), .seconds(2)) })
        short.probe(.live, ok: false)
        #expect(short.machine.deadline == short.now + .seconds(2))
        var long = Subject.up(service { ($0.live, $0.stop.grace) = (probe(), .seconds(330)) })
        long.probe(.live, ok: false)
        #expect(long.machine.deadline == long.now + .seconds(10))
    }

    @Test func oneLiveSuccessBreaksTheRow() {
        var web = Subject.up(service { $0.live = probe(failures: 2) })
        for _ in 1...5 {
            web.probe(.live, ok: false)
            #expect(web.phase == .unhealthy)
            web.probe(.live, ok: true, seen: "200")
            #expect(web.phase == .ready && web.machine.reason == "live probe: 200")
        }
    }

    @Test func aReadyProbeOnlyReports() {
        var web = Subject.up(service { $0.ready = probe(failures: 2) })
        web.probe(.ready, ok: true)
        #expect(web.phase == .ready)
        web.probe(.ready, ok: false)
        #expect(web.phase == .ready)
        web.probe(.ready, ok: false, seen: "503")
        #expect(web.phase == .running && web.machine.reason == "ready probe: 503")
        for _ in 1...20 { web.probe(.ready, ok: false, seen: "503") }
        #expect(web.phase == .running && web.machine.wasReady && web.effects.isEmpty)
    }

    @Test func anAnswerAboutAnEarlierInstanceIsNotApplied() {
        var web = Subject.up(service { $0.live = probe() })
        let first = web.instance
        web.wake()
        web.exited(.code(1), ran: .seconds(60))
        web.started()
        web.wake()
        #expect(web.take(.probed(first, .live, number: 1, no)).isEmpty)
        #expect(web.phase == .ready)
    }

    @Test func aLostAnswerCountsLikeABadOne() {
        var web = Subject.up(service { $0.live = probe(failures: 2) })
        web.wake()
        #expect(web.wake().reports == [.unhealthy])
        #expect(web.phase == .unhealthy && web.machine.reason == "live probe: no answer from the prober (1 of 2)")
        web.wake()
        #expect(web.wake().signals == [15])
    }

    @Test func anInstanceThatIsNotStartedByItsDeadlineIsEnded() {
        var web = Subject.up(service { $0.startup = probe(interval: .seconds(7), deadline: .seconds(60)) })
        let started = web.now
        while web.phase == .starting { web.probe(.startup, ok: false, seen: "503") }
        #expect(web.now == started + .seconds(60), "at the deadline it is asked once more")
        #expect(web.effects.signals == [15] && web.phase == .stopping)
        #expect(web.machine.reason == "not started after 60 s: startup probe: 503")
    }

    @Test func whatIsGoodAtTheDeadlineHasStarted() {
        var web = Subject.up(service { $0.startup = probe(interval: .seconds(7), deadline: .seconds(10)) })
        web.probe(.startup, ok: false)
        web.probe(.startup, ok: false)
        web.probe(.startup, ok: true)
        #expect(web.phase == .ready)
    }

    @Test func theDeadlineExtendsWhileProgressIsReported() {
        var web = Subject.up(service { $0.startup = probe(interval: .seconds(5), deadline: .seconds(20)) })
        let started = web.now
        var digest: UInt64 = 1
        while web.now - started < .seconds(100) {
            web.probe(.startup, ok: false, seen: "step \(digest)", digest: digest)
            digest += 1
        }
        #expect(web.phase == .starting)
        while web.phase == .starting { web.probe(.startup, ok: false, seen: "stuck", digest: 7) }
        #expect(
            web.now - started > .seconds(115) && web.now - started <= .seconds(125), "no more progress, no more time")
    }

    @Test func anAnswerWithoutADigestIsNoProgress() {
        var web = Subject.up(service { $0.startup = probe(interval: .seconds(5), deadline: .seconds(20)) })
        let started = web.now
        while web.phase == .starting { web.probe(.startup, ok: false, seen: "\(web.now)") }
        #expect(web.now == started + .seconds(20))
    }

    @Test func allExtensionsTogetherHaveAnEnd() {
        var web = Subject.up(service { $0.startup = probe(interval: .seconds(5), deadline: .seconds(20)) })
        let started = web.now
        var digest: UInt64 = 1
        while web.phase == .starting {
            web.probe(.startup, ok: false, digest: digest)
            digest += 1
        }
        #expect(web.now == started + .seconds(120))
    }

    @Test func aProbersSilenceAtTheDeadlineIsAnAnswerToo() {
        var web = Subject.up(service { $0.startup = probe(deadline: .seconds(20)) })
        while web.phase == .starting { web.wake() }
        #expect(web.machine.reason == "not started after 25 s: startup probe: no answer from the prober")
    }

    @Test func aStartIsNotEndedWhileHostdCannotAsk() {
        var web = Subject.up(service { $0.startup = probe(interval: .seconds(7), deadline: .seconds(20)) })
        let started = web.now
        while web.now - started < .seconds(100) {
            web.probe(.startup, with: .unasked("too many open files"))
            #expect(web.phase == .starting)
            #expect(web.machine.deadline.map { $0 > web.now } == true, "it is not asked in circles")
        }
        web.probe(.startup, ok: false, seen: "503")
        #expect(web.phase == .stopping)
    }

    @Test func probesWaitForTheirDelay() {
        let web = Subject.up(service { $0.ready = probe(delay: .seconds(20)) })
        #expect(web.machine.deadline == web.now + .seconds(20))
    }

    @Test func nothingIsAskedOfWhatEnds() {
        var web = Subject.up(service { ($0.live, $0.ready) = (probe(), probe()) })
        web.wake()
        web.take(.stop(by: .person))
        #expect(web.take(.probed(web.instance, .ready, number: 1, no)).isEmpty)
        #expect(web.wake().asked.isEmpty)
    }
}

extension Subject {
    /// The number of the startup question that is open.
    fileprivate func askedCount() -> Int {
        for case .ask(_, .startup, let number) in effects { return Int(number) }
        return 0
    }
}
