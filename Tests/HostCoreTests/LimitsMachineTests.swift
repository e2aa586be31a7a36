// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct LimitsMachineTests {
    private let mebibyte: UInt64 = 1 << 20

    private func use(_ mebibytes: UInt64, tasks: Int = 1) -> ResourceUse {
        ResourceUse(memoryBytes: mebibytes * mebibyte, tasks: tasks)
    }

    @Test func theFirstReadingOverTheMemoryLimitIsUrgent() {
        var machine = LimitsMachine(LimitsSpecification(memoryBytes: 100 * mebibyte))
        #expect(machine.take(use(100), at: .zero) == nil, "a limit may be reached")
        let breach = machine.take(use(101), at: .zero)
        #expect(breach?.isUrgent == true)
        #expect(breach?.reason == "memory of 101 MiB is over limits.memory, 100 MiB")
    }

    @Test func aRestartNeedsTwoReadingsInARow() {
        var machine = LimitsMachine(LimitsSpecification(memoryRestartBytes: 100 * mebibyte))
        #expect(machine.take(use(200), at: .zero) == nil)
        #expect(machine.take(use(50), at: .zero) == nil)
        #expect(machine.take(use(200), at: .zero) == nil)
        let breach = machine.take(use(200), at: .zero)
        #expect(breach?.isUrgent == false)
        #expect(breach?.reason == "memory of 200 MiB is over limits.memory_restart, 100 MiB")
    }

    @Test func theHigherLimitIsUrgentWhenBothArePassed() {
        let limits = LimitsSpecification(memoryBytes: 200 * mebibyte, memoryRestartBytes: 100 * mebibyte)
        var machine = LimitsMachine(limits)
        #expect(machine.take(use(150), at: .zero) == nil)
        #expect(machine.take(use(250), at: .zero)?.isUrgent == true)
    }

    @Test func tooManyTasksAreNotUrgent() {
        var machine = LimitsMachine(LimitsSpecification(tasks: 10))
        #expect(machine.take(use(1, tasks: 11), at: .zero) == nil)
        let breach = machine.take(use(1, tasks: 12), at: .zero)
        #expect(breach?.isUrgent == false)
        #expect(breach?.reason == "12 processes and threads are over limits.tasks, 10")
    }

    @Test func withoutLimitsNothingIsTooMuch() {
        var machine = LimitsMachine(LimitsSpecification(cpuPercent: 100))
        for _ in 0..<3 { #expect(machine.take(use(1 << 40, tasks: 1 << 20), at: .zero) == nil) }
        #expect(machine.newest?.tasks == 1 << 20)
    }

    @Test func aBusyInstanceIsRestartedWhenItIsQuietAgainOrNearItsEnd() {
        let limits = LimitsSpecification(memoryBytes: 1000 * mebibyte, memoryRestartBytes: 100 * mebibyte)
        var machine = LimitsMachine(limits)
        for _ in 0..<5 { #expect(machine.take(use(800), isBusy: true, at: .zero) == nil) }
        #expect(machine.waitsForQuiet)
        var quiet = machine
        #expect(quiet.take(use(800), at: .zero)?.isUrgent == false)
        #expect(!quiet.waitsForQuiet)
        #expect(machine.take(use(901), isBusy: true, at: .zero)?.isUrgent == false, "before it is killed")
        // The same where the kernel keeps the limit.
        var kept = LimitsMachine(LimitsSpecification(memoryRestartBytes: 100 * mebibyte))
        kept.mostMemoryBytes = 1000 * mebibyte
        for _ in 0..<5 { #expect(kept.take(use(899), isBusy: true, at: .zero) == nil) }
        #expect(kept.take(use(900), isBusy: true, at: .zero) != nil)
    }

    @Test func thePaceStandsInTheReason() {
        var machine = LimitsMachine(LimitsSpecification(memoryRestartBytes: 320 * mebibyte))
        var breach: LimitBreach?
        for minute in 0..<120 where breach == nil {
            // 220 MiB an hour.
            let bytes = 100 * mebibyte + UInt64(minute) * 220 * mebibyte / 60
            breach = machine.take(ResourceUse(memoryBytes: bytes, tasks: 1), at: .zero + .seconds(minute * 60))
        }
        #expect(
            breach?.reason.hasSuffix(" is over limits.memory_restart, 320 MiB, and grows by 220 MiB an hour") == true)
    }

    @Test func anInstanceOverItsMemoryIsKilledAtOnce() {
        var subject = Subject.up(service { $0.restart.backoff = .seconds(1) })
        let breach = LimitBreach(reason: "memory of 5 GiB is over limits.memory, 4 GiB", isUrgent: true)
        subject.take(.overLimit(subject.instance, breach))
        #expect(subject.phase == .stopping)
        #expect(subject.machine.deadline == subject.now, "it gets no grace")
        let effects = subject.wake()
        #expect(effects.contains(.endTree(subject.instance, grace: .zero)))
        subject.exited(.signal(9), ran: .seconds(1))
        #expect(subject.phase == .backoff, "a failure like any other")
        #expect(subject.machine.reason.contains("memory of 5 GiB is over limits.memory, 4 GiB: "))
    }

    @Test func anInstanceThatIsToBeRestartedGetsItsGrace() {
        var subject = Subject.up(service { $0.stop.grace = .seconds(330) })
        let first = subject.instance
        subject.take(.overLimit(first, LimitBreach(reason: "too much", isUrgent: false)))
        #expect(subject.effects.signals == [15])
        #expect(subject.machine.deadline == subject.now + .seconds(330))
        subject.exited(.code(0), ran: .seconds(3600))
        #expect(subject.effects.launched == [subject.instance], "after so long a run, at once")
        #expect(subject.instance != first)
        #expect(subject.machine.restarts == 1)
    }

    @Test func aReadingOfAnEarlierInstanceChangesNothing() {
        var subject = Subject.up(service())
        let stranger = InstanceID(service: subject.instance.service, launch: 99)
        #expect(subject.take(.overLimit(stranger, LimitBreach(reason: "x", isUrgent: true))).isEmpty)
        subject.take(.stop(by: .person))
        #expect(subject.take(.overLimit(subject.instance, LimitBreach(reason: "x", isUrgent: true))).isEmpty)
    }

    @Test(arguments: [
        (UInt64(0), "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (10 << 20, "10 MiB"),
        (4_509_715_660, "4.1 GiB"), (.max, "15 EiB"),
    ])
    func bytesAsPeopleWriteThem(bytes: UInt64, text: String) {
        #expect(ByteText.text(bytes) == text)
    }
}
