// SPDX-License-Identifier: Apache-2.0

/// One target of the network's probes: what its answers amount to, and when it is asked next.
public struct NetworkTarget: Hashable, Sendable {
    /// So many failures in a row, each on a connection of its own, and it is down.
    static let failuresToDown = 3
    /// Where nothing was ever answered.
    static let failuresToDownAtFirst = 2
    /// So many answers in a row, and it is up.
    static let answersToUp = 2
    /// So many calm looks in a row end a degradation.
    static let calmLooks = 5
    /// Every so many questions one is asked on a fresh connection.
    static let freshEvery: UInt64 = 4
    /// What failed is asked again no later than this.
    static let longestRetry: Duration = .seconds(5)

    /// What is asked, and how often.
    public let specification: NetworkProbeSpecification
    /// The newest answers.
    public private(set) var window = NetworkWindow()
    /// The newest sample that counts, and when it came.
    public private(set) var last: NetworkSample?
    /// When it came.
    public private(set) var lastAt: Instant?
    /// Why it is not ok, in words that stay the same while it stays the same.
    public private(set) var reason = ""
    /// So many samples did not count, as hostd itself was late.
    public private(set) var discarded: UInt64 = 0
    /// So many questions were asked.
    public private(set) var asked: UInt64 = 0

    private var condition: ConditionMachine
    private var failuresInRow = 0
    private var answersInRow = 0
    private var isDown = false
    private var hasAnswered = false
    private var calm = 0

    init(_ specification: NetworkProbeSpecification, at now: Instant) {
        self.specification = specification
        // Three looks in a row span two intervals, each 20 % shorter or longer.
        let patience = ConditionMachine.Patience(warn: specification.interval * 3 / 2, critical: .zero, clear: .zero)
        condition = ConditionMachine(patience: patience, at: now)
    }

    /// How bad it is.
    public var level: ConditionLevel { condition.level }
    /// Since when.
    public var since: Instant { condition.since }
    /// It changes so often that it is kept at the worst.
    public var isFlapping: Bool { condition.isFlapping }
    /// Why it does not answer; nil while it does.
    public var failure: NetworkFailure? {
        if case .failed(let why, _) = last?.outcome { why } else { nil }
    }

    /// Whether the next question goes over a fresh connection, and after which time. `unit` is random, 0..<1.
    mutating func plan(unit: Double) -> (isFresh: Bool, wait: Duration) {
        asked += 1
        let isFresh = failuresInRow > 0 || asked % Self.freshEvery == 1
        let interval = specification.interval
        let base = failuresInRow > 0 ? min(interval / 3, Self.longestRetry) : interval
        return (isFresh, asked == 1 ? .zero : base * (0.8 + 0.4 * unit))
    }

    /// Takes what a question came to.
    mutating func take(_ sample: NetworkSample, at now: Instant) {
        guard !sample.isLate else { return discarded += 1 }
        last = sample
        lastAt = now
        switch sample.outcome {
        case .answered(let took): answered(took, at: now)
        case .failed: failed()
        }
        judge(at: now)
    }

    private mutating func answered(_ took: Duration, at now: Instant) {
        failuresInRow = 0
        answersInRow = min(answersInRow + 1, Self.answersToUp)
        hasAnswered = true
        if isDown, answersInRow == Self.answersToUp {
            isDown = false
            calm = 0
            window.forgetLosses()
        }
        window.add(took.seconds * 1000, at: now)
    }

    private mutating func failed() {
        answersInRow = 0
        failuresInRow = min(failuresInRow + 1, Self.failuresToDown)
        calm = 0
        window.addLoss()
        let enough = hasAnswered ? Self.failuresToDown : Self.failuresToDownAtFirst
        if failuresInRow >= enough { isDown = true }
    }

    private mutating func judge(at now: Instant) {
        let usual = window.usual
        let recent = window.figures(last: NetworkWindow.recent, at: now)
        let long = window.figures(at: now)
        let excess = NetworkLimits.exceeded(recent, usual: usual)
        let isBad = excess != nil && NetworkLimits.exceeded(long, usual: usual) != nil
        let isCalm = NetworkLimits.exceeded(recent, usual: usual, scale: NetworkLimits.calm) == nil
        calm = isCalm && failuresInRow == 0 ? min(calm + 1, Self.calmLooks) : 0
        let level: ConditionLevel = isDown ? .critical : isBad ? .warn : .ok
        let held: ConditionLevel = isDown ? .critical : calm < Self.calmLooks ? .warn : .ok
        _ = condition.handle(ConditionMachine.Reading(level, heldAt: condition.level == .ok ? level : held), at: now)
        explain(excess, isBad: isBad)
    }

    private mutating func explain(_ excess: String?, isBad: Bool) {
        switch condition.level {
        case .ok: reason = ""
        case .critical where isDown:
            if case .failed(_, let seen) = last?.outcome { reason = seen }
        case .critical, .warn:
            if isFlapping { return reason = "it comes and goes" }
            if isBad, let excess { return reason = excess }
            if reason.isEmpty || failuresInRow == 0 { reason = "it is well again, for a short while yet" }
        }
    }
}
