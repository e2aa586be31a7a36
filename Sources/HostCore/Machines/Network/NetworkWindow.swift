// SPDX-License-Identifier: Apache-2.0

/// The newest answers of one target and what they amount to. All times in milliseconds.
public struct NetworkWindow: Hashable, Sendable {
    /// What people see and what the long judgement is made of: 10 min at 15 s.
    public static let length = 40
    /// What the short judgement is made of: 5 min at 15 s.
    public static let recent = 20
    /// What is usual is learned from so many answers: an hour at 15 s.
    static let usualLength = 240
    /// The shortest time is that of so long.
    static let leastAge: Duration = .seconds(1800)
    /// Each answer moves the jitter by this share (RFC 3550, 6.4.1).
    private static let gain = 1.0 / 16

    /// The newest questions: times of answers, nil for those that were lost.
    private(set) var newest: [Double?] = []
    private var answers: [Answer] = []
    private var previous: Double?
    private var count = 0
    /// The jitter of RFC 3550: the mean of the differences between neighbours.
    public private(set) var jitter = 0.0

    private struct Answer: Hashable, Sendable {
        let at: Instant
        let took: Double
    }

    /// Takes the time of an answer.
    mutating func add(_ took: Double, at now: Instant) {
        append(took)
        if let previous { jitter += (abs(took - previous) - jitter) * Self.gain }
        previous = took
        if answers.count == Self.usualLength { answers.removeFirst() }
        answers.append(Answer(at: now, took: took))
        count &+= 1
        if count < 16 || count % 8 == 0 { usual = Self.share(0.5, of: answers.map(\.took).sorted()) }
    }

    /// A question was lost. What follows an outage is no neighbour of what was before it.
    mutating func addLoss() {
        append(nil)
        previous = nil
    }

    /// An outage is over: its losses say nothing of the line as it is now.
    mutating func forgetLosses() {
        newest.removeAll { $0 == nil }
    }

    private mutating func append(_ took: Double?) {
        if newest.count == Self.length { newest.removeFirst() }
        newest.append(took)
    }

    /// The median of what is usual; made anew with every eighth answer, as it hardly moves.
    public private(set) var usual: Double?

    /// What the last `count` questions amount to.
    public func figures(last count: Int = NetworkWindow.length, at now: Instant) -> NetworkFigures {
        let asked = newest.suffix(count)
        let sorted = asked.compactMap(\.self).sorted()
        let old = now - Self.leastAge
        let least = answers.filter { $0.at >= old }.map(\.took).min() ?? sorted.first
        let late = { (share: Double) in Self.share(share, of: sorted).map { max(0, $0 - (least ?? 0)) } }
        return NetworkFigures(
            asked: asked.count, lost: asked.count - sorted.count, rtt: Self.share(0.5, of: sorted),
            least: least, p99: Self.share(0.99, of: sorted), jitter: jitter, pdvP50: late(0.5), pdvP90: late(0.9),
            pdvP95: late(0.95))
    }

    /// The smallest value that this share of the sorted ones does not exceed.
    static func share(_ share: Double, of sorted: [Double]) -> Double? {
        guard !sorted.isEmpty else { return nil }
        let rank = (share * Double(sorted.count)).rounded(.up)
        return sorted[min(sorted.count - 1, max(0, Int(rank) - 1))]
    }
}

/// What the newest questions to one target amount to. All times in milliseconds; nil without any answer.
public struct NetworkFigures: Hashable, Sendable {
    /// So many questions.
    public var asked: Int
    /// So many of them had no answer.
    public var lost: Int
    /// The median time of an answer.
    public var rtt: Double?
    /// The shortest of half an hour.
    public var least: Double?
    /// Of a hundred answers one takes longer.
    public var p99: Double?
    /// The jitter of RFC 3550.
    public var jitter: Double
    /// Packet delay variation, as answers beyond the shortest: half of them are later than this.
    public var pdvP50: Double?
    /// Of ten answers one is later than this: what the level goes by, as one late answer alone says nothing.
    public var pdvP90: Double?
    /// Of twenty answers one is later than this.
    public var pdvP95: Double?

    /// The share that was lost: 0 to 1.
    public var loss: Double { asked == 0 ? 0 : Double(lost) / Double(asked) }
}
