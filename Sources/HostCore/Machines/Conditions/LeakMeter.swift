// SPDX-License-Identifier: Apache-2.0

/// At which pace the memory of one instance grows. The hours are judged where there are any; what is gone within a
/// minute shows in the last readings alone.
public struct LeakMeter: Hashable, Sendable {
    private static let span: Duration = .seconds(3 * 3600)
    /// Fewer minutes say nothing: what has just started grows.
    private static let leastMinutes = 15
    private static let leastReadings = 4

    private var minutes = SampleSeries(capacity: 180)
    private var readings = SampleSeries(step: .seconds(2), capacity: 30)

    /// Nothing seen yet.
    public init() {}

    /// Takes a reading.
    public mutating func note(_ bytes: UInt64, at now: Instant) {
        minutes.note(Double(bytes), at: now)
        readings.note(Double(bytes), at: now)
    }

    /// The bytes that come on top each hour, by the last three hours; negative where it shrinks, nil while less than a
    /// quarter of an hour was seen. A cache that is filled and emptied again and again has no pace: as of a disk, the
    /// slope between all pairs and the way from the first quarter to the last must both rise.
    public func bytesPerHour(at now: Instant) -> Double? {
        let points = minutes.points(within: Self.span, of: now)
        guard points.count >= Self.leastMinutes else { return nil }
        return Self.pace(points)
    }

    /// The same by the last readings: what it comes to if it goes on as it did for some seconds.
    public func recentBytesPerHour(at now: Instant) -> Double? {
        let points = readings.points(within: .seconds(60), of: now)
        guard points.count >= Self.leastReadings else { return nil }
        return Self.pace(points)
    }

    private static func pace(_ points: [SampleSeries.Point]) -> Double? {
        guard let slope = TheilSen.slope(points), let net = TheilSen.net(points) else { return nil }
        let least = abs(slope) < abs(net) ? slope : net
        return slope.sign == net.sign ? least * 3600 : 0
    }
}
