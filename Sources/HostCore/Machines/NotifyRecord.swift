// SPDX-License-Identifier: Apache-2.0

/// What an instance has said of itself (sd_notify), as its keeper recorded it: docs/keeper.md.
public struct NotifyRecord: Hashable, Sendable {
    /// When the keeper wrote it; of two records of one instance the later one says all that the other does.
    public var writtenAt: Instant = .zero
    /// The last READY=1.
    public var ready: Instant?
    /// The last RELOADING=1; a READY=1 behind it says that the reload is done.
    public var reloading: Instant?
    /// The last STOPPING=1.
    public var stopping: Instant?
    /// The last WATCHDOG=1.
    public var beat: Instant?
    /// How often it said WATCHDOG=trigger.
    public var triggers: UInt64 = 0
    /// The latest time that it asked for with EXTEND_TIMEOUT_USEC.
    public var extendedUntil: Instant?
    /// The last STATUS=; empty when there was none.
    public var status = ""
    /// The last X_PROGRESS=, of a job.
    public var progress: String?
    /// The last X_CHECKPOINT=, of a job.
    public var checkpoint: String?

    /// Nothing was said.
    public init() {}

    /// What the fields of a record say.
    public init(_ fields: FieldText) {
        writtenAt = fields.instant("monotonic_ns") ?? .zero
        ready = fields.instant("ready_ns")
        reloading = fields.instant("reloading_ns")
        stopping = fields.instant("stopping_ns")
        beat = fields.instant("watchdog_ns")
        triggers = fields.integer("trigger_count") ?? 0
        extendedUntil = fields.instant("extend_until_ns")
        status = fields["status"] ?? ""
        progress = fields["x_progress"]
        checkpoint = fields["x_checkpoint"]
    }

    /// Whether it has begun a reload and has not said that it is done.
    public var isReloading: Bool {
        guard let reloading else { return false }
        return ready.map { $0 < reloading } ?? true
    }
}
