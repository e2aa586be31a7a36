// SPDX-License-Identifier: Apache-2.0

/// The score interval of a rate (Wilson: "Probable inference, the law of succession, and statistical inference", 1927):
/// right also for few trials and for none or all failed, where the textbook's interval is of no width.
public enum WilsonBound {
    /// The rate lies above with a probability of 5 % when this is `z`: the bound is one-sided.
    public static let oneSided95 = 1.6448536269514722

    /// The rate lies outside, on either side, with a probability of 5 % when this is `z`.
    public static let twoSided95 = 1.959963984540054

    /// The upper bound of the rate behind `counts`, between 0 and 1; 1 without any trial.
    public static func upper(_ counts: RateCounts, z: Double = oneSided95) -> Double {
        interval(counts, z: z).upperBound
    }

    /// The interval of the rate behind `counts`, within 0 and 1; all of that without any trial.
    public static func interval(_ counts: RateCounts, z: Double = twoSided95) -> ClosedRange<Double> {
        guard counts.total > 0 else { return 0...1 }
        let total = Double(counts.total)
        let rate = counts.rate
        let square = z * z / total
        let spread = z * (rate * (1 - rate) / total + square / (4 * total)).squareRoot()
        // Of none, or of all, the bound on that side is exact, and not what rounding makes of it.
        let low = counts.failures == 0 ? 0 : max((rate + square / 2 - spread) / (1 + square), 0)
        let high = counts.failures == counts.total ? 1 : min((rate + square / 2 + spread) / (1 + square), 1)
        return low...high
    }
}

/// How many of so many failed.
public struct RateCounts: Hashable, Sendable {
    /// So many failed.
    public var failures: Int
    /// Of so many.
    public var total: Int

    /// So many of so many.
    public init(failures: Int, total: Int) {
        self.failures = failures
        self.total = total
    }

    /// The share that failed; 0 of none.
    public var rate: Double { total > 0 ? Double(failures) / Double(total) : 0 }

    /// `3 of 12 (25.0 %)`
    public var text: String { "\(failures) of \(total) (\(RateText.text(rate)))" }

    /// `3 of 12 (25.0 %, 8.9 % to 53.2 % at 95 %)`, by Wilson's interval.
    public var textWithInterval: String {
        let interval = WilsonBound.interval(self)
        let bounds = "\(RateText.text(interval.lowerBound)) to \(RateText.text(interval.upperBound)) at 95 %"
        return "\(failures) of \(total) (\(RateText.text(rate)), \(bounds))"
    }
}
