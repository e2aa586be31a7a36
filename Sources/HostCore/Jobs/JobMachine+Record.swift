// SPDX-License-Identifier: Apache-2.0

/// The same moment on both clocks: what is written down has to mean something after a reboot.
public struct ClockPair: Hashable, Sendable {
    /// On the monotonic clock.
    public var now: Instant
    /// On the wall clock, milliseconds since 1970.
    public var wallMilliseconds: Int64

    /// One moment.
    public init(now: Instant, wallMilliseconds: Int64) {
        self.now = now
        self.wallMilliseconds = wallMilliseconds
    }

    /// A moment of the monotonic clock on the wall.
    public func wall(_ instant: Instant) -> Int64 {
        wallMilliseconds.addingClamped((instant - now).nanoseconds / 1_000_000)
    }

    /// A moment of the wall clock on the monotonic one.
    public func instant(_ wall: Int64) -> Instant {
        now + .milliseconds(wall.addingClamped(-wallMilliseconds))
    }
}

/// To paper and back.
extension JobMachine {
    /// A job that was just submitted, or is tried anew after it was over; `seed` feeds its jitter.
    public init(_ record: JobRecord, _ rules: JobRules, attempt: AttemptRecord? = nil, seed: UInt64, _ clock: ClockPair)
    {
        id = record.id
        key = record.key
        kind = record.kind
        uid = record.uid
        priority = record.priority
        submission = record.submission
        createdMilliseconds = record.createdMilliseconds
        deadlineFrom = clock.instant(record.deadlineFromMilliseconds)
        wish = record.wish
        wallAtOrigin = clock.wall(.zero)
        self.rules = rules
        since = clock.instant(record.sinceMilliseconds)
        reason = record.reason
        after = record.after
        attempts = record.attempts
        failures = record.failures
        disruptions = record.disruptions
        session = record.session
        checkpoint = record.checkpoint
        progress = record.progress
        result = record.result
        exit = record.exit
        let unknown = AttemptRecord(job: record.id, number: record.attempts, startedMilliseconds: 0)
        self.attempt = attempt ?? (record.isAttemptOpen ? unknown : nil)
        // A clock that was set must not make anybody wait for a year.
        notBefore = record.notBeforeMilliseconds.map {
            min(clock.instant($0), clock.now + max(rules.maxBackoff, Self.longestWait))
        }
        random = SplitMix64(seed: seed)
        switch record.phase {
        case .succeeded: state = .over(.succeeded)
        case .failed: state = .over(.failed)
        case .cancelled: state = .over(.cancelled)
        case .held: state = .held
        case .queued, .waiting, .running, .stalled:
            state = record.isAttemptOpen ? found(id.instance(record.attempts), at: clock.now) : .queued
        }
    }

    /// An attempt of an earlier life of hostd: its records say more.
    private func found(_ instance: InstanceID, at now: Instant) -> JobState {
        let deadline = now + Limits.launch
        guard let wish else { return .launching(instance, deadline: deadline) }
        return .ending(
            JobState.Ending(instance: instance, step: .arriving(deadline: deadline), cause: wish.cause))
    }

    /// The other side may have named a time; beyond a day it is not believed.
    static let longestWait: Duration = .seconds(86400)

    /// After what is written down was read: what is to be done. Records of an open attempt must follow, or `neverRan`.
    public mutating func resume(at now: Instant) -> [JobEffect] {
        effects = []
        switch state {
        case .queued:
            if let until = notBefore, until > now, after.isEmpty {
                // As it was told before.
                enter(.waiting(.backoff(until: until)), because: reason, at: now)
            } else {
                seek(reason, at: now)
            }
        default:
            if let instance = state.instance { report(.adopted, instance, "found again after a start of hostd") }
        }
        return takeEffects()
    }

    /// The host was started anew since: nothing of the open attempt is left, and its output may say that it was
    /// through.
    public mutating func rebooted(at now: Instant) -> [JobEffect] {
        effects = []
        guard let instance = state.instance else { return [] }
        let cause = endingCause
        var report = ExitReport(status: .unknown, ran: .zero, wallMilliseconds: 0)
        report.note = "the host was started anew meanwhile"
        conclude(instance, report, cause: cause, at: now)
        return takeEffects()
    }

    /// What people see now: what an attempt came to is not told before it is written down.
    public func shown(_ clock: ClockPair) -> JobRecord {
        var shown = record(clock)
        guard case .closing = state else { return shown }
        shown.phase = phase
        shown.sinceMilliseconds = clock.wall(since)
        shown.result = nil
        shown.exit = nil
        return shown
    }

    /// What there is to write down now.
    public func record(_ clock: ClockPair) -> JobRecord {
        var record = JobRecord(
            id: id, key: key, kind: kind, uid: uid, priority: priority, submission: submission,
            createdMilliseconds: createdMilliseconds)
        record.after = after
        record.phase = phase
        record.isAttemptOpen = attempt?.isOpen == true
        record.sinceMilliseconds = clock.wall(since)
        // What is being written down is what follows, not that it is being written down.
        if case .closing(let closing) = state {
            record.sinceMilliseconds = clock.wallMilliseconds
            switch closing.next {
            case .another: record.phase = .waiting
            case .hold: record.phase = .held
            case .end(let final): record.phase = final.phase
            }
        }
        record.reason = reason
        record.notBeforeMilliseconds = notBefore.map(clock.wall)
        record.attempts = attempts
        record.wish = wish
        record.deadlineFromMilliseconds = clock.wall(deadlineFrom)
        record.failures = failures
        record.disruptions = disruptions
        record.session = session
        record.checkpoint = checkpoint
        record.progress = progress
        record.result = result
        record.exit = exit
        return record
    }
}

extension JobRecord.Wish {
    /// Why an attempt is ended for it.
    var cause: JobState.Cause {
        switch self {
        case .cancel: .cancel
        case .hold: .hold
        }
    }
}
