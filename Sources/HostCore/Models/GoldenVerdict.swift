// SPDX-License-Identifier: Apache-2.0

extension GoldenMachine {
    /// The jobs of an arm that are over, and how many of them failed. A pair of which one job says nothing is left out
    /// whole: what is compared has done the same.
    public func counts(_ arm: Arm) -> RateCounts {
        var counts = RateCounts(failures: 0, total: 0)
        for (index, outcome) in outcomes where item(index).arm == arm && !isVoid(index) && !isVoid(index ^ 1) {
            counts.total += 1
            if outcome != .succeeded { counts.failures += 1 }
        }
        return counts
    }

    /// How it came out, of a run that is over: the candidate passed when it was not refused and failed no more of its
    /// jobs than the tier's model did.
    public var verdict: Verdict {
        if let words = refusal { return failed("it was refused: \(words)") }
        let (own, other) = (counts(.candidate), counts(.stable))
        guard own.total > 0 else { return failed("none of its jobs says anything") }
        guard own.failures <= other.failures else { return failed("it failed more jobs than the tier's model") }
        let why = own.failures == 0 ? "all of its jobs succeeded" : "it failed no more jobs than the tier's model"
        return Verdict(hasPassed: true, words: "passed: \(why); \(figures)")
    }

    /// What both arms came to so far, in words.
    public var figures: String {
        let arms = [(run.candidate, counts(.candidate)), (run.stable, counts(.stable))]
        return arms.map { "\($0.0) failed \($0.1.textWithInterval)" }.joined(separator: ", ")
    }

    private func failed(_ why: String) -> Verdict {
        Verdict(hasPassed: false, words: "not passed: \(why); \(figures)")
    }

    /// What was said when the candidate was refused first; nil: it never was.
    private var refusal: String? {
        for (index, outcome) in outcomes.sorted(by: { $0.key < $1.key }) where item(index).arm == .candidate {
            if case .refused(let words) = outcome { return words }
        }
        return nil
    }

    private func isVoid(_ index: Int) -> Bool {
        if case .void? = outcomes[index] { true } else { false }
    }
}
