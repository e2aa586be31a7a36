// SPDX-License-Identifier: Apache-2.0

/// Paces one probe of one instance and counts its answers.
public struct ProbeMachine: Hashable, Sendable {
    /// What the answers so far amount to.
    public enum Verdict: String, Hashable, Sendable {
        /// Too few answers yet.
        case unknown
        /// `successes` good ones in a row.
        case good
        /// `failures` bad ones in a row.
        case bad
    }

    /// What has to be done when a probe is woken.
    public enum Due: Hashable, Sendable {
        /// Ask this question; of a probe that is heard and not asked: look at what the instance has said.
        case ask(number: UInt64)
        /// The answer to this question was lost: `take` this one in its place.
        case lost(ProbeAnswer, number: UInt64)
    }

    /// An answer and when it came.
    public struct Observation: Hashable, Sendable {
        /// What was found.
        public var answer: ProbeAnswer
        /// When.
        public var at: Instant
        /// When it was asked for.
        var askedAt: Instant
    }

    /// Between two probes, waiting for an answer, or through with it.
    private enum Phase: Hashable, Sendable {
        case pausing(until: Instant)
        case asking(number: UInt64, since: Instant, lostAfter: Instant)
        case settled
    }

    /// The rules.
    public let specification: ProbeSpecification
    /// What the answers so far amount to.
    public private(set) var verdict: Verdict
    /// Bad answers in a row.
    public private(set) var failuresInRow: Int
    /// Good answers in a row, counted no further than `successes`.
    public private(set) var successesInRow: Int
    /// The newest answer and when it came.
    public private(set) var last: Observation?
    /// Once good, it is not asked again.
    private let settles: Bool
    /// So many WATCHDOG=trigger were counted; nil before the first look, when those that there are say nothing new.
    var triggers: UInt64?
    /// The newest WATCHDOG=1 that was heard.
    var lastBeat: Instant?
    private var phase: Phase
    private var asked: UInt64

    /// Beyond the probe's own timeout; an answer that is still missing then was lost.
    private static let lostMargin: Duration = .seconds(2)
    /// Who notices a loss so much too late slept himself (stopped, suspended, starved) and has nothing to say of
    /// others.
    static let sleptMargin: Duration = .seconds(1)
    /// What an instance says is looked at so often, should the doorbell have been missed.
    static let recheck: Duration = .seconds(5)

    /// A probe whose first question comes at `start`, going on from earlier counts after an adoption; a heartbeat has
    /// its whole time from then on. One that `settles` is asked until it is good, and then no more.
    public init(
        _ specification: ProbeSpecification, start: Instant, settles: Bool = false, verdict: Verdict = .unknown,
        failuresInRow: Int = 0, successesInRow: Int = 0, triggers: UInt64? = nil
    ) {
        self.specification = specification
        self.settles = settles
        self.verdict = verdict
        self.failuresInRow = min(max(failuresInRow, 0), Self.countLimit)
        self.successesInRow = min(max(successesInRow, 0), specification.successes)
        self.triggers = triggers
        var first = start
        if case .heartbeat = specification.target { first = start + specification.interval + Self.beatSlack }
        phase = settles && verdict == .good ? .settled : .pausing(until: first)
        asked = 0
    }

    /// Counts go no further.
    private static let countLimit = 1_000_000

    /// When `wake` must be called next; nil when there is nothing more to ask.
    public var deadline: Instant? {
        switch phase {
        case .pausing(let until): until
        case .asking(_, _, let lostAfter): lostAfter
        case .settled: nil
        }
    }

    /// When the next question is due, or the open one was.
    var due: Instant? {
        switch phase {
        case .pausing(let until): until
        case .asking(_, let since, _): since
        case .settled: nil
        }
    }

    /// Whether a question is open.
    public var isAsking: Bool {
        if case .asking = phase { true } else { false }
    }

    /// Whether the newest answer is to a question of `instant` or later, one that hostd could not ask included.
    public func hasAnswer(since instant: Instant) -> Bool {
        last.map { $0.askedAt >= instant } ?? false
    }

    /// The next question comes at `now`, if it was to come later and none is open.
    public mutating func hurry(at now: Instant) {
        if case .pausing(let until) = phase { phase = .pausing(until: min(until, now)) }
    }

    /// The host was away: an open question is asked anew and its answer forgotten, the next one comes at once; who has
    /// to say that it lives gets its whole time.
    public mutating func wasAway(at now: Instant) {
        if case .settled = phase { return }
        var next = now
        if case .heartbeat = specification.target { next = now + specification.interval + Self.beatSlack }
        phase = .pausing(until: next)
    }

    /// Time has come to `now`: says what is due, if anything.
    public mutating func wake(at now: Instant) -> Due? {
        guard let deadline, now >= deadline, let due else { return nil }
        if case .asking(let number, _, let lostAfter) = phase, now - lostAfter <= Self.sleptMargin,
            !specification.target.isHeard
        {
            let seen = "no answer from the prober"
            return .lost(ProbeAnswer(ok: false, seen: seen, took: specification.timeout), number: number)
        }
        asked += 1
        phase = .asking(number: asked, since: due, lostAfter: now + specification.timeout + Self.lostMargin)
        return .ask(number: asked)
    }

    /// Takes the answer to question `number`. False when it does not count: that question is not the open one; hostd
    /// could not ask; or the answer is bad and comes so late that hostd itself must have slept, and then the next
    /// question follows at once.
    public mutating func take(_ answer: ProbeAnswer, number: UInt64, at now: Instant) -> Bool {
        guard case .asking(let open, _, let lostAfter) = phase, open == number else { return false }
        guard answer.ok || now - lostAfter <= Self.sleptMargin else {
            phase = .pausing(until: now)
            return false
        }
        count(answer, at: now)
        pause(until: now + specification.interval)
        return answer.isVerdict
    }

    /// Counts an answer, if it says anything.
    mutating func count(_ answer: ProbeAnswer, at now: Instant) {
        var answer = answer
        if !answer.isVerdict { answer.digest = last?.answer.digest ?? 0 }
        var askedAt = now
        if case .asking(_, _, let lostAfter) = phase { askedAt = lostAfter - specification.timeout - Self.lostMargin }
        last = Observation(answer: answer, at: now, askedAt: askedAt)
        guard answer.isVerdict else { return }
        if answer.ok {
            failuresInRow = 0
            successesInRow = min(successesInRow + 1, specification.successes)
            if successesInRow >= specification.successes { verdict = .good }
        } else {
            successesInRow = 0
            failuresInRow = min(failuresInRow + 1, Self.countLimit)
            if failuresInRow >= specification.failures { verdict = .bad }
        }
    }

    /// The failures so far were not the instance's fault.
    mutating func forgive() {
        failuresInRow = 0
    }

    /// The question is answered; the next one comes then, if any does.
    mutating func pause(until next: Instant) {
        phase = settles && verdict == .good ? .settled : .pausing(until: next)
    }
}
