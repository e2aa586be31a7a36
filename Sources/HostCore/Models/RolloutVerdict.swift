// SPDX-License-Identifier: Apache-2.0

/// What an attempt says of the model that it had; nil: nothing, as of an outage or a test that fails.
///
/// A refused key counts as a refusal. `RolloutMachine` holds refusals against a candidate alone: a key that is refused
/// for the tier's own model is the key's fault.
public func rolloutVerdict(of verdict: AttemptVerdict) -> RolloutMachine.Verdict? {
    switch verdict {
    case .succeeded: .succeeded
    case .failed(let failure):
        switch failure.blame {
        case .none: nil
        case .answers: .blamed
        case .refused, .refusedKey: .refused(failure.reason)
        }
    }
}

/// What an attempt comes to for its job. A candidate that is refused is no reason to end a job: its next attempt has
/// the tier's model.
public func sparedVerdict(of verdict: AttemptVerdict, arm: String?) -> AttemptVerdict {
    guard arm == RolloutMachine.Arm.gray.rawValue, case .failed(var failure) = verdict,
        case .refused? = rolloutVerdict(of: verdict)
    else { return verdict }
    failure.class = .disruption(retryAfter: .zero)
    failure.reason = "the candidate was refused, the next attempt has the tier's model: \(failure.reason)"
    return .failed(failure)
}

/// The same, once the machine has decided what became of the attempt: one that a person or hostd has ended, or that
/// failed while the host was in trouble, says nothing of its model. Neither does one whose model the submission named.
public func rolloutVerdict(of verdict: AttemptVerdict, ended attempt: AttemptRecord) -> RolloutMachine.Verdict? {
    guard attempt.state == .succeeded || attempt.state == .failed, attempt.arm != AttemptPlan.chosen else { return nil }
    return rolloutVerdict(of: verdict)
}
