// SPDX-License-Identifier: Apache-2.0

/// What an attempt of a job came to, once its whole tree is gone and its output was read.
public enum AttemptVerdict: Hashable, Sendable {
    /// It did what it was to do; its last words, if it had any.
    case succeeded(String?)
    /// It did not, and this is what is known of it.
    case failed(AttemptFailure)
}

/// Why an attempt did not succeed.
public struct AttemptFailure: Hashable, Sendable {
    /// What follows from a failure for the job.
    public enum Class: Hashable, Sendable {
        /// Another attempt would end in the same way: a bad command, a refused key, a model that there is none of.
        case permanent
        /// Not the job's doing: a reboot, a person's stop, an outage, a provider that is overloaded. It does not count,
        /// but there is a bound to it. The next attempt comes no sooner than after `retryAfter`, where the other side
        /// named a time.
        case disruption(retryAfter: Duration?)
        /// Everything else.
        case counted
        /// The session that was to be resumed is gone: the next attempt starts afresh. It counts as a disruption.
        case sessionGone
    }

    /// What follows from it.
    public var `class`: Class
    /// What happened, in words, with the evidence: `exit 1 after 2 s: API Error: 404 model: no-such-model`.
    public var reason: String
    /// Whether the model can be blamed: it was refused, or its answers were of no use. Outages are nobody's fault.
    public var blamesModel: Bool

    /// A failure of `class` for `reason`.
    public init(_ class: Class, _ reason: String, blamesModel: Bool = false) {
        self.class = `class`
        self.reason = reason
        self.blamesModel = blamesModel
    }
}
