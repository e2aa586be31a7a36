// SPDX-License-Identifier: Apache-2.0

/// What people want of a job.
extension JobMachine {
    mutating func cancel(at now: Instant) {
        switch state {
        case .waiting, .queued, .planning, .held:
            endUnlaunched(.cancelled, because: JobState.Cause.cancel.text, at: now)
        case .opening(let instance, _): abandon(instance, .end(.cancelled), .cancelled, because: .cancel, at: now)
        case .launching, .running, .ending: stop(for: .cancel, at: now)
        case .judging: keep(.cancel)
        case .closing(let closing): turn(closing, to: .end(.cancelled), because: .cancel, at: now)
        case .over: break
        }
    }

    mutating func hold(at now: Instant) {
        switch state {
        case .waiting, .queued, .planning: hold(JobState.Cause.hold.text, at: now)
        case .opening(let instance, _): abandon(instance, .hold, .disrupted, because: .hold, at: now)
        case .launching, .running, .ending: stop(for: .hold, at: now)
        case .judging: keep(.hold)
        case .closing(let closing): turn(closing, to: .hold, because: .hold, at: now)
        case .held, .over: break
        }
    }

    /// What a person wants outlives hostd.
    private mutating func stop(for wish: JobRecord.Wish, at now: Instant) {
        guard self.wish != .cancel, self.wish != wish else { return }
        stopRun(wish.cause, at: now)
        keep(wish)
    }

    private mutating func keep(_ wish: JobRecord.Wish) {
        guard self.wish != .cancel, self.wish != wish else { return }
        self.wish = wish
        write()
    }

    /// The attempt is over; what was to follow it does not.
    private mutating func turn(
        _ closing: JobState.Closing, to next: JobState.Closing.Next, because cause: JobState.Cause, at now: Instant
    ) {
        guard closing.next != next, !closing.next.isEnd else { return }
        close(closing.instance, next, because: "\(cause.text): \(reason)", at: now)
    }

    /// Whether `release` and `retry` have a meaning now.
    public var isResting: Bool {
        switch state {
        case .held, .over: true
        default: false
        }
    }

    mutating func release(at now: Instant) {
        switch state {
        case .held: goOn(as: .released, because: "released by a person", at: now)
        // A person wants it now: neither back-off nor other jobs are waited for.
        case .waiting(.backoff), .waiting(.jobs), .waiting(.turn):
            goOn(as: .released, because: "a person wants it now", at: now)
        default: break
        }
    }

    mutating func retry(at now: Instant) {
        switch state {
        case .held, .over, .waiting: goOn(as: .retrying, because: "a person wants it tried anew", at: now)
        default: break
        }
    }

    private mutating func goOn(as kind: JobReport.Kind, because why: String, at now: Instant) {
        (failures, disruptions) = (0, 0)
        (notBefore, result, exit, wish) = (nil, nil, nil, nil)
        deadlineFrom = now
        after = []
        report(kind, nil, why)
        enter(.queued, because: why, at: now)
        seek(why, at: now)
        write()
    }

    private mutating func endUnlaunched(_ final: JobState.Final, because why: String, at now: Instant) {
        enter(.over(final), as: .cancelled, because: why, at: now)
        write()
    }

    /// The intent may be on the disk already: that nothing came of it has to be there as well.
    mutating func abandon(
        _ instance: InstanceID, _ next: JobState.Closing.Next, _ state: AttemptRecord.State,
        because cause: JobState.Cause, at now: Instant
    ) {
        attempt?.state = state
        attempt?.reason = cause.text
        close(instance, next, because: cause.text, at: now)
    }
}
