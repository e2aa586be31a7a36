// SPDX-License-Identifier: Apache-2.0

/// A slope that bursts do not pull along: the median of the slopes between all pairs of points (Theil 1950, Sen 1968).
/// Up to 29 % of the points may be anything at all; least squares would follow each of them.
public enum TheilSen {
    /// Of more points equal parts are taken together, each as its median: n points have n²/2 slopes.
    private static let pointLimit = 36

    /// The change a second; nil with fewer than two points in time.
    public static func slope(_ points: [SampleSeries.Point]) -> Double? {
        let points = thinned(points)
        var slopes: [Double] = []
        slopes.reserveCapacity(points.count * points.count / 2)
        for (index, later) in points.enumerated() {
            for earlier in points[..<index] {
                let seconds = (later.at - earlier.at).seconds
                if seconds > 0 { slopes.append((later.value - earlier.value) / seconds) }
            }
        }
        return SampleSeries.median(slopes)
    }

    private static func thinned(_ points: [SampleSeries.Point]) -> [SampleSeries.Point] {
        guard points.count > pointLimit else { return points }
        return (0..<pointLimit).compactMap { part in
            let range = part * points.count / pointLimit..<(part + 1) * points.count / pointLimit
            let middle = points[range.lowerBound + range.count / 2]
            return SampleSeries.median(points[range].map(\.value)).map { .init(at: middle.at, value: $0) }
        }
    }
}
