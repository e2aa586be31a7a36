// SPDX-License-Identifier: Apache-2.0

import HostCore

/// How often a rule for rolling back is wrong, and how soon it is right: candidates of a known rate of failure, judged
/// after each job beside a stable model of which 400 jobs are known.
public struct RuleTrial: Sendable {
    /// A rule.
    public enum Rule: Sendable, CaseIterable {
        /// That of hostd.
        case hostd
        /// Worse with a probability above 95 %, from 5 jobs on.
        case eager
        /// More than half of the last 10 jobs failed.
        case lastTen
    }

    /// What became of many candidates.
    public struct Result: Hashable, Sendable {
        /// Share that was rolled back.
        public let rolledBack: Double
        /// After so many jobs on average; nil: none was.
        public let meanJobs: Double?
        /// Share that has held, by the rule of hostd, before it was rolled back.
        public let held: Double
    }

    /// So many jobs of the candidate at most.
    public let jobs: Int
    /// So many candidates.
    public let trials: Int
    private static let rules = RolloutRules()

    /// Trials of so many candidates, each with at most so many jobs.
    public init(trials: Int, jobs: Int = 100) {
        self.trials = trials
        self.jobs = jobs
    }

    /// What a rule does with candidates that fail at one rate, where the stable model fails at another.
    public func run(_ rule: Rule, candidate: Double, stable: Double, seed: UInt64) -> Result {
        var random = SplitMix64(seed: seed)
        var (ends, held): ([Int], Int) = ([], 0)
        for _ in 0..<trials {
            let known = (0..<RolloutRules.window).count { _ in random.unit() < stable }
            let reference = RateCounts(failures: known, total: RolloutRules.window)
            // The same number of draws for each candidate: all rules see the same ones.
            let failed = (0..<jobs).map { _ in random.unit() < candidate }
            var counts = RateCounts(failures: 0, total: 0)
            var hasHeld = false
            for (index, hasFailed) in failed.enumerated() {
                counts.total += 1
                counts.failures += hasFailed ? 1 : 0
                // Only a failure makes a candidate worse.
                if hasFailed, Self.isWorse(rule, counts, reference, failed[...index]) {
                    ends.append(counts.total)
                    break
                }
                hasHeld = hasHeld || Self.rules.hasHeld(counts, beside: reference)
            }
            held += hasHeld ? 1 : 0
        }
        return Result(
            rolledBack: Double(ends.count) / Double(trials),
            meanJobs: ends.isEmpty ? nil : Double(ends.reduce(0, +)) / Double(ends.count),
            held: Double(held) / Double(trials))
    }

    private static func isWorse(
        _ rule: Rule, _ candidate: RateCounts, _ stable: RateCounts, _ history: ArraySlice<Bool>
    ) -> Bool {
        switch rule {
        case .hostd: rules.isWorse(candidate, than: stable)
        case .eager:
            candidate.total >= 5
                && BetaComparison.probability(that: candidate, exceeds: stable, by: 0) > 0.95
        case .lastTen: history.count >= 10 && history.suffix(10).count { $0 } > 5
        }
    }
}
