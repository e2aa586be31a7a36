// SPDX-License-Identifier: Apache-2.0

/// Tells a job that works from one that only exists. Pure arithmetic on two times.
///
/// A *sign* is what a job does when it gets on: output that is no noise, progress, a checkpoint. It is *busy* when it
/// uses processor time or its sockets carry bytes. Who waits for a dead connection does neither; who tries the same
/// again and again is busy and gives no sign.
public struct StallMachine: Hashable, Sendable {
    /// The rules.
    public var rules: StallRules
    /// When the last sign was seen.
    public private(set) var lastSign: Instant
    /// When it was last seen busy.
    public private(set) var lastBusy: Instant

    /// A job that is all right as of `now`.
    public init(_ rules: StallRules, at now: Instant) {
        self.rules = rules
        lastSign = now
        lastBusy = now
    }

    /// It got on.
    public mutating func sign(at now: Instant) {
        lastSign = max(lastSign, now)
    }

    /// It uses the processor, or its sockets carry bytes.
    public mutating func busy(at now: Instant) {
        lastBusy = max(lastBusy, now)
    }

    /// Nobody looked for so long, or nothing ran: that is no silence of its own.
    public mutating func away(_ time: Duration) {
        lastSign = lastSign + time
        lastBusy = lastBusy + time
    }

    /// When it will be taken for hanging, unless something is seen before; nil: never.
    public var deadline: Instant? {
        let silent = rules.silence.map { max(lastSign, lastBusy) + $0 }
        let idle = rules.hard.map { lastSign + $0 }
        switch (silent, idle) {
        case (let silent?, let idle?): return min(silent, idle)
        case (let silent, let idle): return silent ?? idle
        }
    }

    /// Why it is taken for hanging; nil while it is not.
    public func verdict(at now: Instant) -> String? {
        if let silence = rules.silence, now - max(lastSign, lastBusy) >= silence {
            return "no output, no progress, no processor time and silent sockets for \(silence.text)"
        }
        if let hard = rules.hard, now - lastSign >= hard {
            return "no progress for \(hard.text), though it is busy"
        }
        return nil
    }
}
