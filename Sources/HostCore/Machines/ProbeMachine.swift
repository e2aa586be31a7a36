// SPDX-License-Identifier: Apache-2.0

/// What one probe found.
public struct ProbeAnswer: Hashable, Sendable {
    /// Whether the instance answered as it should.
    public var ok: Bool
    /// What was seen, for people: "200 in 3 ms", "connection refused", "no answer in 3 s".
    public var seen: String
    /// How long it took.
    public var took: Duration
    /// A digest of what the instance said of itself; a startup answer with another one is progress.
    public var digest: UInt64
    /// False when hostd could not ask: then it says nothing of the instance.
    public var isVerdict: Bool

    /// hostd could not ask, for a reason of its own.
    public static func unasked(_ why: String, took: Duration = .zero) -> ProbeAnswer {
        var answer = ProbeAnswer(ok: false, seen: why, took: took)
        answer.isVerdict = false
        return answer
    }

    /// An answer.
    public init(ok: Bool, seen: String, took: Duration = .zero, digest: UInt64 = 0) {
        self.ok = ok
        self.seen = seen
        self.took = took
        self.digest = digest
        isVerdict = true
    }
}

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
        /// Ask this question.
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
    }

    /// Between two probes, or waiting for an answer.
    private enum Phase: Hashable, Sendable {
        case pausing(until: Instant)
        case asking(number: UInt64, lostAfter: Instant)
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
    private var phase: Phase
    private var asked: UInt64

    /// Beyond the probe's own timeout; an answer that is still missing then was lost.
    private static let lostMargin: Duration = .seconds(2)
    /// Who notices a loss so much too late slept himself (stopped, suspended, starved) and has nothing to say of
    /// others.
    private static let sleptMargin: Duration = .seconds(1)

    /// A probe whose first question comes at `start`, going on from earlier counts after an adoption.
    public init(
        _ specification: ProbeSpecification, start: Instant, verdict: Verdict = .unknown, failuresInRow: Int = 0,
        successesInRow: Int = 0
    ) {
        self.specification = specification
        self.verdict = verdict
        self.failuresInRow = min(max(failuresInRow, 0), Self.countLimit)
        self.successesInRow = min(max(successesInRow, 0), specification.successes)
        phase = .pausing(until: start)
        asked = 0
    }

    /// Counts go no further.
    private static let countLimit = 1_000_000

    /// When `wake` must be called next.
    public var deadline: Instant {
        switch phase {
        case .pausing(let until): until
        case .asking(_, let lostAfter): lostAfter
        }
    }

    /// Whether a question is open.
    public var isAsking: Bool {
        if case .asking = phase { true } else { false }
    }

    /// Whether an answer came at `instant` or later, one that hostd could not ask for included.
    public func hasAnswer(since instant: Instant) -> Bool {
        last.map { $0.at >= instant } ?? false
    }

    /// The next question comes at `now`, if it was to come later and none is open.
    public mutating func hurry(at now: Instant) {
        if case .pausing(let until) = phase { phase = .pausing(until: min(until, now)) }
    }

    /// Time has come to `now`: says what is due, if anything.
    public mutating func wake(at now: Instant) -> Due? {
        guard now >= deadline else { return nil }
        if case .asking(let number, let lostAfter) = phase, now - lostAfter <= Self.sleptMargin {
            let seen = "no answer from the prober"
            return .lost(ProbeAnswer(ok: false, seen: seen, took: specification.timeout), number: number)
        }
        asked += 1
        phase = .asking(number: asked, lostAfter: now + specification.timeout + Self.lostMargin)
        return .ask(number: asked)
    }

    /// Takes the answer to question `number`. False when it does not count: that question is not the open one; hostd
    /// could not ask; or the answer is bad and comes so late that hostd itself must have slept, and then the next
    /// question follows at once.
    public mutating func take(_ answer: ProbeAnswer, number: UInt64, at now: Instant) -> Bool {
        guard case .asking(let open, let lostAfter) = phase, open == number else { return false }
        guard answer.ok || now - lostAfter <= Self.sleptMargin else {
            phase = .pausing(until: now)
            return false
        }
        phase = .pausing(until: now + specification.interval)
        var answer = answer
        if !answer.isVerdict { answer.digest = last?.answer.digest ?? 0 }
        last = Observation(answer: answer, at: now)
        guard answer.isVerdict else { return false }
        if answer.ok {
            failuresInRow = 0
            successesInRow = min(successesInRow + 1, specification.successes)
            if successesInRow >= specification.successes { verdict = .good }
        } else {
            successesInRow = 0
            failuresInRow = min(failuresInRow + 1, Self.countLimit)
            if failuresInRow >= specification.failures { verdict = .bad }
        }
        return true
    }
}
