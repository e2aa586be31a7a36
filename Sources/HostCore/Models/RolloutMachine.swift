// SPDX-License-Identifier: Apache-2.0

/// Tries the candidate of one tier on a small share of its jobs, and judges it. Pure, as all machines are; time is that
/// of the wall, in milliseconds since 1970, since a trial outlives many boots.
public struct RolloutMachine: Hashable, Sendable {
    /// Which model a job has.
    public enum Arm: String, Hashable, Sendable {
        /// That of the tier.
        case stable
        /// The candidate.
        case gray
    }

    /// How far the trial is.
    public enum Phase: String, Hashable, Sendable, CaseIterable {
        /// There is no candidate.
        case none
        /// A share of the jobs tries it.
        case trying
        /// It has held: it waits for a person or the golden jobs, and its share goes on.
        case held
        /// It is to become the tier's model.
        case promoted
        /// It was worse or refused. No job tries it.
        case rolledBack
        /// Nothing can be said of it. No job tries it.
        case inconclusive
    }

    /// A job's attempt that is to be launched.
    public struct Launch: Hashable, Sendable {
        /// The job.
        public var job: JobID
        /// What the choice by hash goes by; nil: the job has none, and gets the stable model.
        public var key: String?
        /// What the attempt before it had; nil: it is the first.
        public var before: (arm: Arm, model: String)? {
            get { armBefore.flatMap { arm in modelBefore.map { (arm, $0) } } }
            set { (armBefore, modelBefore) = (newValue?.arm, newValue?.model) }
        }
        private var armBefore: Arm?
        private var modelBefore: String?

        /// A launch; `before` is what the attempt before it had.
        public init(job: JobID, key: String? = nil, before: (arm: Arm, model: String)? = nil) {
            self.job = job
            self.key = key
            self.before = before
        }
    }

    /// What became of an attempt, as far as it says something of the model.
    public enum Verdict: Hashable, Sendable {
        /// The job is done.
        case succeeded
        /// It failed, and the model can be blamed.
        case blamed
        /// The model was refused: 401, 403, 404, unsupported. In words, with the evidence.
        case refused(String)
    }

    /// What happens.
    public enum Event: Hashable, Sendable {
        /// The policy in force says this of the tier. `start` is a random number.
        case configured(ModelPolicy.Tier, generation: Int64, start: UInt64)
        /// An attempt is to be launched; answered by `assign` before anything else.
        case launching(Launch)
        /// An attempt with `model` is over. Outages and the like are nobody's fault, and are not told.
        case ended(JobID, model: String, Verdict)
        /// The golden jobs were run through the candidate: whether it passed, with the figures.
        case golden(String, passed: Bool, String)
        /// A person wants it to become the tier's model, however little is known of it: who. What was rolled back is
        /// not promoted in this way; a policy may name it.
        case approved(by: String)
        /// A person wants it rolled back: who.
        case abandoned(by: String)
        /// Time has passed.
        case look
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// The attempt is launched with this model.
        case assign(JobID, Arm, model: String)
        /// Write the snapshot down: with the launch it goes with, or before anything that follows.
        case save
        /// The candidate is tried no more, and why.
        case rolledBack(String, reason: String)
        /// It has held: propose it to a person, with the figures.
        case propose(String, evidence: String)
        /// It has held: run the golden jobs.
        case runGolden(String, evidence: String)
        /// It is to become the tier's model: make a policy of that.
        case promote(String, evidence: String)
        /// Nothing can be said of it, and it is tried no more.
        case inconclusive(String, evidence: String)
    }

    /// What it goes by.
    public let rules: RolloutRules
    /// What the policy says of the tier; nil: nothing yet.
    public private(set) var tier: ModelPolicy.Tier?
    /// How far the trial is.
    public internal(set) var phase: Phase = .none
    /// Why it is so, in words.
    public internal(set) var reason = ""
    /// When the trial began, milliseconds since 1970.
    public internal(set) var since: Int64 = 0
    /// The candidate of the trial; nil: none.
    public internal(set) var candidate: String?
    /// The model that it is compared with.
    var stable = ""
    /// The generation that the trial began with.
    var generation: Int64 = 0
    /// How many jobs had their first attempt in the trial, counted from a random start.
    var drawn: UInt64 = 0
    var stableArm = RolloutArm()
    var grayArm = RolloutArm()
    /// The jobs that it was refused for.
    var refusedJobs: [JobID] = []
    /// Until when a candidate is not tried again, milliseconds since 1970.
    var blocked: [String: Int64] = [:]
    static let blockedLimit = 16
    var effects: [Effect] = []

    /// A tier that nothing is known of.
    public init(rules: RolloutRules = RolloutRules()) {
        self.rules = rules
    }

    /// The outcomes of an arm.
    public func counts(_ arm: Arm) -> RateCounts { arm == .gray ? grayArm.counts : stableArm.counts }

    /// The share of the jobs that try the candidate now, in ten-thousandths.
    public var share: Int { isTried ? tier?.gray?.share ?? 0 : 0 }

    /// Whether a person may promote or end it.
    public var mayBeDecided: Bool { isTried || phase == .inconclusive }

    var isTried: Bool { phase == .trying || phase == .held || phase == .promoted }

    /// Takes an event at a time in milliseconds since 1970, and says what is to be done.
    public mutating func handle(_ event: Event, at now: Int64) -> [Effect] {
        effects = []
        switch event {
        case .configured(let tier, let generation, let start):
            self.tier = tier
            configure(tier, generation, start, at: now)
        case .launching(let launch): assign(launch)
        case .ended(let job, let model, let verdict): judge(job, model, verdict, at: now)
        case .golden(let model, let passed, let figures):
            guard model == candidate, phase == .held else { break }
            if passed { promote(figures) } else { rollBack("it did not pass the golden jobs: \(figures)", at: now) }
        case .approved(let who):
            if mayBeDecided { promote("\(who) wants it: \(evidence)") }
        case .abandoned(let who):
            if mayBeDecided { rollBack("\(who) wants it no more", at: now) }
        case .look: judgeAge(at: now)
        }
        return effects
    }

    private mutating func configure(_ tier: ModelPolicy.Tier, _ generation: Int64, _ start: UInt64, at now: Int64) {
        if tier.model != stable {
            stable = tier.model
            // What was promoted brings along what is known of it.
            stableArm = tier.model == candidate ? grayArm : RolloutArm()
        }
        guard let gray = tier.gray else {
            if phase != .none { end() }
            return
        }
        let isBlocked = blocked[gray.model].map { $0 > now } ?? false
        let isNew = gray.model != candidate
        // What was rolled back, or told nothing, is tried anew only when a person says so again: by a new policy.
        let isAnew = !isTried && generation != self.generation && !isBlocked
        if isNew || isAnew {
            begin(gray, generation, start, at: now)
            if isBlocked { stop(.rolledBack, "it was rolled back less than \(rules.coolOff.text) ago") }
        } else if phase == .promoted {
            // It was to be promoted, and the policy does not say so: that was lost in a crash.
            effects.append(.promote(gray.model, evidence: reason))
        } else if phase == .held, gray.promotion == .golden {
            // The golden jobs may not have been begun.
            effects.append(.runGolden(gray.model, evidence: reason))
        }
    }

    private mutating func begin(_ gray: ModelPolicy.Gray, _ generation: Int64, _ start: UInt64, at now: Int64) {
        candidate = gray.model
        self.generation = generation
        phase = .trying
        reason = ""
        since = now
        drawn = start % 10_000
        grayArm = RolloutArm()
        refusedJobs = []
        blocked = blocked.filter { $0.value > now }
        effects.append(.save)
    }

    private mutating func end() {
        candidate = nil
        phase = .none
        reason = ""
        grayArm = RolloutArm()
        refusedJobs = []
        effects.append(.save)
    }

    mutating func stop(_ phase: Phase, _ reason: String) {
        self.phase = phase
        self.reason = reason
        effects.append(.save)
    }
}
