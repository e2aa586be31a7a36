// SPDX-License-Identifier: Apache-2.0

/// What models.toml says: which models stand behind the tiers, what they cost, and where their IDs go.
public struct ModelPolicy: Hashable, Sendable {
    /// The models behind one name, `${model.TIER}`.
    public struct Tier: Hashable, Sendable {
        /// The model that everybody gets who does not try the candidate.
        public var model: String
        /// What a gateway may take when the model gives no answer, best first.
        public var fallback: [String] = []
        /// The candidate that a small share of the jobs tries; nil: none.
        public var gray: Gray?
        /// The services and kinds that may use this tier; empty: all.
        public var allow: [String] = []

        /// Whether the service or kind of this name may use it.
        public func admits(_ name: String) -> Bool { allow.isEmpty || allow.contains(name) }

        /// A tier without a candidate that everybody may use.
        public init(model: String) {
            self.model = model
        }
    }

    /// A candidate, and how it is tried.
    public struct Gray: Hashable, Sendable {
        /// What happens when it has held.
        public enum Promotion: String, Hashable, Sendable, CaseIterable {
            /// A person is asked.
            case propose
            /// It becomes the tier's model.
            case auto
            /// It becomes the tier's model when it has also passed the golden jobs.
            case golden
        }

        /// How the jobs are chosen.
        public enum Choice: String, Hashable, Sendable, CaseIterable {
            /// Every so many jobs, in the order of their first attempts: exactly the share, also of few jobs.
            case quota
            /// By the job's key: hosts that share a policy agree on each job; of few jobs the share is rough.
            case hash
        }

        /// The candidate.
        public var model: String
        /// Its share of the jobs, in ten-thousandths: 500 is 5 %.
        public var share: Int
        /// What happens when it has held.
        public var promotion: Promotion
        /// How the jobs are chosen.
        public var choice: Choice

        /// A candidate; the defaults are those of the file.
        public init(model: String, share: Int = 500, promotion: Promotion = .propose, choice: Choice = .quota) {
            self.model = model
            self.share = share
            self.promotion = promotion
            self.choice = choice
        }
    }

    /// What a model costs, in dollars per million tokens.
    public struct Price: Hashable, Sendable {
        /// Of what it reads.
        public var input: Double
        /// Of what it writes.
        public var output: Double

        /// A price.
        public init(input: Double, output: Double) {
            self.input = input
            self.output = output
        }
    }

    /// Where the weekly ranking is had from.
    public struct Board: Hashable, Sendable {
        /// Its address; nil: the one that hostctl knows.
        public var url: String?
        /// The file whose first line is the key for it; nil: it wants none.
        public var keyFile: String?

        /// A board.
        public init(url: String? = nil, keyFile: String? = nil) {
            self.url = url
            self.keyFile = keyFile
        }
    }

    /// A name for people, like `2026-W21`; may be empty.
    public var name = ""
    /// Why it is as it is, in a person's words; may be empty.
    public var note = ""
    /// The tiers by name.
    public var tiers: [String: Tier] = [:]
    /// The prices by model.
    public var prices: [String: Price] = [:]
    /// Where the IDs go besides environments, in the order of the file.
    public var targets: [ModelTarget] = []
    /// The specifications of jobs that a candidate has to pass; paths, beside the policy unless absolute, with `*`.
    public var golden: [String] = []
    /// Where the weekly ranking is had from.
    public var board = Board()

    /// A policy that says nothing: no reader returns it.
    public init() {}
}
