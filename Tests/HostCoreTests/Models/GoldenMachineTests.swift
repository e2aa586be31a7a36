// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct GoldenMachineTests {
    private static func run(_ specs: [String] = ["a", "b"], rounds: Int = 1) -> GoldenMachine.Run {
        GoldenMachine.Run(
            tier: "agent", number: 3, stable: "old", candidate: "new", specs: specs, rounds: rounds,
            startedMilliseconds: 1)
    }

    /// Each job ends as `ends` says, by its place in the order.
    private static func ended(_ run: GoldenMachine.Run, _ ends: [GoldenMachine.Outcome]) -> GoldenMachine {
        var machine = GoldenMachine(run)
        _ = machine.resume()
        for (index, end) in ends.enumerated() {
            guard let job = JobID(Int64(index + 1)) else { continue }
            _ = machine.handle(.submitted(machine.item(index), job))
            switch end {
            case .succeeded: _ = machine.handle(.over(job, .succeeded, ""))
            case .failed(let why): _ = machine.handle(.over(job, .failed, why))
            case .refused(let words):
                _ = machine.handle(.refused(job, words))
                _ = machine.handle(.over(job, .failed, "exit 1"))
            case .void(let why): _ = machine.handle(.over(job, .cancelled, why))
            }
        }
        return machine
    }

    @Test func theModelsTakeTurnsAndOneJobOfEachIsUnderWay() throws {
        var machine = GoldenMachine(Self.run(rounds: 2))
        #expect(machine.resume() == [.save, .submit(machine.item(0)), .submit(machine.item(1))])
        let job = try #require(JobID(1))
        _ = machine.handle(.submitted(machine.item(0), job))
        #expect(machine.handle(.over(job, .succeeded, "")) == [.save, .submit(machine.item(2))])
        #expect(machine.handle(.over(job, .failed, "")).isEmpty, "once")
        let order = (0..<8).map { machine.key(of: machine.item($0)) }
        #expect(
            order == [
                "golden/agent-3/a/stable/1", "golden/agent-3/a/candidate/1", "golden/agent-3/b/stable/1",
                "golden/agent-3/b/candidate/1", "golden/agent-3/a/stable/2", "golden/agent-3/a/candidate/2",
                "golden/agent-3/b/stable/2", "golden/agent-3/b/candidate/2",
            ])
        #expect(machine.model(of: machine.item(0)) == "old" && machine.model(of: machine.item(1)) == "new")
    }

    @Test func aCandidateWhoseJobsAllSucceedHasPassed() {
        let machine = Self.ended(Self.run(), Array(repeating: .succeeded, count: 4))
        #expect(machine.verdict.hasPassed && machine.isOver)
        let figures =
            "new failed 0 of 2 (0.0 %, 0.0 % to 65.8 % at 95 %), old failed 0 of 2 (0.0 %, 0.0 % to 65.8 % at 95 %)"
        #expect(machine.verdict.words == "passed: all of its jobs succeeded; \(figures)")
    }

    @Test func itMayFailWhatTheTiersModelFailsAndNoMore() {
        let failed = GoldenMachine.Outcome.failed("exit 1")
        let same = Self.ended(Self.run(), [failed, .succeeded, .succeeded, failed])
        #expect(same.verdict.hasPassed && same.verdict.words.hasPrefix("passed: it failed no more jobs than"))
        let worse = Self.ended(Self.run(), [.succeeded, .succeeded, .succeeded, failed])
        #expect(!worse.verdict.hasPassed)
        #expect(worse.verdict.words.hasPrefix("not passed: it failed more jobs than the tier's model; new failed 1 of"))
    }

    @Test func aRefusalDoesNotPassWhateverTheOthersSay() {
        let failed = GoldenMachine.Outcome.failed("exit 1")
        let machine = Self.ended(Self.run(), [failed, .refused("404 no such model"), failed, .succeeded])
        #expect(machine.verdict.words.hasPrefix("not passed: it was refused: 404 no such model; "))
        let other = Self.ended(Self.run(), [.refused("401"), .succeeded, .succeeded, .succeeded])
        #expect(other.verdict.hasPassed, "the refusal of the tier's own model is not the candidate's")
    }

    @Test func aPairOfWhichOneJobWasCancelledIsLeftOut() {
        let machine = Self.ended(Self.run(), [.void("a person"), .failed("exit 1"), .succeeded, .succeeded])
        #expect(machine.counts(.candidate) == RateCounts(failures: 0, total: 1))
        #expect(machine.counts(.stable) == RateCounts(failures: 0, total: 1))
        #expect(machine.verdict.hasPassed)
        let nothing = Self.ended(Self.run(["a"]), [.succeeded, .void("a person")])
        #expect(nothing.verdict.words.hasPrefix("not passed: none of its jobs says anything"))
    }

    @Test func whatCannotBeSubmittedDoesNotHoldUpTheRest() {
        var machine = GoldenMachine(Self.run(["a"]))
        _ = machine.resume()
        #expect(machine.handle(.unsubmittable(machine.item(0), "no kind")) == [.save])
        #expect(machine.handle(.unsubmittable(machine.item(1), "no kind")) == [.save, .ended(machine.verdict)])
        #expect(machine.resume() == [.ended(machine.verdict)], "told again until it was told")
        #expect(machine.handle(.announced(at: 9)) == [.save] && machine.handle(.announced(at: 10)).isEmpty)
        #expect(machine.resume().isEmpty)
    }

    @Test func aSnapshotIsTheWholeMachine() {
        var machine = Self.ended(
            Self.run(["a", "b", "c"], rounds: 2),
            [.succeeded, .failed("exit 1\nlast line: x"), .refused("401 = no"), .void(""), .succeeded])
        #expect(GoldenMachine(snapshot: machine.snapshot) == machine)
        if let job = JobID(99) {
            _ = machine.handle(.submitted(machine.item(5), job))
            _ = machine.handle(.refused(job, "404"))
        }
        #expect(GoldenMachine(snapshot: machine.snapshot) == machine, "a refusal before its job is over")
        #expect(GoldenMachine(snapshot: String(machine.snapshot.dropLast(4))) == nil, "torn")
        #expect(GoldenMachine(snapshot: machine.snapshot.replacing("next=", with: "next=900")) == nil)
    }

    // MARK: - hostd killed

    @Test func killedAtAnyOneMomentEachJobIsRunOnceAndTheModelsTakeTurns() {
        for specs in [["a"], ["a", "b", "c"]] {
            let run = Self.run(specs, rounds: 2)
            var calm = GoldenWorld(run, seed: 1, kills: [])
            calm.runToTheEnd()
            #expect(calm.problem == nil && calm.moments > run.count * 4, "\(calm.problem ?? "")")
            for moment in 1...calm.moments {
                var world = GoldenWorld(run, seed: 1, kills: [moment])
                world.runToTheEnd()
                #expect(world.problem == nil, "killed at \(moment): \(world.problem ?? "")")
                #expect(world.lives == 2)
            }
        }
    }

    @Test func killedAgainAndAgainEachJobIsRunOnceAndTheModelsTakeTurns() {
        var lives = 0
        for seed in 1...400 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let specs = (0...Int(random.next() % 4)).map { "job-\($0)" }
            let run = Self.run(specs, rounds: 1 + Int(random.next() % 3))
            let kills = Set((0..<40).map { _ in 1 + Int(random.next() % 400) })
            var world = GoldenWorld(run, seed: random.next(), kills: kills)
            world.runToTheEnd()
            #expect(world.problem == nil, "seed \(seed): \(world.problem ?? "")")
            lives += world.lives
        }
        #expect(lives > 4000, "\(lives)")
    }
}
