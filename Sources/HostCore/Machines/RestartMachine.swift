// SPDX-License-Identifier: Apache-2.0

/// Decides what follows the end of an instance: the restart timing of docs/architecture.md.
///
/// Exponential back-off with bounded jitter; the burst limit slows a crash loop down and never ends the retries. A
/// crash loop is over when an instance ran for `stable` (or a person asked for a fresh start), and then forgotten.
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
    /// When the last failures were, oldest first; never more than `burst`. Failures after `stable` count too: what runs
    /// for 11 seconds and dies, again and again, is a crash loop as well.
    public private(set) var recentFailures: [Instant]
    /// Whether the last decision was `loop`. It stays so until an instance ran for `stable`, however short `window` is.
    public private(set) var isLooping: Bool
    private var random: SplitMix64

    /// 2⁴⁰ times the smallest back-off is over any cap.
    private static let exponentLimit = 40

    /// Starts without any failure seen.
    public init(_ specification: RestartSpecification, seed: UInt64) {
        self.init(specification, failuresInRow: 0, recentFailures: [], seed: seed)
    }

    /// Goes on where an earlier one was.
    public init(
        _ specification: RestartSpecification, failuresInRow: Int, recentFailures: [Instant], isLooping: Bool = false,
        seed: UInt64
    ) {
        self.specification = specification
        self.failuresInRow = min(max(failuresInRow, 0), Self.exponentLimit)
        self.recentFailures = recentFailures
        self.isLooping = isLooping
        random = SplitMix64(seed: seed)
    }

    /// Forgets all failures: a person asked for a fresh start.
    public mutating func reset() {
        failuresInRow = 0
        recentFailures = []
        isLooping = false
    }

    /// Whether an exit is no failure by the specification.
    public func isSuccess(_ status: ExitStatus) -> Bool {
        switch status {
        case .code(let code): specification.successExit.contains(code)
        case .signal(let number): specification.successExit.contains(128 &+ number)
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
        if wasStable {
            failuresInRow = 0
            if isLooping { reset() }
        }
        isLooping = noteFailure(at: now) || (isLooping && specification.burst > 0)
        let exponent = failuresInRow
        if !wasStable { failuresInRow = min(failuresInRow + 1, Self.exponentLimit) }
        if isLooping { return .loop(after: jittered(specification.maxBackoff)) }
        return .restart(after: wasStable ? .zero : jittered(exponential(exponent)))
    }

    /// Notes a failure; true when `burst` of them lie within `window`.
    private mutating func noteFailure(at now: Instant) -> Bool {
        guard specification.burst > 0 else { return false }
        recentFailures.append(now)
        recentFailures.removeFirst(max(0, recentFailures.count - specification.burst))
        guard recentFailures.count == specification.burst, let oldest = recentFailures.first else { return false }
        return now - oldest <= specification.window
    }

    /// backoff · 2ⁿ, capped.
    private func exponential(_ exponent: Int) -> Duration {
        let base = specification.backoff.nanoseconds
        let (doubled, overflow) = base.multipliedReportingOverflow(by: 1 << exponent)
        return overflow ? specification.maxBackoff : min(.nanoseconds(doubled), specification.maxBackoff)
    }

    /// Uniform in [delay · (1 − jitter), delay].
    private mutating func jittered(_ delay: Duration) -> Duration {
        let share = min(max(specification.jitter, 0), 1) * random.unit()
        return delay - .nanoseconds(Int64(Double(delay.nanoseconds) * share))
    }
}
