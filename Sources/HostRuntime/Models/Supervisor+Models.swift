// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostNode
internal import HostStore
internal import HostWire

/// The policy of the models, and what it means for services.
extension Supervisor {
    /// Connects the policy with what it concerns.
    func hearPolicy() {
        policy.tierUses = { [weak self] in self?.configuration.tierUses ?? [] }
        policy.told = { [weak self] in self?.history.add(policy: $0, $1) }
        policy.problemChanged = { [weak self] in self?.showConfigCondition() }
        policy.isInForce = { [weak self] in self?.policyIsInForce($0) }
        policy.bring = { [weak self] in self?.bring($1, to: $0, then: $2) }
        modelTargets.takeOver = { [weak self] in self?.takeOver($0, then: $1) }
        modelTargets.node = { [weak self] in self?.nodes.lock?.standard?.facts.path }
        modelTells.news = { [weak self] in self?.news(for: $0, $1) ?? "" }
        hearGolden()
        policySource.problemChanged = { [weak self] in self?.showConfigCondition() }
        policySource.told = { [weak self] news in
            switch news {
            case .failed(let why): self?.history.add(policy: "source_failed", why)
            case .recovered: self?.history.add(policy: "source_ok", "the policy comes from its source again")
            }
        }
    }

    /// The file that the policy is read from: that of its source, or models.toml.
    var policyPath: String { configuration.models.url == nil ? folders.models : policySource.path }

    /// Tells the policy and its source what the configuration says.
    func wantPolicy(of configuration: HostConfiguration) {
        policySource.configure(configuration.models)
        policy.follow(path: policyPath)
        policy.tellLater(servicesToTell)
        policy.usesChanged()
    }

    /// Services that wait for their Node or their model try again: the policy or the configuration has changed, and
    /// what was in their way may have gone.
    func wakeServicesWithoutModel() {
        for name in machine.services.keys.sorted() {
            if case .waiting(.node)? = machine.services[name]?.state { feed(name, .nodeChanged) }
        }
    }

    private func policyIsInForce(_ generation: PolicyGeneration) {
        wakeServicesWithoutModel()
        jobs.changes &+= 1
        policy.tellLater(servicesToTell)
    }

    /// The services that are told of other models while they run, each with all of its instances.
    private var servicesToTell: [String] {
        let families = configuration.services.filter { $0.modelChange != .none }.map(\.name.family)
        return Set(families).sorted().map(PolicyTargets.service)
    }

    /// Brings a generation to a target other than the file of the models.
    private func bring(_ generation: PolicyGeneration, to name: String, then: @escaping (String?) -> Void) {
        if let target = generation.policy.targets.first(where: { $0.name == name }) {
            return modelTargets.apply(target, generation, then: then)
        }
        let next = LaunchModels(generation)
        let instances = configuration.services.filter { PolicyTargets.service($0.name.family) == name }
            .compactMap { service -> InstanceID? in
                guard let instance = machine.services[service.name]?.state.instance,
                    let models = traces[instance]?.models,
                    !models.differences(from: next, in: service.launch.tiers).isEmpty
                else { return nil }
                return instance
            }
        guard !instances.isEmpty else { return loop.later { then(nil) } }
        tell(instances.map(\.service), of: generation) { [weak self] why in
            if why == nil { for instance in instances { self?.wasTold(instance, next) } }
            then(why)
        }
    }

    /// A LiteLLM proxy goes over to the file that was written for it: its instances one after the other, so that those
    /// behind a held socket refuse nobody.
    private func takeOver(_ name: ServiceName, then: @escaping (String?) -> Void) {
        let all = configuration.services.map(\.name).filter { $0.family == name.family }
        guard !all.isEmpty, let generation = policy.inForce else {
            return loop.later { then("no service is called so (name one in litellm.service)") }
        }
        let running = all.filter { machine.services[$0]?.state.instance != nil }
        restart(running, generation, then: then)
    }

    /// An instance that was told of models has them; one that was restarted for them is another one now.
    private func wasTold(_ instance: InstanceID, _ models: LaunchModels) {
        guard machine.services[instance.service]?.state.instance == instance else { return }
        traces[instance]?.models = models
        keepModels(of: instance)
    }

    /// What is new for a service: `model of tier agent: a → b`.
    private func news(for name: ServiceName, _ generation: PolicyGeneration) -> String {
        guard let service = machine.services[name], let instance = service.state.instance else { return "" }
        return traces[instance]?.models?.news(LaunchModels(generation), in: service.specification.launch.tiers) ?? ""
    }

    // MARK: - Launches

    /// The models that a launch has: of the generation in force, or why it cannot be launched.
    func models(for launch: LaunchSpecification) -> Result<LaunchModels, LaunchError> {
        policy.lack(of: launch.tiers).map { .failure(LaunchError($0)) } ?? .success(policy.models)
    }

    /// A launch with what is known of the network now, and with its models.
    func filled(_ launch: LaunchSpecification, _ models: LaunchModels) -> LaunchSpecification {
        var result = launch.filled { figure in
            switch figure {
            case .roundTrip(let target): roundTrip(of: target)
            case .model(let tier): models.models[tier] ?? ""
            }
        }
        result.environment[ModelsFile.variable] = policy.modelsFile.path
        return result
    }

    /// The same for what runs beside an instance: with the models that it has.
    func filled(_ launch: LaunchSpecification, beside instance: InstanceID) -> LaunchSpecification {
        filled(launch, traces[instance]?.models ?? policy.models)
    }

    /// A service was launched with these models.
    func launched(_ instance: InstanceID, with models: LaunchModels) {
        guard let trace = traces[instance] else { return }
        trace.models = models
        keepModels(of: instance)
        let tiers = machine.services[instance.service]?.specification.launch.tiers ?? []
        guard !tiers.isEmpty else { return }
        store.add(
            serviceRun: StoredServiceRun(
                service: instance.service.text, launch: instance.launch, wallMilliseconds: Clock.wallMilliseconds,
                generation: models.generation, models: models.models.filter { tiers.contains($0.key) }))
    }

    /// Beside the launch, so that the next hostd knows it as well.
    func keepModels(of instance: InstanceID) {
        guard let models = traces[instance]?.models else { return }
        do throws(SystemError) {
            try launcher.folder(of: instance).keep(models)
        } catch {
            Journal.say(.warning, "\(instance): the next hostd will not know its models: \(error)")
        }
    }

    // MARK: - Status

    /// What a service runs with, as people see it; nil: nothing that is known.
    func modelStatus(of service: ServiceMachine) -> (model: String?, isPending: Bool) {
        guard let instance = service.state.instance, let models = traces[instance]?.models else { return (nil, false) }
        let tiers = service.specification.launch.tiers
        let names = tiers.compactMap { models.models[$0] }
        var shown: [String] = []
        for name in names where !shown.contains(name) { shown.append(name) }
        return (shown.isEmpty ? nil : shown.joined(separator: ", "), isModelPending(service, models))
    }

    /// Whether the policy in force says something else than what a service has.
    func isModelPending(_ service: ServiceMachine, _ models: LaunchModels) -> Bool {
        guard let generation = policy.inForce else { return false }
        let tiers = service.specification.launch.tiers
        if tiers.isEmpty, service.specification.modelChange == .none { return false }
        return !models.differences(from: LaunchModels(generation), in: tiers).isEmpty
    }

    /// The policy at a glance.
    var policyStatus: PolicyStatus {
        guard let generation = policy.inForce else { return PolicyStatus() }
        let tiers = generation.policy.tiers.sorted { $0.key < $1.key }.map { name, tier in
            let gray: JSON? = tier.gray.map {
                ["model": .string($0.model), "share": .number(policy.share(of: name))]
            }
            return JSON.Member(key: name, value: ["model": .string(tier.model), "gray": gray ?? .null])
        }
        return PolicyStatus(
            name: generation.policy.name, generation: UInt64(generation.number),
            digest: "sha256:\(generation.proposal.digest)",
            appliedAt: WallTime(milliseconds: policy.acceptedMilliseconds), tiers: .object(tiers))
    }
}
