// SPDX-License-Identifier: Apache-2.0

extension RolloutMachine {
    mutating func judge(_ job: JobID, _ model: String, _ verdict: Verdict, at now: Int64) {
        let hasFailed = verdict != .succeeded
        if model == candidate {
            grayArm.add(job, hasFailed: hasFailed, at: now)
        } else if model == stable {
            // Nobody's fault: there is nothing to go back to, and a candidate must not look better for it.
            if case .refused = verdict { return }
            stableArm.add(job, hasFailed: hasFailed, at: now)
        } else {
            // A model of an earlier policy.
            return
        }
        effects.append(.save)
        guard isTried, model == candidate else { return }
        if case .refused(let words) = verdict {
            if !refusedJobs.contains(job) { refusedJobs.append(job) }
            if refusedJobs.count >= rules.refusals {
                return rollBack("it was refused for \(refusedJobs.count) jobs: \(words)", at: now)
            }
        }
        if hasFailed, rules.isWorse(grayArm.counts, than: stableArm.counts) {
            return rollBack(evidence, at: now)
        }
        judgeAge(at: now)
    }

    /// What only time decides: whether it has held, or nothing can be said of it.
    mutating func judgeAge(at now: Int64) {
        guard phase == .trying, let candidate, let gray = tier?.gray else { return }
        let age: Duration = .milliseconds(now - since)
        if age >= rules.promotionAge, rules.hasHeld(grayArm.counts, beside: stableArm.counts) {
            switch gray.promotion {
            case .auto: return promote(evidence)
            case .propose:
                stop(.held, evidence)
                effects.append(.propose(candidate, evidence: evidence))
            case .golden:
                stop(.held, evidence)
                effects.append(.runGolden(candidate, evidence: evidence))
            }
        } else if age >= rules.patience {
            let words = "after \(rules.patience.text) nothing can be said: \(evidence)"
            stop(.inconclusive, words)
            effects.append(.inconclusive(candidate, evidence: words))
        }
    }

    mutating func rollBack(_ words: String, at now: Int64) {
        guard let candidate else { return }
        blocked = blocked.filter { $0.value > now }
        if blocked.count >= Self.blockedLimit, let first = blocked.min(by: { $0.value < $1.value }) {
            blocked[first.key] = nil
        }
        blocked[candidate] = now + rules.coolOff.nanoseconds / 1_000_000
        stop(.rolledBack, words)
        effects.append(.rolledBack(candidate, reason: words))
    }

    mutating func promote(_ words: String) {
        guard let candidate else { return }
        stop(.promoted, words)
        effects.append(.promote(candidate, evidence: words))
    }

    /// The figures in words.
    public var evidence: String {
        "\(candidate ?? "none") failed \(grayArm.counts.text), \(stable) \(stableArm.counts.text)"
    }
}
