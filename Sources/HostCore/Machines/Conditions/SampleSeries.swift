// SPDX-License-Identifier: Apache-2.0

/// The last hours of a figure, for pictures and slopes: one point a minute, the median of what was seen in that minute,
/// so that a single odd sample leaves no mark. It never holds more than `capacity` points.
public struct SampleSeries: Hashable, Sendable {
    /// A figure at a time.
    public struct Point: Hashable, Sendable {
        /// When the step began that it stands for.
        public var at: Instant
        /// The median of the samples of that step.
        public var value: Double

        /// A point.
        public init(at: Instant, value: Double) {
            self.at = at
            self.value = value
        }
    }

    /// Of more samples in one step the first ones count.
    private static let samplesOfStep = 120

    /// The time that one point stands for.
    public let step: Duration
    /// The most points that are kept: the oldest go.
    public let capacity: Int
    /// Points of steps that are over, the oldest first.
    private var finished: [Point] = []
    /// The step that is not over yet: when it began, and what was seen in it.
    private var currentStart: Instant = .zero
    private var currentSamples: [Double] = []

    /// Nothing seen yet. 24 hours at one minute, unless said otherwise.
    public init(step: Duration = .seconds(60), capacity: Int = 1440) {
        self.step = max(step, .milliseconds(1))
        self.capacity = max(capacity, 1)
    }

    /// Goes on from the points of an earlier series, in order; what is newer than its own first point is left out.
    public mutating func goOn(from earlier: [Point]) {
        let first = points.first?.at
        let older = earlier.filter { point in first.map { point.at < $0 } ?? true }
        finished = Array((older + finished).suffix(capacity))
    }

    /// Takes a sample; one that is older than the newest step, or no number, is left out.
    public mutating func note(_ value: Double, at now: Instant) {
        guard value.isFinite else { return }
        let start = Instant(nanoseconds: now.nanoseconds - now.nanoseconds % step.nanoseconds)
        guard start >= currentStart || currentSamples.isEmpty else { return }
        if start != currentStart {
            finish()
            currentStart = start
            currentSamples = []
        }
        if currentSamples.count < Self.samplesOfStep { currentSamples.append(value) }
    }

    private mutating func finish() {
        guard let point = unfinished else { return }
        // In one piece, not one by one: moving all the others costs more than a few points too many.
        if finished.count >= capacity + capacity / 8 { finished.removeFirst(finished.count - capacity + 1) }
        finished.append(point)
    }

    private var unfinished: Point? {
        Self.median(currentSamples).map { Point(at: currentStart, value: $0) }
    }

    /// All points, the oldest first; the last one is of the step that is not over. Steps without a sample have none.
    public var points: [Point] {
        Array((finished + (unfinished.map { [$0] } ?? [])).suffix(capacity))
    }

    /// The points of the last `span` before `now`.
    public func points(within span: Duration, of now: Instant) -> [Point] {
        let first = now - span
        let old = finished.reversed().prefix { $0.at >= first }
        return old.reversed() + (unfinished.map { $0.at >= first ? [$0] : [] } ?? [])
    }

    /// The last `span` in `columns` equal parts for a picture, the oldest first: of each part the value that `worse`
    /// takes as the worse of two, nil where nothing was seen.
    public func columns(
        _ columns: Int, within span: Duration, of now: Instant, worse: (Double, Double) -> Double = max
    ) -> [Double?] {
        guard columns > 0, span > .zero else { return [] }
        var result = [Double?](repeating: nil, count: columns)
        let first = now - span
        for point in points(within: span, of: now) {
            let share = (point.at - first).seconds / span.seconds
            let column = min(max(Int(share * Double(columns)), 0), columns - 1)
            result[column] = result[column].map { worse($0, point.value) } ?? point.value
        }
        return result
    }

    /// The middle one of `values`, between two the mean of both; nil of none.
    public static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
