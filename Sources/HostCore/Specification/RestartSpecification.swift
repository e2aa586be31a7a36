// SPDX-License-Identifier: Apache-2.0

/// When and how fast an instance that ended is replaced.
public struct RestartSpecification: Hashable, Sendable {
    /// Which exits are followed by a restart.
    public enum Policy: String, Hashable, Sendable, CaseIterable {
        /// Every exit, a successful one too.
        case always
        /// Every exit that is not in `successExit`.
        case onFailure = "on-failure"
        /// None.
        case never
    }

    /// Which exits are followed by a restart.
    public var policy: Policy
    /// The first delay; doubled with each further failure.
    public var backoff: Duration
    /// No delay is longer.
    public var maxBackoff: Duration
    /// Share (0...1) of the delay that is drawn at random, so that many services do not restart in step.
    public var jitter: Double
    /// An instance that ran so long has proved itself: its failure starts the count anew.
    public var stable: Duration
    /// So many failures within `window` are a crash loop; 0 means that there is no limit.
    public var burst: Int
    /// The time that `burst` looks back on.
    public var window: Duration
    /// Exit codes that mean "do not restart me": the service is held until a person starts it.
    public var holdOnExit: Set<Int32>
    /// Exit codes that are no failure; with 143 in it, an end by SIGTERM is none either.
    public var successExit: Set<Int32>

    /// The defaults of the configuration.
    public init(
        policy: Policy = .always, backoff: Duration = .milliseconds(250), maxBackoff: Duration = .seconds(120),
        jitter: Double = 0.5, stable: Duration = .seconds(10), burst: Int = 5, window: Duration = .seconds(600),
        holdOnExit: Set<Int32> = [78], successExit: Set<Int32> = [0]
    ) {
        self.policy = policy
        self.backoff = backoff
        self.maxBackoff = maxBackoff
        self.jitter = jitter
        self.stable = stable
        self.burst = burst
        self.window = window
        self.holdOnExit = holdOnExit
        self.successExit = successExit
    }
}
