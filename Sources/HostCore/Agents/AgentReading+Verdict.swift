// SPDX-License-Identifier: Apache-2.0

extension AgentReading {
    /// What the attempt came to, now that its main process has ended with `status` after `ranFor`. A signal of hostd's
    /// own, memory and reboots are not judged here: whoever knows of them says so first.
    ///
    /// A line that says it is done counts whatever the process ended with: some hang after it. A line that says it
    /// failed counts whatever the exit code is: some exit 0 with it.
    public func verdict(exit status: ExitStatus, resumed: Bool, ranFor: Duration) -> AttemptVerdict {
        if case .failedToStart(let why) = status { return .failed(AttemptFailure(.permanent, why)) }
        if let lastWord {
            if lastWord.isSuccess { return .succeeded(lastWord.evidence.words ?? lastWords) }
            return .failed(failure(status, resumed: resumed, ranFor: ranFor, [lastWord.evidence] + evidence))
        }
        if status == .code(0) {
            if preset.success == .exit { return .succeeded(lastWords) }
            let words = evidence.lazy.compactMap(\.words).first
            let why = Self.text(status, ranFor, "it never said that it was done", words)
            let known = known(status, resumed: resumed, ranFor: ranFor, evidence)
            return .failed(
                AttemptFailure(
                    known.map { Self.class($0.rule, $0.evidence) } ?? .counted,
                    why, blamesModel: known?.rule.blamesModel ?? isLooping))
        }
        return .failed(failure(status, resumed: resumed, ranFor: ranFor, evidence))
    }

    private func failure(
        _ status: ExitStatus, resumed: Bool, ranFor: Duration, _ evidence: [AgentEvidence]
    ) -> AttemptFailure {
        let known = known(status, resumed: resumed, ranFor: ranFor, evidence)
        let words = known?.evidence?.words ?? evidence.lazy.compactMap(\.words).first ?? lastWords
        let text = Self.text(status, ranFor, known?.rule.reason, words)
        guard let known else { return AttemptFailure(.counted, text, blamesModel: isLooping) }
        return AttemptFailure(
            Self.class(known.rule, known.evidence), text, blamesModel: known.rule.blamesModel || isLooping)
    }

    /// The first rule that fits, with what was said.
    private func known(
        _ status: ExitStatus, resumed: Bool, ranFor: Duration, _ evidence: [AgentEvidence]
    ) -> (rule: AgentFailureRule, evidence: AgentEvidence?)? {
        let rules =
            preset.failures + (preset.knowsProviders ? CommonFailures.providers : []) + CommonFailures.programs
        for rule in rules where rule.fits(status, resumed: resumed, ranFor: ranFor) {
            guard rule.wantsLine else { return (rule, nil) }
            if let evidence = evidence.first(where: rule.fits) { return (rule, evidence) }
        }
        return nil
    }

    private static func `class`(_ rule: AgentFailureRule, _ evidence: AgentEvidence?) -> AttemptFailure.Class {
        switch rule.class {
        case .permanent: return .permanent
        case .counted: return .counted
        case .sessionGone: return .sessionGone
        case .disruption:
            let said = rule.retryAfterAt.flatMap { RetryAfter.seconds(evidence?.line.value(at: $0)) }
            return .disruption(retryAfter: said ?? evidence?.words.flatMap(RetryAfter.read) ?? rule.retryAfter)
        }
    }

    private static func text(_ status: ExitStatus, _ ranFor: Duration, _ reason: String?, _ words: String?) -> String {
        let end = status == .unknown ? status.text : "\(status.text) after \(ranFor.text)"
        return ([end] + [reason, words].compactMap(\.self)).joined(separator: ": ")
    }
}
