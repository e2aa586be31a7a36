// SPDX-License-Identifier: Apache-2.0

/// When a file system will be full, if it goes on like this. The room of the last quarter of an hour and that of the
/// last six hours must both shrink, and the slower of the two counts: a burst bends only the short one, a log that is
/// rotated every few hours only the short one too.
public struct DiskForecast: Hashable, Sendable {
    static let shortSpan: Duration = .seconds(15 * 60)
    static let longSpan: Duration = .seconds(6 * 3600)
    /// A window that has seen less says nothing.
    private static let leastShort: Duration = .seconds(8 * 60)
    private static let leastLong: Duration = .seconds(3600)

    /// What is lost each second over the short window; nil while too little was seen, negative while room comes back.
    public private(set) var shortLoss: Double?
    /// The same over the long window.
    public private(set) var longLoss: Double?

    /// Nothing is known.
    public init() {}

    /// From the bytes that were available.
    public init(_ available: SampleSeries, at now: Instant) {
        shortLoss = Self.loss(available.points(within: Self.shortSpan, of: now), least: Self.leastShort)
        longLoss = Self.loss(available.points(within: Self.longSpan, of: now), least: Self.leastLong)
    }

    private static func loss(_ points: [SampleSeries.Point], least: Duration) -> Double? {
        guard let first = points.first, let last = points.last, last.at - first.at >= least else { return nil }
        guard let slope = TheilSen.slope(points), let net = TheilSen.net(points) else { return nil }
        return min(-slope, -net)
    }

    /// What is lost each second where both windows say so; nil where they do not.
    public var agreedLoss: Double? {
        guard let shortLoss, let longLoss, shortLoss > 0, longLoss > 0 else { return nil }
        return min(shortLoss, longLoss)
    }

    /// The time until nothing of `availableBytes` is left; nil where the windows do not agree that it shrinks, or where
    /// that is more than a year.
    public func timeUntilFull(availableBytes: UInt64) -> Duration? {
        guard let agreedLoss else { return nil }
        let seconds = Double(availableBytes) / agreedLoss
        return seconds < 365 * 86400 ? .seconds(seconds) : nil
    }

    /// Whether the short window alone brings what is available down to `limit` within ten minutes: too fast to wait for
    /// the long one.
    public func isFillingFast(availableBytes: UInt64, to limit: Double) -> Bool {
        guard let shortLoss, shortLoss > 0 else { return false }
        return Double(availableBytes) - shortLoss * 600 < limit
    }
}
