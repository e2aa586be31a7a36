// SPDX-License-Identifier: Apache-2.0

extension RolloutMachine {
    /// The model that services have, whatever is tried: nil before a policy is in force.
    public var serviceModel: String? { tier?.model }

    /// A job keeps its arm over its attempts, as long as there is that arm; a first attempt draws one.
    mutating func assign(_ launch: Launch) {
        guard let tier else { return }
        guard isTried, let gray = tier.gray else {
            return effects.append(.assign(launch.job, .stable, model: tier.model))
        }
        let isGray: Bool
        if let before = launch.before {
            // It was refused for this job: another attempt with it would be in vain.
            isGray = before.arm == .gray && before.model == gray.model && !refusedJobs.contains(launch.job)
        } else {
            isGray = draws(launch, gray)
        }
        effects.append(.assign(launch.job, isGray ? .gray : .stable, model: isGray ? gray.model : tier.model))
    }

    private mutating func draws(_ launch: Launch, _ gray: ModelPolicy.Gray) -> Bool {
        switch gray.choice {
        case .hash:
            guard let key = launch.key else { return false }
            return LineageBucket.of(key, candidate: gray.model) < gray.share
        case .quota:
            // Systematic sampling: one of every 10,000 / share, wherever the start lies.
            let share = UInt64(gray.share)
            let isChosen = (drawn + 1) * share / 10_000 > drawn * share / 10_000
            drawn += 1
            effects.append(.save)
            return isChosen
        }
    }
}
