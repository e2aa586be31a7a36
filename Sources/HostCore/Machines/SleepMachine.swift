// SPDX-License-Identifier: Apache-2.0

/// Notices that time went by in which this host, or hostd, did not run: nobody is to be blamed for it (docs/sleep.md).
///
/// It costs no wake-up: it looks at the clocks when a timer of hostd fires anyway, when the wall clock was set (which
/// waking from a suspend does), and when hostd is continued after a stop.
public struct SleepMachine: Hashable, Sendable {
    /// The clocks at one moment.
    public struct Clocks: Hashable, Sendable {
        /// CLOCK_MONOTONIC, which stands still in a suspend.
        public var monotonic: Instant
        /// CLOCK_BOOTTIME, which does not.
        public var boottime: Instant

        /// These readings.
        public init(monotonic: Instant, boottime: Instant) {
            self.monotonic = monotonic
            self.boottime = boottime
        }
    }

    /// Why nothing happened for a while.
    public enum Cause: Hashable, Sendable {
        /// The host was suspended, and everything on it.
        case suspended
        /// hostd alone was stopped by a signal.
        case stopped
        /// The clock ran, and hostd did not: a paused VM, a frozen cgroup, or a host that was too busy.
        case stalled
    }

    /// A while in which nothing happened.
    public struct Absence: Hashable, Sendable {
        /// Why.
        public var cause: Cause
        /// How long, at least.
        public var time: Duration

        /// In words: "the host was away for 2 h: it was suspended".
        public var text: String {
            switch cause {
            case .suspended: "the host was away for \(time.text): it was suspended"
            case .stopped: "hostd was away for \(time.text): it was stopped by a signal"
            case .stalled:
                "the host was away for \(time.text): a paused machine, or one that was too busy to run hostd"
            }
        }
    }

    /// Shorter absences are nobody's concern: probes and deadlines bear them.
    public static let shortest: Duration = .seconds(2)

    private var ahead: Duration
    private var lastSeen: Instant
    /// Continued after a stop, and not yet accounted for.
    private var continuedAt: Instant?

    /// Everything ran until now.
    public init(_ clocks: Clocks) {
        ahead = clocks.boottime - clocks.monotonic
        lastSeen = clocks.monotonic
    }

    /// hostd was continued after it had been stopped.
    public mutating func continued(at now: Instant) { continuedAt = now }

    /// hostd runs; `due`: what it does now should have happened then. Says what it was away for, once.
    public mutating func look(_ clocks: Clocks, due: Instant? = nil) -> Absence? {
        let suspended = clocks.boottime - clocks.monotonic - ahead
        ahead = clocks.boottime - clocks.monotonic
        // What was due before the last look was late already then.
        let late = clocks.monotonic - max(due ?? clocks.monotonic, lastSeen)
        lastSeen = clocks.monotonic
        let wasContinued = continuedAt != nil
        continuedAt = nil
        if suspended >= Self.shortest { return Absence(cause: .suspended, time: suspended + max(late, .zero)) }
        guard late >= Self.shortest else { return nil }
        return Absence(cause: wasContinued ? .stopped : .stalled, time: late)
    }
}
