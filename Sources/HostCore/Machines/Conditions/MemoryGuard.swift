// SPDX-License-Identifier: Apache-2.0

/// How the memory of the host was at one moment.
public struct MemorySample: Hashable, Sendable {
    /// All of it, in bytes.
    public var totalBytes: UInt64
    /// What new programs may have without swapping, in bytes (MemAvailable).
    public var availableBytes: UInt64
    /// The share of the last 10 s in which some work waited for it, in percent; nil where the kernel does not say it.
    public var somePercent: Double?
    /// The share in which nothing went on for want of memory, in percent.
    public var fullPercent: Double?
    /// Processes that the kernel has ended for want of memory since the boot.
    public var oomKills: UInt64?

    /// A sample.
    public init(
        totalBytes: UInt64, availableBytes: UInt64, somePercent: Double? = nil, fullPercent: Double? = nil,
        oomKills: UInt64? = nil
    ) {
        self.totalBytes = totalBytes
        self.availableBytes = availableBytes
        self.somePercent = somePercent
        self.fullPercent = fullPercent
        self.oomKills = oomKills
    }
}

/// Decides about the condition `memory`. What is available counts, and whether work waits for it: a host may have
/// little free and be well, or thrash with some left. Thresholds after the kubelet (hard eviction below 100 MiB) and
/// systemd-oomd (pressure over 60 % for 30 s), each earlier, because here nothing is evicted.
public struct MemoryGuard: Hashable, Sendable {
    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// The condition has another level or another reason.
        case say(ConditionLevel, reason: String)
        /// The kernel has ended so many processes since the sample before.
        case oomKilled(UInt64)
    }

    /// When a level begins; it is held until it is undercut by half.
    private struct Threshold {
        let level: ConditionLevel
        let leastBytes: UInt64
        let share: UInt64
        let mostBytes: UInt64
        let fullPercent: Double

        /// Whether a sample is as bad; `slack` widens it.
        func isReached(by sample: MemorySample, slack: Double) -> Bool {
            Double(sample.availableBytes) < Double(bytes(of: sample.totalBytes)) * slack
                || (sample.fullPercent ?? 0) >= fullPercent / slack
        }

        /// A share of all memory, no less than the one and no more than the other bound.
        func bytes(of total: UInt64) -> UInt64 { min(max(total / share, leastBytes), mostBytes) }
    }

    private static let thresholds = [
        Threshold(
            level: .critical, leastBytes: 96 << 20, share: 40, mostBytes: 1 << 30, fullPercent: 40),
        Threshold(level: .warn, leastBytes: 192 << 20, share: 12, mostBytes: 3 << 30, fullPercent: 15),
    ]
    private static let patience = ConditionMachine.Patience(
        warn: .seconds(30), critical: .seconds(10), clear: .seconds(60))

    /// The level and its history.
    public private(set) var condition: ConditionMachine
    private var said: Effect?
    private var oomKills: UInt64?
    private var sampledAt: Instant

    /// Nothing was seen yet.
    public init(at now: Instant) {
        condition = ConditionMachine(patience: Self.patience, at: now)
        sampledAt = now
    }

    /// Whether it should be looked at more often: it is not well, or a sample was bad.
    public private(set) var isAlert = false

    /// Takes a sample.
    public mutating func handle(_ sample: MemorySample, at now: Instant) -> [Effect] {
        let reading = ConditionMachine.Reading(
            Self.level(of: sample, slack: 1), heldAt: Self.level(of: sample, slack: 1.5))
        _ = condition.handle(reading, at: now)
        isAlert = condition.level != .ok || reading.level != .ok
        var effects: [Effect] = []
        let words = Effect.say(condition.level, reason: reason(sample))
        if Self.level(of: words) != Self.level(of: said) {
            said = words
            effects.append(words)
        }
        if let before = oomKills, let now = sample.oomKills, now > before { effects.append(.oomKilled(now - before)) }
        oomKills = sample.oomKills
        sampledAt = now
        return effects
    }

    /// What the count of now says of a process that SIGKILL has ended: nil unless the kernel has been ending some since
    /// the sample before. The kernel does not say whom.
    public func suspicion(oomKills now: UInt64?, at time: Instant) -> String? {
        guard let before = oomKills, let now, now > before else { return nil }
        let count = now - before == 1 ? "a process" : "\(now - before) processes"
        return "the kernel has ended \(count) for want of memory in the last \((time - sampledAt).text)"
    }

    private static func level(of effect: Effect?) -> ConditionLevel? {
        if case .say(let level, _) = effect { level } else { nil }
    }

    private static func level(of sample: MemorySample, slack: Double) -> ConditionLevel {
        thresholds.first { $0.isReached(by: sample, slack: slack) }?.level ?? .ok
    }

    private func reason(_ sample: MemorySample) -> String {
        guard condition.level != .ok else { return "" }
        var text = "\(ByteText.text(sample.availableBytes)) of \(ByteText.text(sample.totalBytes)) are available"
        if let full = sample.fullPercent, full >= 1 { text += "; for \(Int(full)) % of the time nothing went on" }
        return text + (condition.isFlapping ? "; it comes and goes" : "")
    }
}
