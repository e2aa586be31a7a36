// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// The policy in depth, as `hostctl model show` tells of it.
extension Supervisor {
    var modelsStatus: ModelsStatus {
        var status = ModelsStatus(policy: policyStatus, file: modelFileStatus)
        guard let generation = policy.inForce else { return status }
        status.note = generation.policy.note
        status.origin = generation.proposal.origin.description
        status.by = generation.proposal.by
        status.tiers = generation.policy.tiers.sorted { $0.key < $1.key }.map { tierStatus($0.key, $0.value) }
        status.targets = policy.machine.targets.sorted { $0.key < $1.key }.map { name, target in
            ModelsStatus.TargetStatus(
                name: name, generation: target.applied, ok: target.applied == generation.number,
                reason: target.reason ?? "")
        }
        status.services = machine.services.keys.sorted().compactMap { serviceModels($0) }
        status.jobsOnEarlier = jobs.board.jobs.values.count { job in
            guard let attempt = job.attempt, attempt.isOpen, let launched = attempt.generation else { return false }
            return launched != generation.number
        }
        return status
    }

    private var modelFileStatus: ModelsStatus.FileStatus {
        let state =
            if policy.machine.refusal != nil {
                policy.isMissing ? "missing" : "wrong"
            } else if policy.isMissing {
                "missing"
            } else {
                policy.machine.isSettling ? "settling" : "ok"
            }
        return ModelsStatus.FileStatus(
            path: policy.path, state: state, errors: policy.machine.refusal ?? [],
            source: policySource.address.isEmpty ? nil : policySource.address, sourceProblem: policySource.problem)
    }

    private func tierStatus(_ name: String, _ tier: ModelPolicy.Tier) -> ModelsStatus.TierStatus {
        var status = ModelsStatus.TierStatus(name: name, model: tier.model)
        status.fallback = tier.fallback
        status.allow = tier.allow
        guard let gray = tier.gray else { return status }
        let rollout = policy.rollouts[name]
        var trial = ModelsStatus.Trial(
            model: gray.model, share: policy.share(of: name), promote: gray.promotion.rawValue,
            phase: rollout?.phase.rawValue ?? RolloutMachine.Phase.none.rawValue)
        if let rollout {
            trial.reason = rollout.reason
            trial.since = rollout.since > 0 ? WallTime(milliseconds: rollout.since) : nil
            let (own, stable) = (rollout.counts(.gray), rollout.counts(.stable))
            (trial.failures, trial.jobs) = (own.failures, own.total)
            (trial.stableFailures, trial.stableJobs) = (stable.failures, stable.total)
        }
        status.gray = trial
        return status
    }

    private func serviceModels(_ name: ServiceName) -> ModelsStatus.ServiceModels? {
        guard let service = machine.services[name] else { return nil }
        let tiers = service.specification.launch.tiers
        guard !tiers.isEmpty || service.specification.modelChange != .none else { return nil }
        guard let instance = service.state.instance, let models = traces[instance]?.models else {
            return ModelsStatus.ServiceModels(name: name.text, generation: nil, models: [:], isPending: false)
        }
        return ModelsStatus.ServiceModels(
            name: name.text, generation: models.generation,
            models: models.models.filter { tiers.isEmpty || tiers.contains($0.key) },
            isPending: isModelPending(service, models))
    }
}
