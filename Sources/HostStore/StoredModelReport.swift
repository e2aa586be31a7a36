// SPDX-License-Identifier: Apache-2.0

/// What was done with the models in one span of time, and in the span of the same length before it.
public nonisolated struct StoredModelReport: Hashable, Sendable {
    /// The attempts of jobs that ended in a span.
    public struct Use: Hashable, Sendable {
        /// Jobs that they belong to.
        public var jobs: Int64 = 0
        /// How many there are.
        public var attempts: Int64 = 0
        /// Those that failed; one that was disrupted or cancelled did not.
        public var failures: Int64 = 0
        /// Those of the failed that the model can be blamed for.
        public var blamed: Int64 = 0
        /// Those whose tokens could not be read.
        public var uncounted: Int64 = 0
        /// Tokens that the model read.
        public var tokensInput: Int64 = 0
        /// Tokens that it wrote.
        public var tokensOutput: Int64 = 0
        /// Calls of tools.
        public var toolCalls: Int64 = 0
        /// Those that failed.
        public var toolFailures: Int64 = 0
        /// How long the attempts took together.
        public var milliseconds: Int64 = 0

        /// Nothing was done.
        public init() {}
    }

    /// Launches of a service with one model.
    public struct ServiceUse: Hashable, Sendable {
        /// The service.
        public var service: String
        /// The tier.
        public var tier: String
        /// The model.
        public var model: String
        /// The generation of the policy.
        public var generation: Int64
        /// How often it was launched with it.
        public var launches: Int64

        /// Launches.
        public init(service: String, tier: String, model: String, generation: Int64, launches: Int64) {
            (self.service, self.tier, self.model) = (service, tier, model)
            (self.generation, self.launches) = (generation, launches)
        }
    }

    /// By model, in the span.
    public var now: [String: Use] = [:]
    /// By model, in the span before it.
    public var before: [String: Use] = [:]
    /// The tiers that named each model in the two spans, in their order.
    public var tiers: [String: [String]] = [:]
    /// Launches of services in the span, by service, tier and generation.
    public var services: [ServiceUse] = []

    /// Nothing was done.
    public init() {}
}
