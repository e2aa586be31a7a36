// SPDX-License-Identifier: Apache-2.0

/// When the child that tends finished log files runs. It looks at the folders, so each run does everything that is left
/// to do, whatever became of the one before.
public struct TendingMachine: Hashable, Sendable {
    /// What the machine is told.
    public enum Event: Hashable, Sendable {
        /// There is something to do.
        case needed
        /// A child runs.
        case started
        /// None could be started.
        case notStarted
        /// The child did all it could; it is to look again after this time at the latest.
        case ended(again: Duration?)
        /// The child was killed or gave up.
        case failed
    }

    /// What is needed at about the same time is done in one run.
    public static let patience: Duration = .milliseconds(200)
    /// After a failure the next run waits so long, twice as long after each further one.
    public static let backoff: Duration = .seconds(1)
    /// It never waits longer.
    public static let maxBackoff: Duration = .seconds(60)

    /// When the next run is due; nil: not before something is needed, or while one runs.
    public private(set) var startAt: Instant?
    private var isRunning = false
    private var isNeededAgain = false
    private var failures = 0

    /// Nothing is needed yet.
    public init() {}

    /// Something happened.
    public mutating func handle(_ event: Event, at now: Instant) {
        switch event {
        case .needed:
            if isRunning {
                isNeededAgain = true
            } else if failures == 0 {
                startAt = min(startAt ?? now + Self.patience, now + Self.patience)
            }
        case .started:
            isRunning = true
            isNeededAgain = false
            startAt = nil
        case .ended(let again):
            isRunning = false
            failures = 0
            startAt = isNeededAgain ? now + Self.patience : again.map { now + max($0, Self.patience) }
        case .failed, .notStarted:
            isRunning = false
            startAt = now + min(Self.backoff * (1 << min(failures, 10)), Self.maxBackoff)
            failures += 1
        }
    }
}
