// SPDX-License-Identifier: Apache-2.0

/// Judges a line by what the services themselves send: where many segments have to be sent again, it loses some,
/// whatever the few packets of the probes come to.
struct SegmentJudge: Hashable, Sendable {
    static let reason = "more than 5 % of what the services send has to be sent again"

    /// The share from which on it counts, and down to which it lasts.
    private static let share = 0.05
    private static let heldShare = 0.03
    /// Fewer segments say nothing: looks are taken together until there are as many, or too old.
    private static let fewest: UInt64 = 200
    private static let longest: Duration = .seconds(300)

    private var condition: ConditionMachine
    private var began: Instant
    private var sent: UInt64 = 0
    private var again: UInt64 = 0

    init(at now: Instant) {
        condition = ConditionMachine(
            patience: .init(warn: .seconds(45), critical: .zero, clear: .seconds(90)), at: now)
        began = now
    }

    var level: ConditionLevel { condition.level }

    /// Takes what was sent since the last look; true when the level changes.
    mutating func take(sent: UInt64, again: UInt64, at now: Instant) -> Bool {
        self.sent += sent
        self.again += again
        guard self.sent >= Self.fewest || now - began >= Self.longest else { return false }
        // Who hardly sends loses nothing that anybody would notice.
        let lost = self.sent >= Self.fewest ? Double(self.again) / Double(self.sent) : 0
        began = now
        (self.sent, self.again) = (0, 0)
        return condition.handle(
            .init(lost > Self.share ? .warn : .ok, heldAt: lost > Self.heldShare ? .warn : .ok), at: now)
    }
}
