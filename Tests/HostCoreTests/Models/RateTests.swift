// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Known values are those of scipy.
struct RateTests {
    struct Known: Sendable {
        let kc: Int
        let nc: Int
        let ks: Int
        let ns: Int
        let margin: Double
        let probability: Double
    }

    private static let comparisons: [Known] = [
        Known(kc: 3, nc: 8, ks: 20, ns: 400, margin: 0.02, probability: 0.994658),
        Known(kc: 3, nc: 8, ks: 0, ns: 0, margin: 0.02, probability: 0.410522),
        Known(kc: 0, nc: 8, ks: 20, ns: 400, margin: 0.02, probability: 0.27288),
        Known(kc: 5, nc: 24, ks: 20, ns: 400, margin: 0.02, probability: 0.985833),
        Known(kc: 2, nc: 59, ks: 0, ns: 100, margin: 0.02, probability: 0.711453),
        Known(kc: 40, nc: 400, ks: 20, ns: 400, margin: 0.02, probability: 0.947614),
        Known(kc: 1, nc: 1, ks: 1, ns: 1, margin: 0.0, probability: 0.5),
        Known(kc: 200, nc: 400, ks: 200, ns: 400, margin: 0.0, probability: 0.5),
        Known(kc: 9, nc: 10, ks: 1, ns: 10, margin: 0.02, probability: 0.999899),
        Known(kc: 0, nc: 0, ks: 0, ns: 0, margin: 0.02, probability: 0.474473),
        Known(kc: 7, nc: 100, ks: 20, ns: 400, margin: 0.02, probability: 0.512749),
    ]

    private static let bounds: [(failures: Int, total: Int, upper: Double)] = [
        (0, 59, 0.043846036), (3, 59, 0.120580334), (0, 1, 0.730134051), (1, 1, 1), (5, 100, 0.099161085),
        (20, 400, 0.071141373),
    ]

    private static func probability(_ kc: Int, _ nc: Int, _ ks: Int, _ ns: Int, _ margin: Double) -> Double {
        BetaComparison.probability(
            that: RateCounts(failures: kc, total: nc), exceeds: RateCounts(failures: ks, total: ns), by: margin)
    }

    @Test(arguments: comparisons) func theComparisonIsThatOfTwoBetaDistributions(known: Known) {
        let found = Self.probability(known.kc, known.nc, known.ks, known.ns, known.margin)
        #expect((found - known.probability).magnitude < 2e-4, "\(found)")
    }

    @Test func theComparisonKeepsWithinBounds() {
        for (kc, nc, ks, ns) in [(0, 0, 0, 0), (400, 400, 0, 400), (0, 400, 400, 400), (90_000, 100_000, 1, 2)] {
            let found = Self.probability(kc, nc, ks, ns, 0.02)
            #expect((0...1).contains(found), "\(found)")
        }
        #expect(Self.probability(400, 400, 0, 400, 0.02) > 0.999_9)
        #expect(Self.probability(0, 400, 400, 400, 0.02) < 0.000_1)
    }

    @Test func theIntervalIsWilsons() {
        for (failures, total, low, high) in [
            (0, 12, 0, 0.242494), (1, 12, 0.014865, 0.353880), (3, 36, 0.028749, 0.218267), (12, 12, 0.757506, 1),
        ] {
            let interval = WilsonBound.interval(RateCounts(failures: failures, total: total))
            #expect((interval.lowerBound - low).magnitude < 1e-6, "\(interval)")
            #expect((interval.upperBound - high).magnitude < 1e-6, "\(interval)")
        }
        #expect(WilsonBound.interval(RateCounts(failures: 0, total: 0)) == 0...1)
    }

    @Test func theBoundIsWilsons() {
        for known in Self.bounds {
            let counts = RateCounts(failures: known.failures, total: known.total)
            #expect((WilsonBound.upper(counts) - known.upper).magnitude < 1e-8)
        }
        #expect(WilsonBound.upper(RateCounts(failures: 0, total: 0)) == 1)
    }

    @Test func bucketsAreEven() {
        #expect(
            ["pr-1", "pr-2", "job", ""].map { LineageBucket.of($0, candidate: "tencent/hy3-preview") } == [
                3219, 5274, 3661, 5091,
            ])
        let chosen = (0..<20_000).count { LineageBucket.of("job-\($0)", candidate: "tencent/hy3-preview") < 500 }
        #expect((900...1100).contains(chosen), "5 % of 20,000: \(chosen)")
    }
}
