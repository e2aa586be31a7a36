// SPDX-License-Identifier: Apache-2.0

/// Decides what follows the end of an instance: the restart timing of docs/architecture.md.
///
/// Exponential back-off with bounded jitter; the burst limit slows a crash loop down and never ends the retries.
public struct RestartMachine: Hashable, Sendable {
    /// What follows.
    public enum Decision: Hashable, Sendable {
        /// Restart after this time, zero for at once.
        case restart(after: Duration)
        /// A crash loop: restart after this (long) time, and say so loudly.
        case loop(after: Duration)
        /// Leave it down until a person starts it: this exit code says so.
        case hold
        /// Leave it down: the policy does not restart after this exit.
        case leaveStopped
    }

    /// The rules.
    public var specification: RestartSpecification
    /// Failures since an instance last ran for `stable`; the exponent of the next delay.
    public private(set) var failuresInRow: Int
    /// When the last failures were, oldest first; never more than `burst`.
    public private(set) var recentFailures: [Instant]
    private var random: SplitMix64

    /// Starts without any failure seen.
    public init(_ specification: RestartSpecification, seed: UInt64) {
        self.init(specification, failuresInRow: 0, recentFailures: [], seed: seed)
    }

    /// Goes on where an earlier one was.
    public init(_ specification: RestartSpecification, failuresInRow: Int, recentFailures: [Instant], seed: UInt64) {
        self.specification = specification
        self.failuresInRow = failuresInRow
        self.recentFailures = recentFailures
        random = SplitMix64(seed: seed)
    }

    /// Forgets all failures: a person asked for a fresh start.
    public mutating func reset() {
        failuresInRow = 0
        recentFailures = []
    }

    /// Whether an exit is no failure by the specification.
    public func isSuccess(_ status: ExitStatus) -> Bool {
        switch status {
        case .code(let code): specification.successExit.contains(code)
        case .signal(let number): specification.successExit.contains(128 + number)
        case .failedToStart, .unknown: false
        }
    }

    /// Decides after an end that no person asked for. `forced`: hostd itself ended the instance because it was not
    /// well, so whatever the exit status says, it is a failure.
    public mutating func decide(_ report: ExitReport, forced: Bool = false, at now: Instant) -> Decision {
        if !forced, case .code(let code) = report.status, specification.holdOnExit.contains(code) { return .hold }
        switch specification.policy {
        case .never: return .leaveStopped
        case .onFailure where !forced && isSuccess(report.status): return .leaveStopped
        case .onFailure, .always: break
        }
        let wasStable = report.ran >= specification.stable
        if wasStable { failuresInRow = 0 }
        if noteBurst(at: now) {
            failuresInRow += wasStable ? 0 : 1
            return .loop(after: jittered(specification.maxBackoff))
        }
        if wasStable { return .restart(after: .zero) }
        let delay = jittered(exponential(failuresInRow))
        failuresInRow += 1
        return .restart(after: delay)
    }

    /// Notes a failure; true when `burst` of them lie within `window`.
    private mutating func noteBurst(at now: Instant) -> Bool {
        guard specification.burst > 0 else { return false }
        recentFailures.append(now)
        recentFailures.removeFirst(max(0, recentFailures.count - specification.burst))
        guard recentFailures.count == specification.burst, let oldest = recentFailures.first else { return false }
        return now - oldest <= specification.window
    }

    /// backoff · 2ⁿ, capped.
    private func exponential(_ exponent: Int) -> Duration {
        let base = specification.backoff.nanoseconds
        let (doubled, overflow) = base.multipliedReportingOverflow(by: 1 << min(exponent, 40))
        return overflow ? specification.maxBackoff : min(.nanoseconds(doubled), specification.maxBackoff)
    }

    /// Uniform in [delay · (1 − jitter), delay].
    private mutating func jittered(_ delay: Duration) -> Duration {
        let share = specification.jitter * random.unit()
        return .nanoseconds(Int64(Double(delay.nanoseconds) * (1 - share)))
    }
}
