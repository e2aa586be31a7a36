// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// Jobs are submitted when they are due, each time once, whatever becomes of clocks and of hostd.
struct ScheduleMachineTests {
    /// A machine with its two clocks and what the host remembers.
    private struct Host {
        var machine = ScheduleMachine()
        var wall: Int64
        var now = Instant(nanoseconds: 0)
        var memories: [String: ScheduleMemory] = [:]
        var submitted: [String] = []
        var skipped: [String] = []
        var wake: Int64?
        var plans: [ScheduleMachine.Plan]
        var busy: Set<String> = []
        /// Jobs are over as soon as they are submitted.
        var endsAtOnce = true

        init(at time: String, _ plans: [ScheduleMachine.Plan]) {
            wall = utc(time)
            self.plans = plans
            start()
        }

        mutating func handle(_ event: ScheduleMachine.Event) {
            for effect in machine.handle(event, at: now, wall: wall) {
                switch effect {
                case .submit(let kind, _, let key):
                    submitted.append(key)
                    if endsAtOnce { handle(.busy(kind: kind, false)) } else { busy.insert(kind) }
                case .skip(_, let due): skipped.append(due.local.description)
                case .remember(let kind, let memory):
                    memories[kind] = memory.flatMap { ScheduleMemory(text: $0.text) }
                case .wake(let seconds): wake = seconds
                }
            }
        }

        /// As after a start of hostd.
        mutating func start() {
            machine = ScheduleMachine()
            handle(.configure(plans, memories, busy: busy))
        }

        /// Time goes on, and the machine is woken when it wants to be.
        mutating func run(until time: String) {
            let end = utc(time)
            while let next = wake, next <= end {
                now = now + .seconds(max(next, wall) - wall)
                wall = max(next, wall)
                handle(.look)
            }
            now = now + .seconds(end - wall)
            wall = end
        }

        /// hostd is down until then.
        mutating func beDown(until time: String) {
            wall = utc(time)
            now = Instant(nanoseconds: 0)
            start()
        }

        /// Somebody sets the clock.
        mutating func set(_ time: String) {
            wall = utc(time)
            handle(.look)
        }
    }

    private func plan(
        _ text: String, kind: String = "k", zone: TimeZoneRules = .utc, overlap: KindSpecification.Overlap = .skip
    ) throws -> ScheduleMachine.Plan {
        ScheduleMachine.Plan(kind: kind, schedule: try Schedule(parsing: text), zone: zone, overlap: overlap)
    }

    private func keys(_ times: String...) -> [String] { times.map { "schedule/k/2026-12-" + $0 } }

    @Test func eachDueTimeIsSubmittedOnce() throws {
        var host = Host(at: "2026-12-01 10:00", [try plan("daily 09:00"), try plan("Wed 12:00", kind: "b")])
        #expect(host.submitted.isEmpty, "what was due before the kind was known is not caught up")
        #expect(host.wake == utc("2026-12-02 09:00"))
        host.run(until: "2026-12-04 08:00")
        #expect(
            host.submitted == [
                "schedule/k/2026-12-02T09:00", "schedule/b/2026-12-02T12:00", "schedule/k/2026-12-03T09:00",
            ])
        host.handle(.look)
        host.start()
        #expect(host.submitted.count == 3)
    }

    @Test func whatWasMissedIsCaughtUpOnceByItsNewestTime() throws {
        var host = Host(at: "2026-12-01 10:00", [try plan("daily 09:00")])
        host.run(until: "2026-12-02 10:00")
        host.beDown(until: "2026-12-09 08:00")
        #expect(host.submitted == keys("02T09:00", "08T09:00"))
        host.start()
        host.run(until: "2026-12-09 10:00")
        #expect(host.submitted == keys("02T09:00", "08T09:00", "09T09:00"))
        #expect(host.memories["k"]?.spans.count == 1)
    }

    @Test func aClockThatIsSetBackRepeatsNothing() throws {
        var host = Host(at: "2026-12-01 10:00", [try plan("*:0/30")])
        host.run(until: "2026-12-02 10:00")
        let count = host.submitted.count
        #expect(count == 48)
        host.set("2026-12-01 12:00")
        host.run(until: "2026-12-02 10:00")
        #expect(host.submitted.count == count)
        host.run(until: "2026-12-02 10:30")
        #expect(host.submitted.count == count + 1)
        #expect(Set(host.submitted).count == host.submitted.count)
    }

    @Test func aClockThatWasWrongForAWhileCostsNoRun() throws {
        var host = Host(at: "2026-12-01 10:00", [try plan("daily 09:00")])
        host.run(until: "2026-12-01 12:00")
        host.set("2031-05-05 12:00")
        #expect(host.submitted == ["schedule/k/2031-05-05T09:00"])
        host.run(until: "2031-05-06 10:00")
        host.set("2026-12-02 11:00")
        host.run(until: "2026-12-04 10:00")
        #expect(
            host.submitted == ["schedule/k/2031-05-05T09:00", "schedule/k/2031-05-06T09:00"]
                + keys("02T09:00", "03T09:00", "04T09:00"))
        host.start()
        #expect(host.submitted.count == 5)
    }

    @Test func aHostThatWakesUpIsNoClockThatWasSet() throws {
        var host = Host(at: "2026-12-01 10:00", [try plan("daily 09:00")])
        host.run(until: "2026-12-02 10:00")
        // Suspended for a week: both clocks go on.
        host.now = host.now + .seconds(7 * 86_400)
        host.set("2026-12-09 10:00")
        #expect(host.submitted == keys("02T09:00", "09T09:00"))
        host.set("2026-12-05 10:00")
        host.run(until: "2026-12-08 10:00")
        #expect(host.submitted.count == 2, "these days were caught up")
    }

    @Test func whileAJobRunsTheNextTimeIsLeftOut() throws {
        var host = Host(at: "2026-12-01 10:00", [try plan("daily 09:00")])
        host.endsAtOnce = false
        host.run(until: "2026-12-03 10:00")
        #expect(host.submitted == keys("02T09:00"))
        #expect(host.skipped == ["2026-12-03T09:00"])
        host.start()
        host.run(until: "2026-12-04 10:00")
        #expect(host.skipped == ["2026-12-03T09:00", "2026-12-04T09:00"])
        host.busy = []
        host.handle(.busy(kind: "k", false))
        #expect(host.submitted.count == 1, "what was left out is not caught up")
        host.run(until: "2026-12-05 10:00")
        #expect(host.submitted == keys("02T09:00", "05T09:00"))
    }

    @Test func withQueueWhatCameDueMeanwhileRunsOnceAfterwards() throws {
        var host = Host(at: "2026-12-01 10:00", [try plan("daily 09:00", overlap: .queue)])
        host.endsAtOnce = false
        host.run(until: "2026-12-05 10:00")
        #expect(host.submitted == keys("02T09:00"))
        host.start()
        #expect(host.submitted.count == 1)
        host.busy = []
        host.handle(.busy(kind: "k", false))
        #expect(host.submitted == keys("02T09:00", "05T09:00"))
        #expect(host.skipped.isEmpty)
    }

    @Test func aKindWithAnotherScheduleBeginsAnewAndOneThatGoesIsForgotten() throws {
        var host = Host(at: "2026-12-01 10:00", [try plan("daily 09:00")])
        host.run(until: "2026-12-02 15:00")
        host.plans = [try plan("daily 12:00")]
        host.start()
        #expect(host.submitted == keys("02T09:00"), "12:00 is over")
        host.run(until: "2026-12-03 13:00")
        #expect(host.submitted == keys("02T09:00", "03T12:00"))
        host.plans = []
        host.start()
        #expect(host.memories.isEmpty)
        #expect(host.wake == nil)
    }

    @Test func inSpringAndAutumnAllGoesOnce() throws {
        for (start, end, expected) in [
            ("2026-03-28 20:00", "2026-03-29 20:00", "2026-03-29"),
            ("2026-10-24 20:00", "2026-10-25 20:00", "2026-10-25"),
        ] {
            var host = Host(at: start, [try plan("daily 02:30", zone: Zones.berlin)])
            host.run(until: end)
            host.start()
            #expect(host.submitted == ["schedule/k/\(expected)T02:30"])
        }
    }

    @Test(arguments: 0..<40) func noTimeIsTakenTwiceWhateverTheClocksDo(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let text = ["*:0/10", "daily 02:30", "Mon 09:00", "hourly"][Int(seed % 4)]
        var host = Host(
            at: "2026-12-01 10:00", [try plan(text, zone: Zones.berlin, overlap: seed < 20 ? .skip : .queue)])
        for _ in 0..<60 {
            let step = Int64(random.next() % UInt64(3 * 86_400))
            switch random.next() % 6 {
            case 0: host.wall -= step
            case 1: host.wall += step
            case 2:
                host.wall += step
                host.now = Instant(nanoseconds: 0)
                host.start()
            case 3: host.start()
            default:
                host.run(until: Self.text(host.wall + step / 4))
                continue
            }
            host.handle(.look)
        }
        #expect(Set(host.submitted).count == host.submitted.count)
        #expect(host.memories["k"]?.spans.count ?? 0 <= ScheduleMemory.spanLimit)
    }

    private static func text(_ seconds: Int64) -> String {
        LocalMinute(number: Int(seconds / 60)).description
    }

    @Test(arguments: ["", "x", "1..2", "5..2 daily", "1..4,3..9 daily", "1...2", "0..1,a daily", " daily"])
    func whatIsNoMemoryIsNone(text: String) {
        #expect(ScheduleMemory(text: text) == nil)
    }
}
