// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostStore

/// Reads models.toml, takes policies over and tries candidates: carries out what the machines of the policy decide.
final class PolicyCenter {
    /// A tier that services and kinds name.
    var tierUses: (() -> [TierUse])?
    /// Another generation is in force.
    var isInForce: ((PolicyGeneration) -> Void)?
    /// What people may want to know: a kind of event, `accepted`, and its words.
    var told: ((_ kind: String, _ words: String) -> Void)?
    /// What is wrong with the policy has changed.
    var problemChanged: (() -> Void)?
    /// Brings a generation to a target that is not the file of the models; `then` is told why it could not.
    var bring: ((_ target: String, PolicyGeneration, _ then: @escaping (String?) -> Void) -> Void)?
    /// The candidate of a tier has held, and has to pass the golden jobs.
    var runGolden: ((_ tier: String, _ candidate: String) -> Void)?

    let loop: EventLoop
    let files: Worker
    let store: Store
    let modelsFile: ModelsFile
    private let copy: PolicyCopy
    private let epoch: String

    var machine = ModelPolicyMachine()
    var rollouts: [String: RolloutMachine] = [:]
    /// What every launch takes: the generation in force; before the store has spoken, the copy of it.
    private(set) var inForce: PolicyGeneration?
    /// When it was accepted, milliseconds since 1970.
    private(set) var acceptedMilliseconds: Int64 = 0
    /// How often anything that is shown may have changed.
    private(set) var changes: UInt64 = 0
    /// The store has said what there was.
    private(set) var isLoaded = false
    private(set) var watch: PolicyWatch?
    private(set) var path = ""
    /// There is no models.toml.
    var isMissing = false
    var busySince: Instant?
    var found: PolicyFiles.Outcome?
    /// What was read last, to be checked again when services or kinds change.
    var lastRead: ([ConfigurationFile], owner: String)?
    private var toCopy: StoredPolicy?
    private var isCopying = false
    private var timer: TimerSource?
    private var retry: TimerSource?
    private var lookTimer: TimerSource?
    private var toldOf: [String: String] = [:]
    /// The services that the machine has on its list.
    var toldServices: [String] = []
    /// Tiers whose golden jobs are begun again after a while.
    var goldenTimers: [String: TimerSource] = [:]
    /// Who wanted the candidate of a tier promoted.
    var approvedBy: [String: String] = [:]
    private var afterLoading: [() -> Void] = []
    /// Those who wait for a policy to be in force.
    var waiting: [PolicyCaller] = []

    private static let storePatience: Duration = .seconds(2)
    /// Time alone decides little of a trial: it is looked at so often.
    private static let lookEvery: Duration = .seconds(600)

    /// A center that has not begun.
    init(loop: EventLoop, files: Worker, store: Store, folders: Folders, epoch: String) {
        self.loop = loop
        self.files = files
        self.store = store
        self.epoch = epoch
        modelsFile = ModelsFile(run: folders.run)
        copy = PolicyCopy(path: folders.state + "/policy")
        timer = try? loop.timer { [weak self] in self?.feed(.tick) }
        if let kept = copy.read(), let generation = kept.accepted {
            inForce = generation
            acceptedMilliseconds = kept.wallMilliseconds
        }
    }

    /// Reads the policy in the file at `path` from now on; the store is asked first what is in force.
    func begin(path: String) {
        do throws(SystemError) {
            try modelsFile.writeIfMissing(models)
        } catch {
            Journal.say(.warning, "\(error); HOSTD_MODELS_FILE names no file yet")
        }
        self.path = path
        watch = PolicyWatch(loop: loop, files: files, path: path)
        load()
    }

    /// Reads another file from now on.
    func follow(path: String) {
        guard path != self.path else { return }
        self.path = path
        watch = PolicyWatch(loop: loop, files: files, path: path)
        if isLoaded { startWatching() }
    }

    private func load() {
        store.policies { [weak self] stored in
            guard let self else { return }
            self.store.documents(Self.rolloutPrefix) { [weak self] documents in
                guard let self, !self.isLoaded else { return }
                guard let stored, let documents else {
                    // Nothing can be accepted before it is known what was; the copy is in force meanwhile.
                    self.retry = try? self.loop.timer { [weak self] in self?.load() }
                    self.retry?.arm(at: self.loop.now + Self.storePatience)
                    return
                }
                self.take(stored, documents)
            }
        }
    }

    private func take(_ stored: StoredPolicies, _ documents: [String: String]) {
        isLoaded = true
        for (name, text) in documents {
            rollouts[String(name.dropFirst(Self.rolloutPrefix.count))] = RolloutMachine(snapshot: text)
        }
        var newest = inForce
        // A store that was lost knows less than the copy.
        if let policy = stored.newest, policy.generation >= newest?.number ?? 0 {
            if let generation = policy.accepted {
                newest = generation
                acceptedMilliseconds = policy.wallMilliseconds
            } else {
                Journal.say(.error, "generation \(policy.generation) of the policy cannot be read by this hostd")
            }
        }
        // The file for children went with the last boot, whatever is written down of it.
        let applied = stored.targets.filter { $0.key != PolicyTargets.file }
        feed(.restored(newest, applied: applied, highest: stored.highestGeneration))
        startWatching()
        armLook()
        let bodies = afterLoading
        afterLoading = []
        for body in bodies { body() }
    }

    /// Calls `body` once the store has said what there was.
    func whenLoaded(_ body: @escaping () -> Void) {
        if isLoaded { body() } else { afterLoading.append(body) }
    }

    /// Looks at the trials again after a while, as long as there are any.
    func armLook() {
        guard rollouts.values.contains(where: { $0.candidate != nil }) else { return lookTimer = nil }
        guard lookTimer == nil else { return }
        lookTimer = try? loop.timer { [weak self] in
            self?.lookTimer = nil
            self?.lookAtTrials()
        }
        lookTimer?.arm(at: loop.now + Self.lookEvery)
    }

    private func startWatching() {
        found = nil
        watch?.found = { [weak self] in self?.take($0) }
        watch?.begin()
    }

    // MARK: - The machine

    /// Gives the machine an event, and carries out what it wants.
    func feed(_ event: ModelPolicyMachine.Event) {
        let effects = machine.handle(event, at: loop.now)
        changes &+= 1
        for effect in effects { carryOut(effect) }
        if let due = machine.nextDue { timer?.arm(at: due) } else { timer?.disarm() }
        problemDiffers()
    }

    private func carryOut(_ effect: ModelPolicyMachine.Effect) {
        switch effect {
        case .commit(let generation, let audit): commit(generation, audit)
        case .accepted(let number): accepted(number)
        case .unchanged: unchanged()
        case .refused(let errors):
            tell("refused", Self.summary(of: errors) + stays)
        case .apply(let target, let generation): apply(generation, to: target)
        case .note(let target, let number): store.note(target: target, generation: number)
        case .troubled(let what, let why, let pause): troubled(what, why, pause)
        case .reachedAll(let number): told?("reached", "every target has generation \(number)")
        }
    }

    private var stays: String { inForce.map { "; generation \($0.number) stays in force" } ?? "" }

    private static func summary(of errors: [String]) -> String {
        let first = errors.first ?? "it is wrong"
        return errors.count > 1 ? "\(first); and \(errors.count - 1) more" : first
    }

    private func commit(_ generation: PolicyGeneration, _ audit: PolicyAudit) {
        let now = Clock.wallMilliseconds
        var row = row(audit.origin.action, of: generation, by: audit.by, why: audit.why, at: now)
        row.origin = audit.origin.description
        row.digestBefore = audit.digestBefore
        row.changes = audit.changes
        store.commit(policy: StoredPolicy(generation, wallMilliseconds: now), audit: row) { [weak self] result in
            switch result {
            case .success:
                self?.acceptedMilliseconds = now
                self?.feed(.committed(generation.number))
            case .failure(let error): self?.feed(.commitFailed(generation.number, error.description))
            }
        }
    }

    private func accepted(_ number: Int64) {
        guard let generation = machine.inForce, generation.number == number else { return }
        let isNew = inForce?.number != number
        inForce = generation
        if isNew { keepCopy(of: generation) }
        configureTrials(generation)
        armLook()
        if isNew {
            toldOf = [:]
            let changes = generation.proposal.origin == .file ? "" : ", \(generation.proposal.origin)"
            told?(
                "accepted", "generation \(number)\(changes), by \(generation.proposal.by): \(name(generation))")
        }
        isInForce?(generation)
        if case .promotion(let tier) = generation.proposal.origin { approvedBy[tier] = nil }
        settle(by: generation)
    }

    /// A promotion that an edit stood in the way of is said again: nothing came of the edit.
    private func unchanged() {
        guard let inForce else { return }
        for (name, trial) in rollouts where trial.phase == .promoted { configure(trial: name, inForce) }
        settle(by: inForce)
    }

    private func name(_ generation: PolicyGeneration) -> String {
        let policy = generation.policy
        let models = policy.tiers.sorted { $0.key < $1.key }.prefix(5).map { "\($0.key) = \($0.value.model)" }
        let more = policy.tiers.count > 5 ? ", …" : ""
        return (policy.name.isEmpty ? "" : "\(policy.name); ") + models.joined(separator: ", ") + more
    }

    /// One copy at a time: the lane has several threads, and a slow disk must not let an older one come last.
    private func keepCopy(of generation: PolicyGeneration) {
        toCopy = StoredPolicy(generation, wallMilliseconds: acceptedMilliseconds)
        copyNext()
    }

    private func copyNext() {
        guard !isCopying, let stored = toCopy else { return }
        isCopying = true
        toCopy = nil
        let copy = copy
        files.submit { () -> String? in
            do throws(SystemError) { try copy.write(stored) } catch { return "\(error)" }
            return nil
        } then: { [weak self] (outcome: WorkOutcome<String?>) in
            self?.isCopying = false
            self?.copyNext()
            guard case .done(nil) = outcome else {
                return Journal.say(.warning, "no copy of the policy in force could be written beside the store")
            }
        }
    }

    private func apply(_ generation: PolicyGeneration, to target: String) {
        guard target == PolicyTargets.file else {
            guard let bring else { return }
            return bring(target, generation) { [weak self] why in
                guard let self else { return }
                self.feed(
                    why.map { .applyFailed(target, generation.number, $0) } ?? .applied(target, generation.number))
            }
        }
        do throws(SystemError) {
            try modelsFile.write(LaunchModels(generation))
            loop.later { [weak self] in self?.feed(.applied(target, generation.number)) }
        } catch {
            let why = "\(error)"
            loop.later { [weak self] in self?.feed(.applyFailed(target, generation.number, why)) }
        }
    }

    /// The same trouble is told once a generation.
    private func troubled(_ what: String, _ why: String, _ pause: Duration) {
        if what == "store" { failAll("the policy could not be written down, which is tried again: \(why)") }
        guard toldOf[what] != why else { return }
        toldOf[what] = why
        told?(what == "store" ? "unwritten" : "target_failed", "\(what): \(why); again in \(pause.text)")
    }

    /// An event that is told again only when it says something else.
    func tell(_ kind: String, _ words: String) {
        guard toldOf[kind] != words else { return }
        toldOf[kind] = words
        told?(kind, words)
    }

    /// Writes a row of the audit that begins no generation.
    func audit(_ action: String, tier: String, why: String) {
        guard let inForce else { return }
        var row = row(action, of: inForce, by: "hostd", why: why, at: Clock.wallMilliseconds)
        row.origin = "tier \(tier)"
        row.digestBefore = inForce.proposal.digest
        store.append(audit: row)
    }

    private func row(
        _ action: String, of generation: PolicyGeneration, by who: String, why: String, at milliseconds: Int64
    ) -> StoredAudit {
        var row = StoredAudit(
            wallMilliseconds: milliseconds, epoch: epoch, action: action, generation: generation.number, by: who,
            digest: generation.proposal.digest)
        row.name = generation.policy.name
        row.why = why
        return row
    }

    /// Answers those whose wish this generation is, and those whose wish something else took the place of.
    private func settle(by generation: PolicyGeneration) {
        let callers = waiting
        waiting = []
        for caller in callers {
            switch caller.wish {
            case .says(let digest) where generation.proposal.digest == digest:
                caller.then(.success(generation.number))
            case .promotes(let tier) where generation.proposal.origin == .promotion(tier: tier):
                caller.then(.success(generation.number))
            case .promotes(let tier) where rollouts[tier]?.phase == .promoted: waiting.append(caller)
            case .says where machine.isSettling: waiting.append(caller)
            case .says, .promotes:
                let other = "generation \(generation.number) took its place (look at it, and say it again)"
                caller.then(.failure(PolicyRefusal(other)))
            }
        }
    }

    private func failAll(_ why: String) {
        let callers = waiting
        waiting = []
        for caller in callers { caller.then(.failure(PolicyRefusal(why))) }
    }

    /// Answers those who wait for a promotion that will not come.
    func failPromotions(in tier: String, _ why: String) {
        let callers = waiting.filter { $0.wish == .promotes(tier: tier) }
        waiting.removeAll { $0.wish == .promotes(tier: tier) }
        for caller in callers { caller.then(.failure(PolicyRefusal(why))) }
    }

    // MARK: - What is wrong

    /// Why people should look at the policy; nil: all is well. Without a policy that is so only where one is used.
    var problem: (isCritical: Bool, words: String)? {
        if let errors = machine.refusal {
            return (inForce == nil, Self.summary(of: errors) + stays)
        }
        if let inForce, let lack = lack(of: inForce.policy) { return (false, "\(path): \(lack)") }
        guard isLoaded, inForce == nil, let use = tierUses?().first else { return nil }
        return (
            true,
            "\(use.noun) \(use.name) uses the tier \(use.tier) of the policy, and no policy is in force "
                + "(write \(path))"
        )
    }

    private var shownProblem: String?

    func problemDiffers() {
        let now = problem.map { "\($0.isCritical) \($0.words)" }
        guard now != shownProblem else { return }
        shownProblem = now
        problemChanged?()
    }
}

nonisolated extension PolicyOrigin {
    /// What the audit calls it.
    var action: String {
        switch self {
        case .file: "accepted"
        case .rollback: "rolled_back"
        case .promotion: "promoted"
        }
    }
}
