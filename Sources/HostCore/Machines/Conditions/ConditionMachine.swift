// SPDX-License-Identifier: Apache-2.0

/// The level of one condition, made of readings: it rises when they were bad for long enough, falls when they were good
/// for long enough by thresholds that are further away, and does not fall while it flaps. Drawn in docs/conditions.md.
public struct ConditionMachine: Hashable, Sendable {
    /// How long a reading has to last.
    public struct Patience: Hashable, Sendable {
        /// Before the level rises to `warn`.
        public var warn: Duration
        /// Before it rises to `critical`.
        public var critical: Duration
        /// Before it falls.
        public var clear: Duration

        /// With these times; zero: at once.
        public init(warn: Duration, critical: Duration, clear: Duration) {
            self.warn = warn
            self.critical = critical
            self.clear = clear
        }
    }

    /// One look at the host.
    public struct Reading: Hashable, Sendable {
        /// The level by the thresholds at which it rises.
        public var level: ConditionLevel
        /// The level by the thresholds below which it falls: never lower than `level`.
        public var heldLevel: ConditionLevel

        /// A reading; `heldLevel` is `level` where there is no hysteresis by value.
        public init(_ level: ConditionLevel, heldAt heldLevel: ConditionLevel? = nil) {
            self.level = level
            self.heldLevel = max(level, heldLevel ?? level)
        }
    }

    /// What it is now.
    public private(set) var level: ConditionLevel = .ok
    /// Since when.
    public private(set) var since: Instant
    /// Readings change so often that it is kept at the worst of them.
    public var isFlapping: Bool { flaps.isFlapping }

    private let patience: Patience
    private var flaps = FlapMeter()
    /// Since when readings have been at `warn` or worse, and at `critical`; nil while they are not.
    private var warnSince: Instant?
    private var criticalSince: Instant?
    private var below: Below?

    /// Readings have been below the level since then; the worst of them.
    private struct Below: Hashable {
        var since: Instant
        var worst: ConditionLevel
    }

    /// Ok, since now.
    public init(patience: Patience, at now: Instant) {
        self.patience = patience
        since = now
    }

    /// Takes a reading; true when the level is another one afterwards.
    public mutating func handle(_ reading: Reading, at now: Instant) -> Bool {
        flaps.note(reading.level)
        warnSince = reading.level >= .warn ? warnSince ?? now : nil
        criticalSince = reading.level >= .critical ? criticalSince ?? now : nil
        noteBelow(reading, at: now)
        let next = risen(at: now) ?? fallen(at: now) ?? level
        guard next != level else { return false }
        level = next
        since = now
        below = nil
        noteBelow(reading, at: now)
        return true
    }

    private mutating func noteBelow(_ reading: Reading, at now: Instant) {
        guard reading.heldLevel < level else { return below = nil }
        below = Below(since: below?.since ?? now, worst: max(below?.worst ?? .ok, reading.heldLevel))
    }

    private func risen(at now: Instant) -> ConditionLevel? {
        if level < .critical, let criticalSince, now - criticalSince >= patience.critical { return .critical }
        if level < .warn, let warnSince, now - warnSince >= patience.warn { return .warn }
        return nil
    }

    private func fallen(at now: Instant) -> ConditionLevel? {
        guard !isFlapping, let below, now - below.since >= patience.clear else { return nil }
        return below.worst
    }
}
