// SPDX-License-Identifier: Apache-2.0

/// When a candidate is rolled back, when it has held, and when nothing can be said of it.
public struct RolloutRules: Hashable, Sendable {
    /// Refused for so many different jobs, it is rolled back at once.
    public var refusals = 2
    /// It is worse when its rate of failures is higher than the stable one's by more than this …
    public var margin = 0.02
    /// … with a probability above this …
    public var confidence = 0.975
    /// … after so many jobs …
    public var minimum = 8
    /// … and so many failures.
    public var minimumFailures = 3
    /// It has held after so many jobs: with none of them failed its rate is below 5 %, at 95 % …
    public var promotionMinimum = 59
    /// … and so long …
    public var promotionAge: Duration = .seconds(86_400)
    /// … when its rate of failures, at 95 %, is higher than the stable one's by at most this.
    public var promotionMargin = 0.05
    /// Nothing can be said of it when neither was so after this.
    public var patience: Duration = .seconds(14 * 86_400)
    /// One that was rolled back is not tried again for so long.
    public var coolOff: Duration = .seconds(86_400)
    /// So many of the newest jobs of an arm count.
    public static let window = 400

    /// The rules of hostd.
    public init() {}

    /// Whether the candidate is worse, by the counts of both arms.
    public func isWorse(_ candidate: RateCounts, than stable: RateCounts) -> Bool {
        guard candidate.total >= minimum, candidate.failures >= minimumFailures else { return false }
        return BetaComparison.probability(that: candidate, exceeds: stable, by: margin) > confidence
    }

    /// Whether the candidate has held for long enough, by the counts of both arms.
    public func hasHeld(_ candidate: RateCounts, beside stable: RateCounts) -> Bool {
        candidate.total >= promotionMinimum && WilsonBound.upper(candidate) <= stable.rate + promotionMargin
    }
}
