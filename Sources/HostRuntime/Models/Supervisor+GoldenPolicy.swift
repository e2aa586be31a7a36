// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop
internal import HostWire

/// What golden jobs are told of the policy, and the trials of them.
extension Supervisor {
    /// Golden jobs that could not be begun are begun again after so long.
    private static let goldenPause: Duration = .seconds(60)
    /// So often each golden job is run for a candidate that has held.
    private static let goldenRounds = 1

    func hearGolden() {
        golden.goldenFiles = { [weak self] in self?.goldenFiles ?? [] }
        golden.modelOf = { [weak self] in self?.policy.inForce?.policy.tiers[$0]?.model }
        golden.candidateOf = { [weak self] in self?.policy.inForce?.policy.tiers[$0]?.gray?.model }
        golden.allowOf = { [weak self] in self?.policy.inForce?.policy.tiers[$0]?.allow ?? [] }
        golden.goldenEnded = { [weak self] tier, model, hasPassed, figures in
            self?.policy.whenLoaded { [weak self] in self?.goldenEnded(tier, model, hasPassed, figures) }
        }
        policy.runGolden = { [weak self] in self?.runGolden($0, $1) }
    }

    /// Their paths from /; those of the policy are beside it.
    private var goldenFiles: [String] {
        let folder = policy.path.lastIndex(of: "/").map { String(policy.path[...$0]) } ?? ""
        return (policy.inForce?.policy.golden ?? []).map { $0.hasPrefix("/") ? $0 : folder + $0 }
    }

    private func goldenEnded(_ tier: String, _ model: String, _ hasPassed: Bool, _ figures: String) {
        policy.audit(
            hasPassed ? "golden_passed" : "golden_failed", tier: tier, why: "\(model): \(figures)")
        guard policy.rollouts[tier] != nil else { return }
        policy.feed(trial: tier, .golden(model, passed: hasPassed, figures))
    }

    /// Begins the golden jobs for a candidate that has held, and tries that again as long as it waits for them.
    private func runGolden(_ tier: String, _ candidate: String) {
        let request = GoldenRequest(tier: tier, candidate: candidate, rounds: Self.goldenRounds)
        validate(request) { [weak self] outcome in
            guard let self, case .failure(let error) = outcome else { return }
            self.policy.tell("held", "tier \(tier): the golden jobs of \(candidate) cannot be run: \(error)")
            let timer = try? self.loop.timer { [weak self] in
                guard let self else { return }
                self.policy.goldenTimers[tier] = nil
                let trial = self.policy.rollouts[tier]
                if trial?.phase == .held, trial?.candidate == candidate { self.runGolden(tier, candidate) }
            }
            timer?.arm(at: self.loop.now + Self.goldenPause)
            self.policy.goldenTimers[tier] = timer
        }
    }
}
