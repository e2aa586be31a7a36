// SPDX-License-Identifier: Apache-2.0

/// Takes policies over: one that is right becomes a generation, which is written down before anything goes by it, and
/// then applied to all targets until each has it. One that is wrong changes nothing. Pure, as all machines are.
public struct ModelPolicyMachine: Hashable, Sendable {
    /// What happens.
    public enum Event: Hashable, Sendable {
        /// hostd has started: the generation in force as the store has it, and which one each target has. No number up
        /// to `highest` is given again.
        case restored(PolicyGeneration?, applied: [String: Int64], highest: Int64 = 0)
        /// The services that have to be told of another model, as targets.
        case services([String])
        /// models.toml was read and is right. It is taken over when it has settled.
        case read(PolicyProposal)
        /// models.toml was read and is wrong, or is not there: every error.
        case unreadable([String])
        /// A person or a rollout wants this one, at once.
        case wanted(PolicyProposal)
        /// The candidate of this tier is not to become its model after all.
        case withdrawn(tier: String)
        /// The generation and its row of the audit are in the store.
        case committed(Int64)
        /// They are not, and why.
        case commitFailed(Int64, String)
        /// A target has this generation.
        case applied(String, Int64)
        /// It could not be brought to the target, and why.
        case applyFailed(String, Int64, String)
        /// It is `nextDue`.
        case tick
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// Write both in one transaction; answered by `committed` or `commitFailed`.
        case commit(PolicyGeneration, PolicyAudit)
        /// ACK: this generation is in force from now on, or is so at a start.
        case accepted(Int64)
        /// What was read or wanted is what is in force.
        case unchanged(Int64)
        /// NACK: what was read is refused, and the generation in force stays.
        case refused([String])
        /// Bring this generation to the target; answered by `applied` or `applyFailed`. Doing it again does no harm.
        case apply(String, PolicyGeneration)
        /// Write down which generation the target has.
        case note(String, Int64)
        /// Something did not work and is tried again after so long: what, and why.
        case troubled(String, String, again: Duration)
        /// Every target has the generation.
        case reachedAll(Int64)
    }

    /// What a target has.
    public struct Target: Hashable, Sendable {
        /// The generation that it has; nil: none that is known.
        public internal(set) var applied: Int64?
        /// The generation that is being brought to it; nil: none.
        public internal(set) var underWay: Int64?
        /// Why the last try failed; nil: it did not.
        public internal(set) var reason: String?
        var failures = 0
        var due: Instant?
        /// The policy names it no more; it is forgotten as soon as nothing is under way.
        var isGone = false
    }

    private struct Waiting: Hashable {
        let proposal: PolicyProposal
        let due: Instant
    }

    /// So long after the last edit it is taken over: several in that time become one.
    public static let settle: Duration = .milliseconds(250)
    /// So long after the first edit, whatever else comes.
    public static let settleAtMost: Duration = .seconds(2)
    /// No pause before another try is longer.
    public static let pauseLimit: Duration = .seconds(300)

    /// The generation in force: what launches take. It is in the store. Nil: there was none yet.
    public internal(set) var inForce: PolicyGeneration?
    /// What is wrong with models.toml; nil: nothing, as far as was read.
    public private(set) var refusal: [String]?
    /// The targets by name.
    public internal(set) var targets: [String: Target] = [:]

    private var services: [String] = []
    /// What comes next; the newest wish wins.
    private var next: Waiting?
    private var firstEdit: Instant?
    private var committing: PolicyGeneration?
    /// What is being written down is not to be tried again.
    private var isWithdrawn = false
    private var commitFailures = 0
    /// The highest number that was ever given, as far as is known.
    private var highest: Int64 = 0
    /// The digest of what models.toml said last.
    private var fileDigest: String?
    var effects: [Effect] = []

    /// A machine that waits for `restored`.
    public init() {}

    /// Takes an event and says what is to be done.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        effects = []
        switch event {
        case .restored(let generation, let applied, let highest):
            self.highest = max(highest, generation?.number ?? 0)
            restore(generation, applied)
        case .services(let names):
            services = names
            listTargets()
        case .read(let proposal): read(proposal, at: now)
        case .unreadable(let errors):
            refusal = errors
            effects.append(.refused(errors))
        case .wanted(let proposal): want(proposal, at: now)
        case .withdrawn(let tier): withdraw(tier)
        case .committed(let number): takeOver(number)
        case .commitFailed(let number, let reason): commitFailed(number, reason, at: now)
        case .applied(let name, let number): hasApplied(name, number)
        case .applyFailed(let name, let number, let reason): applyFailed(name, number, reason, at: now)
        case .tick: break
        }
        commitNext(at: now)
        advanceTargets(at: now)
        return effects
    }

    /// When it wants to be handled again; nil: not before something happens.
    public var nextDue: Instant? {
        let commit = committing == nil ? [next?.due] : []
        let tries = targets.values.filter { $0.underWay == nil && $0.applied != inForce?.number }.map(\.due)
        return (commit + tries).compactMap(\.self).min()
    }

    /// A policy that is right is on its way and not in force yet.
    public var isSettling: Bool { next != nil || committing != nil }

    private mutating func restore(_ generation: PolicyGeneration?, _ applied: [String: Int64]) {
        inForce = generation
        fileDigest = generation?.fileDigest
        for (name, number) in applied { targets[name] = Target(applied: number) }
        listTargets()
        if let generation { effects.append(.accepted(generation.number)) }
    }

    private mutating func read(_ proposal: PolicyProposal, at now: Instant) {
        refusal = nil
        guard proposal.digest != fileDigest else {
            // The file says what it said before: nothing comes of it, and after a rollback it does not undo that.
            if committing == nil, next == nil, let inForce { effects.append(.unchanged(inForce.number)) }
            return
        }
        fileDigest = proposal.digest
        let first = firstEdit ?? now
        firstEdit = first
        next = Waiting(proposal: proposal, due: min(now + Self.settle, first + Self.settleAtMost))
    }

    private mutating func want(_ proposal: PolicyProposal, at now: Instant) {
        // A promotion is made of the policy in force. Where a newer one is on its way, it waits for that: the rollout
        // says it again when it is told of it.
        if case .promotion = proposal.origin, next != nil || committing != nil { return }
        // What was edited before a person's wish is older than it, and is not taken over after it.
        next = Waiting(proposal: proposal, due: now)
        firstEdit = nil
    }

    private mutating func withdraw(_ tier: String) {
        if next?.proposal.origin == .promotion(tier: tier) { next = nil }
        if committing?.proposal.origin == .promotion(tier: tier) { isWithdrawn = true }
    }

    private mutating func commitNext(at now: Instant) {
        guard committing == nil, let proposal = next?.proposal, let due = next?.due, due <= now else { return }
        next = nil
        firstEdit = nil
        if let inForce, inForce.proposal.digest == proposal.digest, inForce.fileDigest == fileDigest {
            return effects.append(.unchanged(inForce.number))
        }
        let generation = PolicyGeneration(
            number: max(highest, inForce?.number ?? 0) + 1, proposal: proposal, fileDigest: fileDigest)
        committing = generation
        effects.append(.commit(generation, generation.audit(after: inForce)))
    }

    private mutating func commitFailed(_ number: Int64, _ reason: String, at now: Instant) {
        guard let generation = committing, generation.number == number else { return }
        committing = nil
        defer { isWithdrawn = false }
        commitFailures += 1
        let pause = Self.pause(after: commitFailures)
        effects.append(.troubled("store", reason, again: pause))
        // It may be in the store all the same: a newer wish that takes its place gets a number of its own.
        guard next == nil, !isWithdrawn else { return highest = max(highest, number) }
        next = Waiting(proposal: generation.proposal, due: now + pause)
    }

    private mutating func takeOver(_ number: Int64) {
        guard let generation = committing, generation.number == number else { return }
        committing = nil
        isWithdrawn = false
        commitFailures = 0
        inForce = generation
        effects.append(.accepted(number))
        for name in targets.keys {
            targets[name]?.failures = 0
            targets[name]?.due = nil
            targets[name]?.reason = nil
        }
        listTargets()
    }

    /// Makes the list of targets that of the policy in force.
    private mutating func listTargets() {
        guard let inForce else { return }
        let names = Set([PolicyTargets.file] + inForce.policy.targets.map(\.name) + services)
        for name in names { targets[name, default: Target()].isGone = false }
        for (name, target) in targets where !names.contains(name) {
            if target.underWay == nil { targets[name] = nil } else { targets[name]?.isGone = true }
        }
    }

    /// The pause after so many failures in a row: 1 s, doubled with each.
    static func pause(after failures: Int) -> Duration {
        min(.seconds(1 << min(max(failures - 1, 0), 20)), pauseLimit)
    }
}
