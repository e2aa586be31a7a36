// SPDX-License-Identifier: Apache-2.0

/// Compares two rates of failure of which few trials are known. Each is unknown a priori in the sense of Jeffreys
/// ("An invariant form for the prior probability in estimation problems", 1946): after k failures of n trials it is
/// distributed as Beta(k + ½, n − k + ½).
///
/// With p = sin² θ that density is sin²ᵏ θ · cos²⁽ⁿ⁻ᵏ⁾ θ: smooth and periodic, so that the trapezoid rule needs few
/// steps, and no logarithm or gamma function. The result is right to 0.0002.
public enum BetaComparison {
    /// More trials than these are scaled down, before the powers underflow.
    public static let trialLimit = 500
    private static let steps = 1024

    /// The probability that the candidate's rate is higher than the stable one's by more than `margin`.
    public static func probability(
        that candidate: RateCounts, exceeds stable: RateCounts, by margin: Double
    ) -> Double {
        let below = cumulated(weights(candidate))
        let weights = weights(stable)
        var sum = 0.0
        var total = 0.0
        var cell = 0
        for (index, weight) in weights.enumerated() {
            total += weight
            let limit = grid[index] + margin
            guard limit < 1 else { continue }
            while cell < steps - 1, grid[cell + 1] < limit { cell += 1 }
            let share = (limit - grid[cell]) / (grid[cell + 1] - grid[cell])
            let cumulated = below[cell] + (below[cell + 1] - below[cell]) * share
            sum += weight * (1 - cumulated)
        }
        return total > 0 ? min(max(sum / total, 0), 1) : 0
    }

    /// sin² θ at equal steps of θ from 0 to ½π.
    private static let grid: [Double] = {
        // Turned on by one step each time; the step is so small that three terms of its series are exact.
        let step = Double.pi / 2 / Double(steps)
        let sine = step - step * step * step / 6 + step * step * step * step * step / 120
        let cosine = (1 - sine * sine).squareRoot()
        var (y, x) = (0.0, 1.0)
        var squares: [Double] = []
        for _ in 0..<steps {
            squares.append(y * y)
            (y, x) = (y * cosine + x * sine, x * cosine - y * sine)
        }
        return squares + [1]
    }()

    /// The density at each point, up to a factor; the ends count half.
    private static func weights(_ counts: RateCounts) -> [Double] {
        let scale = min(1, Double(trialLimit) / Double(max(counts.total, 1)))
        let total = Int((Double(max(counts.total, 0)) * scale).rounded())
        let failures = min(max(Int((Double(counts.failures) * scale).rounded()), 0), total)
        var weights = grid.map { power($0, failures) * power(1 - $0, total - failures) }
        weights[0] /= 2
        weights[steps] /= 2
        return weights
    }

    /// The share that lies below each point.
    private static func cumulated(_ weights: [Double]) -> [Double] {
        var sums: [Double] = []
        var sum = 0.0
        for (index, weight) in weights.enumerated() {
            // Half of a step belongs to what is below the point; an end has but its own half.
            let isEnd = index == 0 || index == steps
            sums.append(sum + (isEnd ? 0 : weight / 2))
            sum += weight
        }
        sums[steps] = sum
        return sum > 0 ? sums.map { $0 / sum } : sums
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
