// SPDX-License-Identifier: Apache-2.0

/// From the proof that nothing is left of an attempt to what follows it.
extension JobMachine {
    /// Nothing is left of the attempt: what it came to stands in its output.
    mutating func conclude(_ instance: InstanceID, _ report: ExitReport, cause: JobState.Cause?, at now: Instant) {
        let judging = JobState.Judging(
            instance: instance, report: report, cause: cause, again: now + Limits.judge, round: 1)
        enter(.judging(judging), because: "\(report.text); reading what it came to", at: now)
        effects.append(.judge(instance, report))
    }

    /// Nobody answered: the disk of the log may hang. After some rounds the exit alone decides.
    mutating func judgeAgain(_ old: JobState.Judging, at now: Instant) {
        guard now >= old.again else { return }
        guard old.round < Limits.judgeRounds else {
            let isSuccess = old.report.status == .code(0)
            let failure = AttemptFailure(.counted, "\(old.report.text); its output cannot be read")
            return judged(old.instance, isSuccess ? .succeeded(nil) : .failed(failure), nil, at: now)
        }
        var judging = old
        judging.round += 1
        judging.again = now + Limits.judge
        state = .judging(judging)
        effects.append(.judge(old.instance, old.report))
    }

    mutating func judged(
        _ instance: InstanceID, _ verdict: AttemptVerdict, _ usage: AttemptUsage?, at now: Instant
    ) {
        guard case .judging(let judging) = state, judging.instance == instance else { return }
        attempt?.usage = usage
        close(instance, judging.report, verdict, cause: judging.cause, at: now)
    }

    /// Decides what follows, and has it written down before anything else is done.
    mutating func close(
        _ instance: InstanceID, _ report: ExitReport, _ verdict: AttemptVerdict, cause: JobState.Cause?,
        at now: Instant
    ) {
        attempt?.exit = report.status
        attempt?.endedMilliseconds =
            report.wallMilliseconds > 0
            ? report.wallMilliseconds : wallAtOrigin.addingClamped(now.nanoseconds / 1_000_000)
        var (next, why) = outcome(report, verdict, cause: cause, at: now)
        attempt?.reason = why
        // What something else has ended says nothing of the model.
        if case .failed(let failure) = verdict, attempt?.state == .failed {
            attempt?.blamesModel = failure.blamesModel
        }
        exit = report.status
        // A person said so while its output was read; what it came to stays what it is.
        if let wish, !next.isEnd {
            next = wish == .cancel ? .end(.cancelled) : .hold
            if cause != wish.cause { why = "\(wish.cause.text): \(why)" }
        }
        wish = nil
        close(instance, next, because: why, at: now)
    }

    /// Has what follows written down.
    mutating func close(
        _ instance: InstanceID, _ next: JobState.Closing.Next, because why: String, at now: Instant
    ) {
        let closing = JobState.Closing(instance: instance, next: next, write: writes + 1)
        enter(.closing(closing), because: why, at: now)
        write()
    }

    private mutating func outcome(
        _ report: ExitReport, _ verdict: AttemptVerdict, cause: JobState.Cause?, at now: Instant
    ) -> (JobState.Closing.Next, String) {
        if cause == .cancel {
            attempt?.state = .cancelled
            return (.end(.cancelled), "\(JobState.Cause.cancel.text): \(report.text)")
        }
        switch verdict {
        case .succeeded(let words):
            attempt?.state = .succeeded
            result = words
            return (.end(.succeeded), report.text)
        case .failed(let failure):
            return failed(failure, report, cause: cause, at: now)
        }
    }

    private mutating func failed(
        _ failure: AttemptFailure, _ report: ExitReport, cause: JobState.Cause?, at now: Instant
    ) -> (JobState.Closing.Next, String) {
        let why = (cause.map { $0.text + ": " } ?? "") + failure.reason
        switch cause {
        case .cancel, .none: break
        case .hold:
            attempt?.state = .disrupted
            return (.hold, why)
        case .deadline:
            attempt?.state = .failed
            return (.end(.failed), why)
        case .shutDown, .host: return disrupted(why, retryAfter: .zero, at: now)
        case .stall, .attemptTimeout, .limit, .stuck: return counted(why, at: now)
        }
        switch failure.class {
        // A program that ran before and is not there now is being replaced.
        case .permanent where attempts > 1 && report.status.isNoStart: return counted(why, at: now)
        case .permanent:
            attempt?.state = .failed
            return (.end(.failed), why)
        case .disruption(let retryAfter): return disrupted(why, retryAfter: retryAfter, at: now)
        case .sessionGone:
            session = nil
            return disrupted(why, retryAfter: .zero, at: now)
        case .counted:
            if let kind = disturbance(at: now) {
                return disrupted("\(why); \(kind.rawValue) was critical", retryAfter: nil, at: now)
            }
            if case .unknown = report.status { return disrupted(why, retryAfter: .zero, at: now) }
            return counted(why, at: now)
        }
    }

    /// What of the host was in trouble when the attempt failed, or shortly before. A full disk and the want of memory
    /// hurt everybody, all else only those that need it.
    private func disturbance(at now: Instant) -> ConditionKind? {
        (rules.needs + [.disk, .memory]).first { kind in
            critical.contains(kind) || lastDisturbed[kind].map { now - $0 < Limits.disturbance } ?? false
        }
    }

    private mutating func counted(_ why: String, at now: Instant) -> (JobState.Closing.Next, String) {
        attempt?.state = .failed
        failures += 1
        guard failures < rules.attempts else {
            let text = failures == 1 ? why : "\(failures) failures without progress; the last one: \(why)"
            return (.end(.failed), text)
        }
        notBefore = now + backoff(failures - 1)
        return (.another, why)
    }

    private mutating func disrupted(
        _ why: String, retryAfter: Duration?, at now: Instant
    ) -> (JobState.Closing.Next, String) {
        attempt?.state = .disrupted
        disruptions += 1
        guard disruptions < Limits.disruptions else {
            return (.hold, "\(disruptions) disruptions without progress; the last one: \(why)")
        }
        notBefore = now + min(retryAfter ?? backoff(disruptions - 1), max(rules.maxBackoff, Self.longestWait))
        return (.another, why)
    }

    /// Uniform in [backoff·2ⁿ·(1−jitter), backoff·2ⁿ], capped: full jitter with `jitter = "100%"` (AWS Architecture
    /// Blog, "Exponential Backoff And Jitter", 2015).
    private mutating func backoff(_ exponent: Int) -> Duration {
        let (doubled, overflow) = rules.backoff.nanoseconds.multipliedReportingOverflow(
            by: 1 << min(exponent, Limits.exponent))
        let delay = overflow ? rules.maxBackoff : min(.nanoseconds(doubled), rules.maxBackoff)
        let share = min(max(rules.jitter, 0), 1) * random.unit()
        return delay - .nanoseconds(Int64(Double(delay.nanoseconds) * share))
    }

    mutating func written(_ number: UInt64, at now: Instant) {
        writtenThrough = max(writtenThrough, number)
        switch state {
        case .opening(let instance, let write) where number >= write: opened(instance, at: now)
        case .closing(let closing) where number >= closing.write: closed(closing, at: now)
        default: break
        }
    }

    private mutating func closed(_ closing: JobState.Closing, at now: Instant) {
        effects.append(.forget(closing.instance))
        let why = reason
        switch closing.next {
        case .another:
            report(.retrying, closing.instance, why)
            enter(.queued, because: why, at: now)
            seek(why, at: now)
        case .hold: enter(.held, as: .held, because: why, at: now)
        case .end(let final):
            let kind: JobReport.Kind =
                switch final {
                case .succeeded: .succeeded
                case .failed: .failed
                case .cancelled: .cancelled
                }
            report(kind, closing.instance, why)
            enter(.over(final), because: why, at: now)
        }
    }
}

extension ExitStatus {
    /// It never ran.
    fileprivate var isNoStart: Bool { if case .failedToStart = self { true } else { false } }
}
