// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct DiskGuardTests {
    private static let gibibyte: UInt64 = 1 << 30
    /// Looks every ten seconds at a disk of 100 GiB: the steps are at 15, 10, 5 and 2 GiB.
    private struct Disk {
        var guarded = DiskGuard(at: .zero)
        var now = Instant.zero
        var ballast: UInt64 = 0
        var seen: [DiskGuard.Effect] = []

        @discardableResult
        mutating func look(
            gibibytes: Double, inodes: UInt64 = 1000, fault: DiskReading.Fault? = nil, seconds: Int = 10
        ) -> [DiskGuard.Effect] {
            var effects: [DiskGuard.Effect] = []
            for _ in 0..<max(seconds / 10, 1) {
                let reading = DiskReading(
                    availableBytes: UInt64(gibibytes * Double(DiskGuardTests.gibibyte)),
                    capacityBytes: 100 * DiskGuardTests.gibibyte, availableInodes: inodes, inodes: 1000, fault: fault,
                    ballastBytes: ballast)
                effects += guarded.handle(reading, at: now)
                now = now + .seconds(10)
            }
            seen += effects
            return effects
        }
    }

    @Test func eachStepHasItsThresholdAndItsPatience() {
        var disk = Disk()
        disk.look(gibibytes: 50, seconds: 60)
        #expect(disk.guarded.step == .fine)
        disk.look(gibibytes: 14, seconds: 300)
        #expect(disk.guarded.step == .fine, "not yet five minutes")
        disk.look(gibibytes: 14)
        #expect(disk.guarded.step == .warn)
        disk.look(gibibytes: 9, seconds: 130)
        #expect(disk.guarded.step == .gate)
        disk.look(gibibytes: 4, seconds: 30)
        #expect(disk.guarded.step == .evict)
        disk.look(gibibytes: 1)
        #expect(disk.guarded.step == .emergency, "at once")
        #expect(disk.guarded.level == .critical)
        #expect(disk.guarded.trouble == "1 GiB (1%) left")
    }

    @Test func aDipThatIsOverSoonIsNothing() {
        var disk = Disk()
        for _ in 0..<5 {
            disk.look(gibibytes: 50, seconds: 600)
            disk.look(gibibytes: 12, seconds: 120)
        }
        #expect(disk.seen.isEmpty)
    }

    @Test func aStepIsOverOnlyWithAMarginAndForAWhile() {
        var disk = Disk()
        disk.look(gibibytes: 9, seconds: 130)
        #expect(disk.guarded.step == .gate)
        disk.look(gibibytes: 11, seconds: 3600)
        #expect(disk.guarded.step == .gate, "12 GiB would be enough")
        disk.look(gibibytes: 16, seconds: 300)
        #expect(disk.guarded.step == .gate)
        disk.look(gibibytes: 18, seconds: 310)
        #expect(disk.guarded.step == .fine)
        #expect(disk.seen.filter { $0 == .holdJobs(true) }.count == 1)
        #expect(disk.seen.filter { $0 == .holdJobs(false) }.count == 1)
    }

    @Test func whatGoesUpAndDownAroundAThresholdChangesNothing() {
        var disk = Disk()
        disk.look(gibibytes: 9.9, seconds: 130)
        disk.seen = []
        for turn in 0..<100 { disk.look(gibibytes: turn.isMultiple(of: 2) ? 10.5 : 9.5, seconds: 60) }
        #expect(!disk.seen.contains(.changed))
    }

    @Test func inodesCountLikeBytes() {
        var disk = Disk()
        disk.look(gibibytes: 50, inodes: 10)
        #expect(disk.guarded.step == .emergency)
        #expect(disk.guarded.trouble == "10 of 1000 inodes left")
    }

    @Test func aFileSystemWithoutAFixedNumberOfInodesHasEnough() {
        var guarded = DiskGuard(at: .zero)
        _ = guarded.handle(DiskReading(availableBytes: 50 << 30, capacityBytes: 100 << 30), at: .zero)
        #expect(guarded.level == .ok)
    }

    @Test func whatCannotBeWrittenIsCriticalAtOnceAndForAWhileAfterwards() {
        var disk = Disk()
        disk.look(gibibytes: 50)
        #expect(disk.look(gibibytes: 50, fault: .readOnly) == [.changed])
        #expect(disk.guarded.level == .critical)
        #expect(disk.guarded.trouble == "it is read-only")
        disk.look(gibibytes: 50, seconds: 200)
        #expect(disk.guarded.level == .critical)
        disk.look(gibibytes: 50, seconds: 200)
        #expect(disk.guarded.level == .ok)
    }

    @Test func aWriteThatFoundNoRoomIsAnEmergencyWhateverTheFiguresSay() {
        var disk = Disk()
        disk.look(gibibytes: 50, fault: .noRoom)
        #expect(disk.guarded.step == .emergency)
    }

    @Test func cleaningBeginsAtTheGateAndIsTriedAgain() {
        var disk = Disk()
        disk.look(gibibytes: 50)
        let first = disk.look(gibibytes: 8, seconds: 130)
        #expect(first.contains(.clean(bytes: 4 * Self.gibibyte)), "up to where the step is over")
        #expect(!disk.look(gibibytes: 8, seconds: 590).contains(.clean(bytes: 4 * Self.gibibyte)))
        #expect(disk.look(gibibytes: 8, seconds: 20).contains(.clean(bytes: 4 * Self.gibibyte)))
    }

    @Test func whatTheFirstLookFindsWasSoBefore() {
        var disk = Disk()
        disk.look(gibibytes: 9)
        #expect(disk.guarded.step == .gate)
    }

    @Test func growersAreStoppedOneAtATime() {
        var disk = Disk()
        disk.look(gibibytes: 50)
        disk.look(gibibytes: 4, seconds: 30)
        #expect(disk.seen.filter { $0 == .stopGrower }.count == 1)
        disk.look(gibibytes: 4, seconds: 60)
        #expect(disk.seen.filter { $0 == .stopGrower }.count == 3)
    }

    @Test func ballastIsGivenBackInAnEmergencyAndMadeAgainWithFourTimesTheRoom() {
        var disk = Disk()
        disk.guarded.ballastWanted = Self.gibibyte
        #expect(!disk.look(gibibytes: 3.9).contains(.makeBallast))
        #expect(disk.look(gibibytes: 50) == [.makeBallast])
        disk.ballast = Self.gibibyte
        #expect(disk.look(gibibytes: 1).contains(.giveBallast))
        disk.ballast = 0
        #expect(!disk.look(gibibytes: 3.9, seconds: 1200).contains(.makeBallast))
        #expect(disk.look(gibibytes: 50, seconds: 400).contains(.makeBallast))
    }

    @Test func aSteadyFillIsSaidHoursBefore() {
        var disk = Disk()
        var hoursLeft: Double?
        // 3 GiB an hour from 45 %.
        for minute in 0..<900 {
            disk.look(gibibytes: 45 - Double(minute) / 20)
            disk.now = disk.now + .seconds(50)
            if hoursLeft == nil, disk.guarded.level == .warn { hoursLeft = (45 - Double(minute) / 20) / 3 }
            if disk.guarded.level == .critical { break }
        }
        #expect((hoursLeft ?? 0) > 12)
        #expect(disk.guarded.trouble.contains("full in about "))
    }

    @Test func aSmallFileSystemIsContentWithLittle() {
        let small = DiskThresholds(capacityBytes: 64 << 20)
        #expect(small.limit(.emergency) < Double(3 << 20))
        #expect(small.clear(.warn) < Double(24 << 20))
        let large = DiskThresholds(capacityBytes: 4 << 40)
        #expect(large.limit(.warn) == Double(40 << 30))
        #expect(DiskThresholds(capacityBytes: 10 << 30).limit(.warn) == Double(2 << 30))
    }

    /// Fills, dips, bursts and cleanings as they come, on disks of all sizes.
    @Test(arguments: 0..<8) func whateverHappensTheRulesHold(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let capacity = Double(UInt64(64 << 20) << (random.next() % 16))
        let thresholds = DiskThresholds(capacityBytes: UInt64(capacity))
        var guarded = DiskGuard(at: .zero)
        guarded.ballastWanted = UInt64(capacity / 50)
        var (free, pace, held, ballast, holding) = (capacity * 0.6, 0.0, 0.0, UInt64(0), false)
        var (emptySince, plentySince, changes): (Int?, Int?, Int) = (nil, nil, 0)
        for look in 0..<3000 {
            if random.next() % 300 == 0 { pace = capacity * (Double(random.next() % 200) - 120) / 400_000 }
            if random.next() % 700 == 0 { held = capacity * Double(random.next() % 30) / 100 }
            if random.next() % 50 == 0 { held = 0 }
            free = min(max(free + pace, 0), capacity * 0.9)
            let left = max(free - held - Double(ballast), 0)
            let before = guarded.level
            let effects = guarded.handle(
                DiskReading(
                    availableBytes: UInt64(left), capacityBytes: UInt64(capacity), ballastBytes: ballast),
                at: .zero + .seconds(look * 10))
            changes += guarded.level == before ? 0 : 1
            for effect in effects {
                switch effect {
                case .holdJobs(let holds):
                    #expect(holds != holding && holds == (guarded.step >= .gate))
                    holding = holds
                case .giveBallast:
                    #expect(ballast > 0 && guarded.step == .emergency)
                    ballast = 0
                case .makeBallast:
                    #expect(ballast == 0 && left >= Double(guarded.ballastWanted) * 4)
                    ballast = guarded.ballastWanted
                case .clean: #expect(guarded.step >= .gate)
                case .stopGrower: #expect(guarded.step >= .evict)
                case .changed: break
                }
            }
            emptySince = left < thresholds.limit(.emergency) ? emptySince ?? look : nil
            plentySince = left > capacity * 0.45 ? plentySince ?? look : nil
            #expect(emptySince == nil || guarded.step == .emergency, "seed \(seed), look \(look)")
            // Plenty for long enough: whatever was held goes on.
            if let plentySince, look - plentySince > 100 { #expect(guarded.level == .ok, "seed \(seed), look \(look)") }
        }
        // Each fall takes five minutes of room: it cannot go to and fro.
        #expect(changes < 3000 / 30)
    }
}
