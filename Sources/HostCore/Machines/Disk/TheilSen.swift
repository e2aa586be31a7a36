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

    /// The change a second from the median of the first quarter to that of the last: of a sawtooth most pairs of points
    /// lie on a tooth, and their slopes alone would follow it.
    public static func net(_ points: [SampleSeries.Point]) -> Double? {
        let quarter = max(points.count / 4, 1)
        let (first, last) = (points.prefix(quarter), points.suffix(quarter))
        guard let before = SampleSeries.median(first.map(\.value)), let after = SampleSeries.median(last.map(\.value))
        else { return nil }
        let seconds = (last[last.startIndex + last.count / 2].at - first[first.startIndex + first.count / 2].at).seconds
        return seconds > 0 ? (after - before) / seconds : nil
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
