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

    /// An answer.
    public init(ok: Bool, seen: String, took: Duration = .zero, digest: UInt64 = 0) {
        self.ok = ok
        self.seen = seen
        self.took = took
        self.digest = digest
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
    /// Good answers in a row.
    public private(set) var successesInRow: Int
    /// The newest answer and when it came.
    public private(set) var last: Observation?
    private var phase: Phase
    private var asked: UInt64

    /// An answer and when it came.
    public struct Observation: Hashable, Sendable {
        /// What was found.
        public var answer: ProbeAnswer
        /// When.
        public var at: Instant
    }

    /// Beyond the probe's own timeout; an answer that is still missing then was lost.
    private static let lostMargin: Duration = .seconds(2)

    /// A probe whose first question comes at `start`, going on from `verdict` and `failuresInRow` after an adoption.
    public init(
        _ specification: ProbeSpecification, start: Instant, verdict: Verdict = .unknown, failuresInRow: Int = 0
    ) {
        self.specification = specification
        self.verdict = verdict
        self.failuresInRow = failuresInRow
        successesInRow = verdict == .good ? specification.successes : 0
        phase = .pausing(until: start)
        asked = 0
    }

    /// When `wake` must be called next.
    public var deadline: Instant {
        switch phase {
        case .pausing(let until): until
        case .asking(_, let lostAfter): lostAfter
        }
    }

    /// Time has come to `now`. Returns the number of the question to ask now, if any; counts an answer as lost when
    /// it is overdue.
    public mutating func wake(at now: Instant) -> UInt64? {
        guard now >= deadline else { return nil }
        switch phase {
        case .pausing:
            asked += 1
            phase = .asking(number: asked, lostAfter: now + specification.timeout + Self.lostMargin)
            return asked
        case .asking(let number, _):
            let lost = ProbeAnswer(ok: false, seen: "no answer from the prober", took: specification.timeout)
            _ = take(lost, number: number, at: now)
            return nil
        }
    }

    /// Takes the answer to question `number`. False, and nothing changes, when that question is not the open one.
    public mutating func take(_ answer: ProbeAnswer, number: UInt64, at now: Instant) -> Bool {
        guard case .asking(let open, _) = phase, open == number else { return false }
        phase = .pausing(until: now + specification.interval)
        last = Observation(answer: answer, at: now)
        if answer.ok {
            failuresInRow = 0
            successesInRow += 1
            if successesInRow >= specification.successes { verdict = .good }
        } else {
            successesInRow = 0
            failuresInRow += 1
            if failuresInRow >= specification.failures { verdict = .bad }
        }
        return true
    }
}
