// SPDX-License-Identifier: Apache-2.0

/// What the machine of a job goes by. Its kind and its submission say it together.
public struct JobRules: Hashable, Sendable {
    /// So many failures that count, without progress in between, end the job.
    public var attempts: Int
    /// The first delay after a failure; doubled with each further one.
    public var backoff: Duration
    /// No delay is longer.
    public var maxBackoff: Duration
    /// Share of the delay that is drawn at random.
    public var jitter: Double
    /// The job has failed when it is not through so long after its submission; nil: never.
    public var deadline: Duration?
    /// An attempt is ended, which counts, when it takes longer; nil: never.
    public var attemptTimeout: Duration?
    /// When an attempt is taken for hanging.
    public var stall: StallRules
    /// Conditions of the host that must not be critical before an attempt.
    public var needs: [ConditionKind]
    /// So many jobs of its kind run at the same time; nil: no limit of its own.
    public var concurrency: Int?
    /// How an attempt is asked to end.
    public var stop: StopSpecification
    /// How an attempt is asked for a checkpoint before a planned stop; nil: it is not asked.
    public var checkpointRequest: CheckpointRequest?

    /// The defaults of the configuration.
    public init(
        attempts: Int = 6, backoff: Duration = .seconds(15), maxBackoff: Duration = .seconds(15 * 60),
        jitter: Double = 0.5, deadline: Duration? = nil, attemptTimeout: Duration? = nil,
        stall: StallRules = StallRules(), needs: [ConditionKind] = [], concurrency: Int? = nil,
        stop: StopSpecification = StopSpecification(), checkpointRequest: CheckpointRequest? = nil
    ) {
        self.attempts = attempts
        self.backoff = backoff
        self.maxBackoff = maxBackoff
        self.jitter = jitter
        self.deadline = deadline
        self.attemptTimeout = attemptTimeout
        self.stall = stall
        self.needs = needs
        self.concurrency = concurrency
        self.stop = stop
        self.checkpointRequest = checkpointRequest
    }
}

/// How an attempt is asked for a checkpoint.
public struct CheckpointRequest: Hashable, Sendable {
    /// The signal that its main process gets.
    public var signal: Int32
    /// So long it may take until it has said `X_CHECKPOINT=` or written its file; then it is stopped all the same.
    public var patience: Duration

    /// A request by `signal`.
    public init(signal: Int32, patience: Duration = .seconds(30)) {
        self.signal = signal
        self.patience = patience
    }
}

/// When an attempt is taken for hanging.
public struct StallRules: Hashable, Sendable {
    /// No output, no progress, no processor time worth the name and silent sockets for so long; nil: never for that.
    /// Agents are known to come back by themselves after 405 s of silence, so it is longer.
    public var silence: Duration?
    /// No progress for so long, although there is output or processor time: it waits in a loop, or repeats errors only;
    /// nil: never for that.
    public var hard: Duration?

    /// The rules; the defaults are those of the configuration.
    public init(silence: Duration? = .seconds(600), hard: Duration? = .seconds(1800)) {
        self.silence = silence
        self.hard = hard
    }
}
