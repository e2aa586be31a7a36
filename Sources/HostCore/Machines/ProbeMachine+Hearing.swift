// SPDX-License-Identifier: Apache-2.0

/// Probes that ask nothing of the instance: they look at what it has said.
extension ProbeMachine {
    /// A beat may be so late: its keeper writes it down no later than this.
    static let beatSlack: Duration = .milliseconds(250)

    /// Takes in what the instance has said, as of now. Returns the answer that this amounts to, if it counts. `excuse`:
    /// why a beat that is missing is not its fault; nil where nothing excuses it.
    public mutating func hear(_ record: NotifyRecord, excuse: String? = nil, at now: Instant) -> ProbeAnswer? {
        switch specification.target {
        case .notify: hearReady(record, at: now)
        case .heartbeat: hearBeat(record, excuse, at: now)
        case .http, .tcp, .unix, .exec, .log: nil
        }
    }

    /// What the instance has said could not be read, for a reason of hostd's own.
    public mutating func hearNothing(_ why: String, at now: Instant) {
        guard isAsking else { return }
        count(.unasked(why), at: now)
        pause(until: now + Self.recheck)
    }

    private mutating func hearReady(_ record: NotifyRecord, at now: Instant) -> ProbeAnswer? {
        let isReady = record.ready != nil
        guard isReady || isAsking else { return nil }
        var seen = isReady ? "READY=1" : "no READY=1 yet"
        if record.isReloading { seen += ", then RELOADING=1" }
        if !record.status.isEmpty { seen += ", STATUS=\(record.status)" }
        let answer = ProbeAnswer(ok: isReady, seen: seen)
        count(answer, at: now)
        pause(until: now + Self.recheck)
        return answer
    }

    private mutating func hearBeat(_ record: NotifyRecord, _ excuse: String?, at now: Instant) -> ProbeAnswer? {
        let every = specification.interval + Self.beatSlack
        let known = triggers ?? record.triggers
        triggers = record.triggers
        if record.triggers > known {
            return judge(ok: false, "WATCHDOG=trigger", excuse, next: now + every, at: now)
        }
        if let beat = record.beat, beat > lastBeat ?? .zero {
            lastBeat = beat
            if beat + every > now {
                let seen = "WATCHDOG=1 \((now - beat).text) before"
                return judge(ok: true, seen, next: max(beat + every, due ?? .zero), at: now)
            }
        }
        guard let due, now >= due else { return nil }
        if let until = record.extendedUntil, until > now {
            pause(until: until)
            return nil
        }
        // hostd slept, and so may have the instance: it gets its whole time anew.
        guard now - due <= Self.sleptMargin else {
            pause(until: now + every)
            return nil
        }
        let seen = lastBeat.map { "no WATCHDOG=1 for \((now - $0).text)" } ?? "no WATCHDOG=1 yet"
        return judge(ok: false, seen, excuse, next: now + every, at: now)
    }

    private mutating func judge(
        ok: Bool, _ seen: String, _ excuse: String? = nil, next: Instant, at now: Instant
    ) -> ProbeAnswer? {
        let answer = excuse.map { .unasked("\($0): \(seen)") } ?? ProbeAnswer(ok: ok, seen: seen)
        count(answer, at: now)
        pause(until: next)
        return answer.isVerdict ? answer : nil
    }
}

extension ProbeSpecification {
    /// From the moment when an instance serves to the first question whether it lives.
    var firstLive: Duration { delay > .zero || target.isHeard ? delay : interval }
}
