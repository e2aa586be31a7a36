// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostStore
internal import HostWire

/// Requests about the policy of the models.
extension Supervisor {
    // MARK: - Looking

    /// `GET /v1/models`
    func answerModels(_ call: ControlCall) { call.finish(modelsStatus.json) }

    /// `GET /v1/models/plan`
    func answerModelPlan(_ call: ControlCall) {
        policy.proposal(by: "", why: nil) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success(let proposal): call.finish(self.plan(for: proposal).json)
            case .failure(let refusal):
                call.finish(PolicyPlan(generation: self.policy.inForce?.number, errors: refusal.errors).json)
            }
        }
    }

    /// What it takes to get from the generation in force to a policy.
    private func plan(for proposal: PolicyProposal) -> PolicyPlan {
        let inForce = policy.inForce
        let changes = PolicyChange.between(inForce?.policy, proposal.policy)
        var plan = PolicyPlan(generation: inForce?.number, changes: changes.map(\.description))
        guard !changes.isEmpty else { return plan }
        let next = PolicyGeneration(number: (inForce?.number ?? 0) + 1, proposal: proposal, fileDigest: nil)
        plan.services = machine.services.keys.sorted().compactMap { planned($0, LaunchModels(next)) }
        plan.targets = [PolicyTargets.file] + proposal.policy.targets.map(\.name)
        plan.jobsUnderWay = jobs.board.jobs.values.count { $0.attempt?.isOpen == true && $0.attempt?.model != nil }
        return plan
    }

    private func planned(_ name: ServiceName, _ next: LaunchModels) -> String? {
        guard let service = machine.services[name], let instance = service.state.instance,
            let models = traces[instance]?.models
        else { return nil }
        let specification = service.specification
        let tiers = specification.launch.tiers
        guard !tiers.isEmpty || specification.modelChange != .none, !models.differences(from: next, in: tiers).isEmpty
        else { return nil }
        return "\(name): \(specification.modelChange.text) (\(models.news(next, in: tiers)))"
    }

    // MARK: - Changing

    /// `POST /v1/models/apply`: what models.toml says is taken over at once.
    func answerModelApply(_ call: ControlCall) {
        guard let wish = ModelWish(call) else { return }
        whoAsks(call) { [weak self] who in
            self?.fetchPolicy { [weak self] in self?.apply(wish, by: who, call) }
        }
    }

    /// Asks the source first, where there is one; what is wrong with it stands in the status.
    private func fetchPolicy(then: @escaping () -> Void) {
        guard !policySource.address.isEmpty else { return then() }
        policySource.fetchNow { _ in then() }
    }

    private func apply(_ wish: ModelWish, by who: String, _ call: ControlCall) {
        policy.proposal(by: who, why: wish.note) { [weak self] result in
            guard let self else { return }
            switch result {
            case .failure(let refusal):
                let plan = PolicyPlan(generation: self.policy.inForce?.number, errors: refusal.errors)
                call.responder.finish(status: 422, json: plan.json)
            case .success(let proposal):
                var plan = self.plan(for: proposal)
                self.take(proposal, call) { number in
                    plan.generation = number
                    call.finish(plan.json)
                }
            }
        }
    }

    /// `POST /v1/models/rollback`
    func answerModelRollback(_ call: ControlCall) {
        guard let wish = ModelWish(call) else { return }
        guard let inForce = policy.inForce else { return call.refuse(409, "no policy is in force") }
        whoAsks(call) { [weak self] who in
            self?.earlier(wish.generation, than: inForce) { [weak self] found in
                guard let self else { return }
                switch found {
                case .failure(let error): call.refuse(503, "the store cannot be read: \(error.errors.joined())")
                case .success(nil):
                    let what = wish.generation.map { "there is no generation \($0)" } ?? "there is no other policy"
                    call.refuse(404, what, hint: "hostctl model history names them")
                case .success(let stored?):
                    guard let earlier = stored.policy else {
                        return call.refuse(409, "generation \(stored.generation) cannot be read by this hostd")
                    }
                    if let lack = self.policy.lack(of: earlier) { return call.refuse(409, lack) }
                    let proposal = PolicyProposal(
                        earlier, origin: .rollback(to: stored.generation), by: who, why: wish.note)
                    self.take(proposal, call) { call.finish(["generation": .integer($0)]) }
                }
            }
        }
    }

    /// The generation of this number, or the newest that says something else than what is in force.
    private func earlier(
        _ number: Int64?, than inForce: PolicyGeneration, then: @escaping (Result<StoredPolicy?, PolicyRefusal>) -> Void
    ) {
        if let number {
            return store.policy(number) { found in then(found.mapError { PolicyRefusal($0.description) }) }
        }
        // The list has no texts: those are long.
        store.policyGenerations(limit: 100) { [weak self] found in
            guard let found else { return then(.failure(PolicyRefusal("it does not answer"))) }
            let other = found.first { $0.generation < inForce.number && $0.digest != inForce.proposal.digest }
            guard let other else { return then(.success(nil)) }
            self?.earlier(other.generation, than: inForce, then: then)
        }
    }

    /// `POST /v1/models/promote`
    func answerModelPromote(_ call: ControlCall) {
        withTrial(call) { tier, who in
            guard case .ok = self.store.health else {
                return call.refuse(503, "the store fails, so nothing can be written down")
            }
            self.policy.approvedBy[tier] = who
            let caller = PolicyCaller(wish: .promotes(tier: tier)) { outcome in
                switch outcome {
                case .success(let number): call.finish(["generation": .integer(number)])
                case .failure(let refusal): call.refuse(503, refusal.errors.first ?? "it was not taken over")
                }
            }
            self.policy.waiting.append(caller)
            self.policy.feed(trial: tier, .approved(by: who))
        }
    }

    /// `POST /v1/models/abandon`: the candidate of a tier is tried no more.
    func answerModelAbandon(_ call: ControlCall) {
        withTrial(call) { tier, who in
            self.policy.feed(trial: tier, .abandoned(by: who))
            call.finish(["generation": JSON(self.policy.inForce?.number)])
        }
    }

    /// Calls `body` with the tier that a request names, where its candidate is on trial.
    private func withTrial(_ call: ControlCall, _ body: @escaping (_ tier: String, _ who: String) -> Void) {
        guard let wish = ModelWish(call) else { return }
        let tiers = policy.inForce?.policy.tiers ?? [:]
        guard let tier = wish.tier, tiers[tier] != nil else {
            let names = tiers.keys.sorted()
            let hint = wish.tier.flatMap { Nearest.to($0, among: names) }.map { "did you mean \"\($0)\"?" }
            let all = names.isEmpty ? "no policy is in force" : "there are \(names.joined(separator: ", "))"
            return call.refuse(404, "there is no tier \"\(wish.tier ?? "")\"", hint: hint ?? all)
        }
        whoAsks(call) { [weak self] who in
            guard let trial = self?.policy.rollouts[tier], let candidate = trial.candidate else {
                return call.refuse(409, "tier \(tier) has no candidate")
            }
            guard trial.mayBeDecided else {
                return call.refuse(
                    409, "the candidate \(candidate) was rolled back: \(trial.reason)",
                    hint: "name it in a new policy to try it again, or as the model")
            }
            body(tier, who)
        }
    }

    /// Takes a policy over at once, and calls `then` when it is in force.
    private func take(_ proposal: PolicyProposal, _ call: ControlCall, then: @escaping (Int64) -> Void) {
        policy.take(proposal) { outcome in
            switch outcome {
            case .success(let number): then(number)
            case .failure(let refusal): call.refuse(503, refusal.errors.first ?? "it was not taken over")
            }
        }
    }

    /// The name of the user who asks.
    private func whoAsks(_ call: ControlCall, then: @escaping (String) -> Void) {
        guard case .process(let peer) = call.request.peer else { return then("somebody over TCP") }
        files.submit(deadline: .seconds(5)) {
            Users.account(uid: peer.uid).name
        } then: { (outcome: WorkOutcome<String>) in
            if case .done(let name) = outcome { then(name) } else { then("uid \(peer.uid)") }
        }
    }
}

extension ModelWish {
    private nonisolated static let noteLimit = 1000

    /// What the body of a request says; answers and gives nil where it is wrong.
    fileprivate init?(_ call: ControlCall) {
        do throws(JSONError) {
            let body = call.request.body
            try self.init(json: body.isEmpty ? .object([]) : try JSON(parsing: body))
        } catch {
            call.refuse(400, "the body says nothing that is understood: \(error)")
            return nil
        }
        if let note, note.utf8.count > Self.noteLimit {
            call.refuse(400, "note has \(note.utf8.count) bytes", hint: "at most \(Self.noteLimit)")
            return nil
        }
    }
}
