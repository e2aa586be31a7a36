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

    /// What a failure says of the model that the attempt had. Outages and full disks say nothing of it.
    public enum Blame: Hashable, Sendable {
        /// Nothing.
        case none
        /// Its answers were of no use.
        case answers
        /// The provider has no such model, or not for this use: 404, unsupported.
        case refused
        /// The provider refused the key: 401, 403. That is the key's fault where all models are refused, and a
        /// candidate's where the key is good for the tier's own.
        case refusedKey
    }

    /// What follows from it.
    public var `class`: Class
    /// What happened, in words, with the evidence: `exit 1 after 2 s: API Error: 404 model: no-such-model`.
    public var reason: String
    /// What it says of the model.
    public var blame: Blame
    /// Whether the model can be blamed whichever it is: there is no such model, or its answers were of no use.
    public var blamesModel: Bool { blame == .answers || blame == .refused }

    /// A failure of `class` for `reason`.
    public init(_ class: Class, _ reason: String, blame: Blame = .none) {
        self.class = `class`
        self.reason = reason
        self.blame = blame
    }
}
