// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What an instance says of itself, and what that means for its start, its health and its end.
struct ServiceNotifyTests {
    private func notify(deadline: Duration = .seconds(60)) -> ProbeSpecification {
        ProbeSpecification(target: .notify, interval: .seconds(5), deadline: deadline)
    }

    private func heartbeat(_ every: Duration = .seconds(30), failures: Int = 1) -> ProbeSpecification {
        ProbeSpecification(target: .heartbeat, interval: every, failures: failures)
    }

    @Test func itIsStartingUntilItSaysThatItIsReady() {
        var web = Subject.up(service { $0.startup = notify() })
        #expect(web.phase == .starting)
        #expect(web.wake().reads == 1)
        web.hear()
        #expect(web.phase == .starting && web.machine.reason == "startup probe: no READY=1 yet")
        web.pass(.seconds(3))
        web.hear { $0.status = "loading plugins" }
        #expect(web.phase == .starting)
        web.hear { $0.ready = $1 }
        #expect(web.phase == .ready)
        #expect(web.machine.deadline == nil, "nothing more is asked")
    }

    @Test func itIsRunningUntilItSaysThatItIsReady() {
        var web = Subject.up(service { $0.ready = notify() })
        #expect(web.phase == .running)
        web.wake()
        web.hear()
        #expect(web.phase == .running && web.machine.reason == "ready probe: no READY=1 yet")
        web.hear { $0.ready = $1 }
        #expect(web.phase == .ready)
        #expect(web.machine.deadline == nil && web.machine.wasReady)
        web.hear { $0.reloading = $1 + .seconds(1) }
        #expect(web.phase == .ready, "a reload takes no work from it")
    }

    @Test func aMissedDoorbellIsMadeUpForByALookEachFiveSeconds() {
        var web = Subject.up(service { $0.ready = notify() })
        web.wake()
        web.hear()
        #expect(web.machine.deadline == web.now + .seconds(5))
        #expect(web.wake().reads == 1)
        web.hear { $0.ready = $1 }
        #expect(web.phase == .ready)
    }

    @Test func whatIsNotReadyAtItsDeadlineIsEnded() {
        var web = Subject.up(service { $0.startup = notify(deadline: .seconds(12)) })
        let started = web.now
        while web.phase == .starting {
            web.wake()
            web.hear { $0.status = "loading" }
        }
        #expect(web.now == started + .seconds(12))
        #expect(web.machine.reason == "not started after 12 s: startup probe: no READY=1 yet, STATUS=loading")
        #expect(web.effects.signals == [15])
    }

    @Test func anExtensionMovesTheDeadlineAndIsGoodForItsTimeOnly() {
        var web = Subject.up(service { $0.startup = notify(deadline: .seconds(12)) })
        let started = web.now
        web.pass(.seconds(10))
        web.hear { $0.extendedUntil = started + .seconds(11) }
        #expect(web.effects.reports.isEmpty, "it takes nothing off the deadline, and adds nothing here")
        web.hear { $0.extendedUntil = started + .seconds(40) }
        #expect(web.effects.reports == [.progress])
        web.hear { $0.extendedUntil = started + .seconds(50) }
        #expect(web.effects.reports.isEmpty, "said once")
        while web.phase == .starting {
            web.wake()
            web.hear()
        }
        #expect(web.now == started + .seconds(50))
    }

    @Test func anExtensionWhoseDoorbellWasMissedIsReadAtTheDeadline() {
        var web = Subject.up(service { $0.startup = probe(interval: .seconds(15), deadline: .seconds(20)) })
        for _ in 1...2 { web.probe(.startup, ok: false) }
        let due = web.wake()
        #expect(due.reads == 1 && due.asked == [.startup])
        web.hear { $0.extendedUntil = $1 + .seconds(60) }
        for case .ask(_, .startup, let number) in due { web.asked[.startup] = number }
        web.answer(.startup, ok: false)
        #expect(web.phase == .starting)
    }

    @Test func aQuestionThatIsOpenAtTheDeadlineDoesNotDecide() {
        var web = Subject.up(service { $0.startup = probe(interval: .seconds(18), deadline: .seconds(20)) })
        web.probe(.startup, ok: false)
        let open = web.wake()
        #expect(open.asked == [.startup] && open.reads == 0)
        for case .ask(_, .startup, let number) in open { web.asked[.startup] = number }
        web.pass(.seconds(3))
        web.answer(.startup, ok: false)
        #expect(web.phase == .starting && web.machine.deadline.map { $0 <= web.now } == true)
        web.asked = [:]
        #expect(web.wake().reads == 1, "it may have asked for more time")
        web.hear()
        for case .ask(_, .startup, let number) in web.take(.wake) { web.asked[.startup] = number }
        #expect(web.phase == .starting)
    }

    @Test func aDeadlineDoesNotFallWhileNobodyKnowsWhetherMoreTimeWasAskedFor() {
        var web = Subject.up(service { $0.startup = probe(interval: .seconds(7), deadline: .seconds(20)) })
        for _ in 1...20 {
            for case .ask(_, .startup, let number) in web.wake() { web.asked[.startup] = number }
            if web.effects.reads > 0 { web.take(.notifyUnread(web.instance, "its keeper is stopped")) }
            web.answer(.startup, ok: false)
            #expect(web.phase == .starting)
        }
        while web.phase == .starting { web.probe(.startup, ok: false) }
        #expect(web.phase == .stopping)
    }

    @Test func anExtensionHelpsAnyStart() {
        var web = Subject.up(service { $0.startup = probe(interval: .seconds(5), deadline: .seconds(20)) })
        let started = web.now
        web.hear { $0.extendedUntil = started + .seconds(90) }
        while web.phase == .starting { web.probe(.startup, ok: false) }
        #expect(web.now == started + .seconds(90))
    }

    @Test func aBeatInTimeKeepsItAliveAndNoOtherBeatWakesHostd() {
        var web = Subject.up(service { $0.live = heartbeat() })
        let started = web.now
        #expect(web.phase == .ready)
        for round in 1...20 {
            let due = web.machine.deadline
            #expect(web.wake().reads == 1)
            web.hear { $0.beat = $1 - .seconds(10) }
            #expect(web.phase == .ready && web.machine.deadline != due)
            #expect(round > 1 || web.now == started + .milliseconds(30_250))
        }
    }

    @Test func aBeatThatStopsEndsTheInstanceWithTheReason() {
        var web = Subject.up(service { $0.live = heartbeat() })
        web.pass(.seconds(20))
        web.hear { $0.beat = $1 }
        #expect(web.wake().reads == 1)
        web.hear()
        #expect(web.phase == .stopping && web.effects.signals == [15])
        #expect(web.machine.reason == "live probe: no WATCHDOG=1 for 30 s (1 of 1)")
    }

    @Test func soManyMissedBeatsInARowAreNeeded() {
        var web = Subject.up(service { $0.live = heartbeat(failures: 3) })
        for missed in 1...2 {
            web.wake()
            web.hear()
            #expect(web.phase == .unhealthy && web.machine.reason == "live probe: no WATCHDOG=1 yet (\(missed) of 3)")
        }
        web.wake()
        web.hear { $0.beat = $1 - .seconds(1) }
        #expect(web.phase == .ready)
        for _ in 1...3 {
            web.wake()
            web.hear()
        }
        #expect(web.phase == .stopping)
    }

    @Test func aTriggerIsAFailureAtOnceAndCountsOnce() throws {
        var web = Subject.up(service { $0.live = heartbeat(failures: 3) })
        web.hear { $0.triggers = 1 }
        #expect(web.phase == .unhealthy && web.machine.reason == "live probe: WATCHDOG=trigger (1 of 3)")
        web.hear { $0.status = "trouble" }
        #expect(web.machine.reason.hasSuffix("(1 of 3)"))
        try web.hostdIsKilled(away: .seconds(1))
        web.hear()
        #expect(web.machine.reason.hasSuffix("(1 of 3)"))
        web.hear { $0.triggers = 3 }
        web.hear { $0.triggers = 4 }
        #expect(web.phase == .stopping)
    }

    @Test func hostdThatSleptGivesTheWholeTimeAnew() {
        var web = Subject.up(service { $0.live = heartbeat() })
        web.wake()
        web.hear { $0.beat = $1 - .seconds(1) }
        // The host was suspended: hostd wakes before the program had a chance to beat.
        web.pass(.seconds(4000))
        #expect(web.take(.wake).reads == 1)
        web.hear()
        #expect(web.phase == .ready && web.machine.deadline == web.now + .milliseconds(30_250))
        web.wake()
        web.hear()
        #expect(web.phase == .stopping, "but not for ever")
    }

    @Test func hostdThatWasAwayJudgesNothingThatItDidNotSee() throws {
        var web = Subject.up(service { $0.live = heartbeat() })
        web.wake()
        web.hear { $0.beat = $1 - .seconds(1) }
        try web.hostdIsKilled(away: .seconds(300))
        web.hear()
        #expect(web.phase == .ready)
        web.wake()
        web.hear { $0.beat = $1 - .seconds(2) }
        #expect(web.phase == .ready)
    }

    @Test func readinessThatWasSaidWhileHostdWasAwayIsSeenWhenItReturns() throws {
        for change in [{ $0.startup = $1 }, { $0.ready = $1 }]
            as [(inout ServiceSpecification, ProbeSpecification) -> Void]
        {
            var web = Subject.up(service { change(&$0, notify()) })
            try web.hostdIsKilled(away: .seconds(60))
            web.hear { $0.ready = $1 - .seconds(30) }
            #expect(web.phase == .ready)
            try web.hostdIsKilled(away: .seconds(60))
            #expect(web.phase == .ready && web.machine.deadline == nil, "and not forgotten")
        }
    }

    @Test func anOlderRecordChangesNothing() {
        var web = Subject.up(service { $0.ready = notify() })
        web.hear { $0.ready = $1 }
        var old = NotifyRecord()
        old.stopping = web.now
        old.writtenAt = .zero
        web.take(.notified(web.instance, old))
        #expect(web.phase == .ready)
    }

    @Test func whatCannotBeReadIsHeldAgainstNobody() {
        var web = Subject.up(service { $0.live = heartbeat() })
        for _ in 1...20 {
            #expect(web.wake().reads == 1)
            web.take(.notifyUnread(web.instance, "too many open files"))
            #expect(web.phase == .ready && web.machine.deadline == web.now + .seconds(5))
        }
        #expect(web.wake().reads == 1, "and an answer that never comes is asked for again")
        #expect(web.wake().reads == 1)
        #expect(web.phase == .ready)
    }

    @Test func whatSaysThatItStopsGetsItsGraceAndNoSignal() {
        var web = Subject.up(service { ($0.live, $0.restart.jitter) = (heartbeat(), 0) })
        web.hear { $0.stopping = $1 }
        #expect(web.phase == .stopping && web.machine.reason == "it says that it stops (STOPPING=1)")
        #expect(web.effects.signals.isEmpty && web.machine.deadline == web.now + .seconds(30))
        web.exited(.code(3), ran: .seconds(5))
        #expect(web.phase == .backoff)
        #expect(web.machine.reason == "250 ms: it says that it stops (STOPPING=1): exit 3 after 5 s")
    }

    @Test func whatSaysThatItStopsAndDoesNotIsKilled() {
        var web = Subject.up(service())
        web.hear { $0.stopping = $1 }
        web.wake()
        #expect(web.effects.graces == [.zero] && web.phase == .stopping)
    }

    @Test func aPersonsWordCountsWhileItStopsByItself() {
        var web = Subject.up(service())
        web.hear { $0.stopping = $1 }
        web.take(.stop(by: .person))
        web.exited(.code(0), ran: .seconds(5))
        #expect(web.phase == .stopped)
    }

    @Test func aServiceWithoutSuchProbesIgnoresAllButItsStop() {
        var web = Subject.up(service())
        web.hear {
            $0.triggers = 5
            $0.ready = $1
            $0.status = "fine"
        }
        #expect(web.phase == .ready && web.effects.isEmpty)
        guard case .up(let life) = web.machine.state else { return }
        #expect(life.notify.status == "fine")
    }

    @Test func theAnswerOfTheStartStaysVisible() {
        var web = Subject.up(service { ($0.startup, $0.live) = (probe(), probe()) })
        web.probe(.startup, ok: true, seen: "200 in 3 ms")
        guard case .up(let life) = web.machine.state else { return }
        #expect(life.startupResult?.answer.seen == "200 in 3 ms")
    }
}

struct NotifyRecordTests {
    @Test func theFieldsOfAKeepersRecord() throws {
        let text = """
            instance=web.1\nmonotonic_ns=9\nready_count=2\nready_ns=5\nreloading_count=1\nreloading_ns=6
            watchdog_ns=7\nwatchdog_count=12\ntrigger_count=3\ntrigger_ns=8\nstatus=a\\nb\nstatus_count=1
            extend_until_ns=99\nstopping_ns=4\nend\n
            """
        let record = NotifyRecord(try #require(FieldText(parsing: text)))
        #expect(record.writtenAt.nanoseconds == 9 && record.ready?.nanoseconds == 5 && record.beat?.nanoseconds == 7)
        #expect(record.isReloading && record.triggers == 3 && record.extendedUntil?.nanoseconds == 99)
        #expect(record.status == "a\nb" && record.stopping?.nanoseconds == 4)
        #expect(NotifyRecord(try #require(FieldText(parsing: "end\n"))) == NotifyRecord())
    }
}
