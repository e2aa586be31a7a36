// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct RolloutVerdictTests {
    private static func attempt(_ state: AttemptRecord.State) throws -> AttemptRecord {
        let job = try #require(JobID(1))
        var attempt = AttemptRecord(job: job, number: 1, startedMilliseconds: 0)
        attempt.state = state
        return attempt
    }

    @Test func onlyWhatTheModelIsToBlameForSaysAnything() {
        let failed: (AttemptFailure.Blame) -> AttemptVerdict = {
            .failed(AttemptFailure(.permanent, "404 no such model", blame: $0))
        }
        #expect(rolloutVerdict(of: .succeeded(nil)) == .succeeded)
        #expect(rolloutVerdict(of: failed(.none)) == nil)
        #expect(rolloutVerdict(of: failed(.answers)) == .blamed)
        #expect(rolloutVerdict(of: failed(.refused)) == .refused("404 no such model"))
        #expect(rolloutVerdict(of: failed(.refusedKey)) == .refused("404 no such model"), "of a candidate it counts")
    }

    @Test func whatSomethingElseHasEndedSaysNothing() throws {
        let blamed = AttemptVerdict.failed(AttemptFailure(.counted, "it loops", blame: .answers))
        #expect(rolloutVerdict(of: blamed, ended: try Self.attempt(.failed)) == .blamed)
        for state in [AttemptRecord.State.disrupted, .cancelled] {
            #expect(rolloutVerdict(of: blamed, ended: try Self.attempt(state)) == nil)
        }
        var chosen = try Self.attempt(.failed)
        chosen.arm = AttemptPlan.chosen
        #expect(rolloutVerdict(of: blamed, ended: chosen) == nil, "the policy did not choose the model")
    }

    @Test func aRefusalOfTheTiersOwnModelIsNotHeldAgainstIt() throws {
        var tier = ModelPolicy.Tier(model: "old")
        tier.gray = ModelPolicy.Gray(model: "new")
        var machine = RolloutMachine()
        _ = machine.handle(.configured(tier, generation: 1, start: 0), at: 0)
        let job = try #require(JobID(1))
        #expect(machine.handle(.ended(job, model: "old", .refused("401")), at: 1).isEmpty)
        #expect(machine.counts(.stable) == RateCounts(failures: 0, total: 0))
        _ = machine.handle(.ended(job, model: "new", .refused("401")), at: 2)
        #expect(machine.counts(.gray) == RateCounts(failures: 1, total: 1))
    }
}
