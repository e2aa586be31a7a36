// SPDX-License-Identifier: Apache-2.0

extension AgentReading {
    /// What the attempt came to, now that its main process has ended with `status` after `ranFor`. A signal of hostd's
    /// own, memory and reboots are not judged here: whoever knows of them says so first.
    ///
    /// A line that says it is done counts whatever the process ended with: some hang after it. A line that says it
    /// failed counts whatever the exit code is: some exit 0 with it.
    public func verdict(exit status: ExitStatus, resumed: Bool, ranFor: Duration) -> AttemptVerdict {
        if case .failedToStart(let why) = status { return .failed(AttemptFailure(.permanent, why)) }
        if lastWord?.isSuccess == true || lastWord == nil && status == .code(0) && preset.success == .exit {
            return .succeeded((lastWord?.evidence.words ?? lastWords).map(AgentWords.shown))
        }
        let said = [lastWord?.evidence].compactMap(\.self) + evidence
        let end = End(status: status, resumed: resumed, ranFor: ranFor)
        let known = known(end, said)
        let isUnfinished = lastWord == nil && status == .code(0)
        let reason = known?.rule.reason ?? (isUnfinished ? "it never said that it was done" : nil)
        let words = known?.evidence?.words ?? said.lazy.compactMap(\.words).first ?? (isUnfinished ? nil : lastWords)
        let blame = known?.rule.blame ?? .none
        return .failed(
            AttemptFailure(
                known.map { Self.class($0.rule, $0.evidence) } ?? .counted, Self.text(end, reason, words),
                blame: blame == .none && isLooping ? .answers : blame))
    }

    private struct End {
        let status: ExitStatus
        let resumed: Bool
        let ranFor: Duration
    }

    private typealias Known = (rule: AgentFailureRule, evidence: AgentEvidence?)

    /// The first rule that fits, with what was said.
    private func known(_ end: End, _ said: [AgentEvidence]) -> Known? {
        first(of: preset.failures, end, said) ?? (preset.knowsProviders ? ofProvider(end, said) : nil)
            ?? first(of: CommonFailures.programs, end, said)
    }

    private func first(of rules: [AgentFailureRule], _ end: End, _ said: [AgentEvidence]) -> Known? {
        for rule in rules where rule.fits(end.status, resumed: end.resumed, ranFor: end.ranFor) {
            guard rule.wantsLine else { return (rule, nil) }
            if let evidence = said.first(where: rule.fits) { return (rule, evidence) }
        }
        return nil
    }

    /// A last word may be a provider's. Other words may be when the agent ended by itself, and they say that all
    /// further attempts are in vain only when nothing had come of its answers: a warning of a plug-in does not end a
    /// job.
    private func ofProvider(_ end: End, _ said: [AgentEvidence]) -> Known? {
        if let lastWord, let known = first(of: CommonFailures.providers, end, [lastWord.evidence]) { return known }
        guard case .code = end.status else { return nil }
        let rules = CommonFailures.providers.filter { progress.steps == 0 || $0.class == .disruption }
        return first(of: rules, end, said)
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

    private static func text(_ end: End, _ reason: String?, _ words: String?) -> String {
        let status = end.status == .unknown ? end.status.text : "\(end.status.text) after \(end.ranFor.text)"
        return ([status] + [reason, words.map(AgentWords.reason)].compactMap(\.self)).joined(separator: ": ")
    }
}
