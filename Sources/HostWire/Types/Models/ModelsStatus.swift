// SPDX-License-Identifier: Apache-2.0

/// What `GET /v1/models` answers: the policy in force, what is tried, and how far it has got.
public struct ModelsStatus: Hashable, Sendable {
    /// The policy in force, at a glance.
    public var policy: PolicyStatus
    /// Why it is as it is, in a person's words.
    public var note: String
    /// Where it comes from: `file`, `rollback to generation 5`, `promotion in tier agent`.
    public var origin: String?
    /// Who wanted it.
    public var by: String?
    /// The file that is watched.
    public var file: FileStatus
    /// The tiers by name.
    public var tiers: [TierStatus] = []
    /// Where the generation goes, `models-file` first.
    public var targets: [TargetStatus] = []
    /// The services that use models.
    public var services: [ServiceModels] = []
    /// So many attempts of jobs under way began with an earlier generation; they keep their model until the next one.
    public var jobsOnEarlier: Int = 0

    /// models.toml, or the source that stands for it.
    public struct FileStatus: Hashable, Sendable {
        /// Its path.
        public var path: String
        /// `ok`, `missing`, `wrong` (the generation in force stays), or `settling` (right, and about to be taken over).
        public var state: String
        /// What is wrong with it, as `file:line:column: what (what would be right)`.
        public var errors: [String]
        /// The address that it is fetched from, as [models] says; nil: it is edited here.
        public var source: String?
        /// What became of the last fetch; empty when all is well.
        public var sourceProblem: String

        /// A file in `state`.
        public init(
            path: String, state: String, errors: [String] = [], source: String? = nil, sourceProblem: String = ""
        ) {
            self.path = path
            self.state = state
            self.errors = errors
            self.source = source
            self.sourceProblem = sourceProblem
        }
    }

    /// One tier.
    public struct TierStatus: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its model.
        public var model: String
        /// What a gateway may take instead.
        public var fallback: [String] = []
        /// Who may use it; empty: all.
        public var allow: [String] = []
        /// The candidate; nil: none.
        public var gray: Trial?

        /// A tier with its model.
        public init(name: String, model: String) {
            self.name = name
            self.model = model
        }
    }

    /// A candidate and how it does.
    public struct Trial: Hashable, Sendable {
        /// The candidate.
        public var model: String
        /// Its share of the jobs now, 0 to 1; 0 when it is tried no more.
        public var share: Double
        /// `propose`, `auto` or `golden`.
        public var promote: String
        /// `trying`, `held`, `promoted`, `rolledBack` or `inconclusive`.
        public var phase: String
        /// Why, with the figures.
        public var reason: String
        /// When the trial began.
        public var since: WallTime?
        /// Jobs of the candidate that failed by its fault, and all that count.
        public var failures: Int
        /// All jobs of the candidate that count.
        public var jobs: Int
        /// The same of the tier's model.
        public var stableFailures: Int
        /// The same of the tier's model.
        public var stableJobs: Int

        /// A candidate of which nothing is known yet.
        public init(model: String, share: Double, promote: String, phase: String) {
            (self.model, self.share, self.promote, self.phase) = (model, share, promote, phase)
            (reason, since) = ("", nil)
            (failures, jobs, stableFailures, stableJobs) = (0, 0, 0, 0)
        }
    }

    /// A place that the IDs go to.
    public struct TargetStatus: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// The generation that it has; nil: none that is known.
        public var generation: Int64?
        /// Whether that is the one in force.
        public var ok: Bool
        /// Why the last try failed; empty when it did not.
        public var reason: String

        /// A target.
        public init(name: String, generation: Int64?, ok: Bool, reason: String = "") {
            (self.name, self.generation, self.ok, self.reason) = (name, generation, ok, reason)
        }
    }

    /// A service that uses models.
    public struct ServiceModels: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// The generation that it was launched with, or was told of; nil: none that is known.
        public var generation: Int64?
        /// The models that it has, by tier.
        public var models: [String: String]
        /// It has another model than the policy says: a launch, or what `model_change` says, is still to come.
        public var isPending: Bool

        /// A service.
        public init(name: String, generation: Int64?, models: [String: String], isPending: Bool) {
            (self.name, self.generation, self.models, self.isPending) = (name, generation, models, isPending)
        }
    }

    /// What is watched, and nothing in force yet.
    public init(policy: PolicyStatus, file: FileStatus) {
        (self.policy, note, origin, by) = (policy, "", nil, nil)
        self.file = file
    }
}
