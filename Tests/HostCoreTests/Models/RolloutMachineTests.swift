// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct RolloutMachineTests {
    private static let day: Int64 = 86_400_000

    private static func tier(
        share: Int = 500, _ promotion: ModelPolicy.Gray.Promotion = .propose, choice: ModelPolicy.Gray.Choice = .quota,
        candidate: String = "new"
    ) -> ModelPolicy.Tier {
        var tier = ModelPolicy.Tier(model: "old")
        tier.gray = ModelPolicy.Gray(model: candidate, share: share, promotion: promotion, choice: choice)
        return tier
    }

    private static func machine(_ tier: ModelPolicy.Tier, start: UInt64 = 0) -> RolloutMachine {
        var machine = RolloutMachine()
        _ = machine.handle(.configured(tier, generation: 1, start: start), at: 0)
        return machine
    }

    private static func job(_ number: Int64) -> JobID {
        guard let job = JobID(number) else { preconditionFailure("a number of a job") }
        return job
    }

    /// Launches the first attempt of a job; whether it tries the candidate.
    private static func isGray(
        _ machine: inout RolloutMachine, _ number: Int64, key: String? = nil,
        before: (arm: RolloutMachine.Arm, model: String)? = nil
    ) -> Bool {
        let launch = RolloutMachine.Launch(job: job(number), key: key, before: before)
        return machine.handle(.launching(launch), at: 0).contains(.assign(job(number), .gray, model: "new"))
    }

    /// So many jobs of a model end, some of them failed.
    private static func end(
        _ machine: inout RolloutMachine, _ model: String, _ jobs: ClosedRange<Int64>, failed: Int64 = 0, at: Int64 = 0
    ) -> [RolloutMachine.Effect] {
        jobs.flatMap { number in
            let hasFailed = number - jobs.lowerBound < failed
            return machine.handle(.ended(job(number), model: model, hasFailed ? .blamed : .succeeded), at: at)
        }
    }

    @Test(arguments: [0, 1, 4711, 9_999] as [UInt64]) func aQuotaIsExactWhereverItStarts(start: UInt64) {
        var machine = Self.machine(Self.tier(), start: start)
        for round in 0..<10 as Range<Int64> {
            let chosen = (1...20).filter { Self.isGray(&machine, round * 20 + $0) }
            #expect(chosen.count == 1, "every 20th at 5 %")
        }
    }

    @Test func aJobKeepsItsArmOverItsAttempts() {
        var machine = Self.machine(Self.tier(share: 5000))
        for number in 1...20 as ClosedRange<Int64> {
            #expect(Self.isGray(&machine, number, before: (.gray, "new")))
            #expect(!Self.isGray(&machine, number, before: (.stable, "old")))
            #expect(!Self.isGray(&machine, number, before: (.gray, "another")), "of an earlier trial")
        }
    }

    @Test func byHashTheKeyDecidesAndWithoutOneItIsStable() {
        var machine = Self.machine(Self.tier(share: 5000, choice: .hash))
        var other = Self.machine(Self.tier(share: 5000, choice: .hash), start: 77)
        for number in 1...50 as ClosedRange<Int64> {
            let isGray = Self.isGray(&machine, number, key: "k\(number)")
            #expect(isGray == Self.isGray(&other, number + 100, key: "k\(number)"), "hosts agree")
            #expect(!Self.isGray(&machine, number))
        }
        #expect(machine.serviceModel == "old", "services never try it")
    }

    @Test func refusedForTwoJobsItIsRolledBackAtOnce() {
        var machine = Self.machine(Self.tier())
        let refused = RolloutMachine.Event.ended(Self.job(1), model: "new", .refused("404 no such model"))
        #expect(machine.handle(refused, at: 0) == [.save] && machine.handle(refused, at: 0) == [.save], "one job")
        let effects = machine.handle(.ended(Self.job(2), model: "new", .refused("404 no such model")), at: 0)
        let reason = "it was refused for 2 jobs: 404 no such model"
        #expect(effects.last == .rolledBack("new", reason: reason) && machine.phase == .rolledBack)
        #expect(!Self.isGray(&machine, 3, before: (.gray, "new")), "also jobs that had it")
        #expect(machine.share == 0)
    }

    @Test func aWorseCandidateIsRolledBackAndTheFiguresSaidWhy() {
        var machine = Self.machine(Self.tier())
        _ = Self.end(&machine, "old", 1000...1399, failed: 20)
        #expect(Self.end(&machine, "new", 1...5, failed: 0).allSatisfy { $0 == .save })
        let effects = Self.end(&machine, "new", 6...8, failed: 3)
        let reason = "new failed 3 of 8 (37.5 %), old 20 of 400 (5.0 %)"
        #expect(effects.last == .rolledBack("new", reason: reason))
    }

    @Test func fewFailuresSayNothing() {
        var machine = Self.machine(Self.tier())
        _ = Self.end(&machine, "old", 1000...1399, failed: 0)
        #expect(Self.end(&machine, "new", 1...7, failed: 7).allSatisfy { $0 == .save }, "fewer than 8 jobs")
        var other = Self.machine(Self.tier())
        _ = Self.end(&other, "old", 1000...1399, failed: 0)
        #expect(Self.end(&other, "new", 1...10, failed: 2).allSatisfy { $0 == .save }, "fewer than 3 failures")
    }

    @Test func attemptsOfOneJobCountOnce() {
        var machine = Self.machine(Self.tier())
        _ = Self.end(&machine, "old", 1000...1399, failed: 0)
        for _ in 0..<20 { _ = Self.end(&machine, "new", 1...1, failed: 1) }
        #expect(machine.counts(.gray) == RateCounts(failures: 1, total: 1) && machine.phase == .trying)
    }

    @Test func aCandidateThatHeldIsProposedOnceAndItsShareGoesOn() {
        var machine = Self.machine(Self.tier())
        _ = Self.end(&machine, "old", 1000...1399, failed: 4)
        #expect(Self.end(&machine, "new", 1...70).allSatisfy { $0 == .save }, "not within a day")
        let effects = machine.handle(.look, at: Self.day)
        #expect(effects == [.save, .propose("new", evidence: "new failed 0 of 70 (0.0 %), old 4 of 400 (1.0 %)")])
        #expect(machine.handle(.look, at: 3 * Self.day).isEmpty && machine.share == 500)
        _ = Self.end(&machine, "new", 71...110, failed: 40, at: 3 * Self.day)
        #expect(machine.phase == .rolledBack, "it is watched on")
    }

    @Test func promotionIsAutomaticOnlyWhenSaid() {
        for (promotion, phase) in [
            (.auto, .promoted), (.propose, .held), (.golden, .held),
        ] as [(ModelPolicy.Gray.Promotion, RolloutMachine.Phase)] {
            var machine = Self.machine(Self.tier(promotion))
            _ = Self.end(&machine, "new", 1...59, at: Self.day - 1)
            _ = machine.handle(.look, at: Self.day)
            #expect(machine.phase == phase)
        }
        var machine = Self.machine(Self.tier(.golden))
        _ = Self.end(&machine, "new", 1...59)
        guard case .runGolden("new", _)? = machine.handle(.look, at: Self.day).last else {
            return #expect(Bool(false), "the golden jobs are run")
        }
        #expect(
            machine.handle(.golden("new", passed: true, "9 of 9"), at: Self.day).last
                == .promote("new", evidence: "9 of 9"))
    }

    @Test func aPersonMayPromoteWhateverIsKnown() {
        var machine = Self.machine(Self.tier())
        _ = Self.end(&machine, "new", 1...2, failed: 1)
        let effects = machine.handle(.approved(by: "ann"), at: 5)
        #expect(
            effects.last
                == .promote("new", evidence: "ann wants it: new failed 1 of 2 (50.0 %), old 0 of 0 (0.0 %)"))
        #expect(machine.phase == .promoted)
        var none = Self.machine(ModelPolicy.Tier(model: "old"))
        #expect(none.handle(.approved(by: "ann"), at: 5).isEmpty, "there is nothing to promote")
    }

    @Test func aPromotionThatWasLostInACrashIsSaidAgain() throws {
        var machine = Self.machine(Self.tier(.auto))
        _ = Self.end(&machine, "new", 1...59)
        _ = machine.handle(.look, at: Self.day)
        var next = try #require(RolloutMachine(snapshot: machine.snapshot))
        let again = next.handle(.configured(Self.tier(.auto), generation: 1, start: 5), at: Self.day)
        guard case .promote("new", _)? = again.last else { return #expect(Bool(false), "\(again)") }
        _ = next.handle(.configured(ModelPolicy.Tier(model: "new"), generation: 2, start: 5), at: Self.day)
        #expect(next.phase == .none && next.counts(.stable).total == 59, "what is known of it comes along")
    }

    @Test func afterFourteenDaysItIsSaidThatNothingCanBeSaid() {
        var machine = Self.machine(Self.tier())
        _ = Self.end(&machine, "new", 1...20)
        #expect(machine.handle(.look, at: 14 * Self.day - 1).isEmpty)
        guard case .inconclusive("new", _)? = machine.handle(.look, at: 14 * Self.day).last else {
            return #expect(Bool(false))
        }
        #expect(!Self.isGray(&machine, 100, before: (.gray, "new")) && machine.phase == .inconclusive)
    }

    @Test func whatWasRolledBackIsTriedAnewOnlyByANewPolicyAfterTheCoolOff() {
        var machine = Self.machine(Self.tier())
        _ = machine.handle(.abandoned(by: "ann"), at: 0)
        #expect(machine.phase == .rolledBack && machine.reason == "ann wants it no more")
        _ = machine.handle(.configured(Self.tier(), generation: 2, start: 0), at: Self.day - 1)
        #expect(machine.phase == .rolledBack, "too soon")
        _ = machine.handle(.configured(Self.tier(candidate: "third"), generation: 3, start: 0), at: Self.day - 1)
        #expect(machine.phase == .trying, "another may be")
        _ = machine.handle(.configured(Self.tier(), generation: 4, start: 0), at: Self.day - 1)
        #expect(machine.phase == .rolledBack, "the detour does not help")
        _ = machine.handle(.configured(Self.tier(), generation: 4, start: 0), at: 2 * Self.day)
        #expect(machine.phase == .rolledBack, "the same policy says nothing new")
        _ = machine.handle(.configured(Self.tier(), generation: 5, start: 0), at: 2 * Self.day)
        #expect(machine.phase == .trying)
    }

    @Test func aSnapshotHoldsAllThatIsKnown() throws {
        var machine = Self.machine(Self.tier(), start: 4711)
        _ = Self.end(&machine, "old", 1000...1500, failed: 30, at: 5)
        _ = Self.end(&machine, "new", 1...7, failed: 2, at: 7)
        _ = machine.handle(.ended(Self.job(8), model: "new", .refused("401")), at: 8)
        _ = Self.isGray(&machine, 9)
        var next = try #require(RolloutMachine(snapshot: machine.snapshot))
        _ = next.handle(.configured(Self.tier(), generation: 1, start: 1), at: 9)
        var same = machine
        _ = same.handle(.look, at: 9)
        #expect(next.snapshot == machine.snapshot && next.counts(.stable).total == 400)
        #expect(RolloutMachine(snapshot: "phase=trying\n") == nil, "torn")
        #expect(RolloutMachine(snapshot: machine.snapshot.replacing("1000:", with: "x:")) != nil)
        #expect(RolloutMachine(snapshot: machine.snapshot.replacing("1500:", with: "x:")) == nil, "no number of a job")
    }
}
