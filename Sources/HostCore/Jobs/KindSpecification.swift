// SPDX-License-Identifier: Apache-2.0

/// Everything the configuration says of one kind of job. A submission may say some of it anew.
public struct KindSpecification: Hashable, Sendable {
    /// Where a job says how far it is.
    public enum CheckpointPlace: Hashable, Sendable {
        /// A file of the job's directory, read by a helper that runs as the job's user: its content is the checkpoint.
        case file(String)
        /// The newest commit of the git repository in the job's directory.
        case git
        /// `X_PROGRESS=` and `X_CHECKPOINT=` over the notify socket. These are heard in any case.
        case notify
    }

    /// What an attempt does while one of the same schedule is not over.
    public enum Overlap: String, Hashable, Sendable, CaseIterable {
        /// Nothing: this time is left out.
        case skip
        /// It is queued and goes when the other is through.
        case queue
    }

    /// Its name.
    public var name: String
    /// The preset that knows the program; `generic` for a plain command.
    public var preset: String
    /// What that preset says.
    public var agent: AgentPreset
    /// How the first attempt is started, where the preset does not say.
    public var command: [String]
    /// How a further attempt goes on, where the preset does not say; empty: it is started like the first.
    public var resume: [String]
    /// What an agent is told to do, where a submission does not say.
    public var prompt: String
    /// The tier of the policy that names the model; nil: it wants none.
    public var tier: String?
    /// The model that a submission names itself; nil: the policy does.
    public var model: String?
    /// User, directory, environment, Node; `command` of it is not used.
    public var launch: LaunchSpecification
    /// How its output is kept.
    public var log: LogSpecification
    /// What its processes may use together.
    public var limits: LimitsSpecification
    /// The host does not go to sleep while one runs.
    public var keepAwake: Bool
    /// Priority of its jobs.
    public var priority: Int
    /// What the machine goes by.
    public var rules: JobRules
    /// Where its jobs say how far they are; nil: as the preset says.
    public var checkpoint: CheckpointPlace?
    /// When a job of it is submitted by hostd itself (`Mon 09:00`); nil: never.
    public var schedule: String?
    /// What a due time does while the job before it is not over.
    public var overlap: Overlap
    /// The zone that the schedule is in (`Europe/Berlin`); nil: the host's.
    public var timezone: String?
    /// The keys that the configuration gives, below its own table (`stall.silence`): for all others the word of the
    /// preset, where it has one, goes before the value that stands here.
    public var given: Set<String> = []
    /// What is done when a job of it has succeeded.
    public var onSuccess: JobHook?
    /// What is done when a job of it has failed.
    public var onFailure: JobHook?

    /// A kind with everything at its default.
    public init(name: String, launch: LaunchSpecification = LaunchSpecification(command: [])) {
        self.name = name
        preset = AgentPreset.plain.name
        agent = .plain
        command = []
        resume = []
        prompt = ""
        self.launch = launch
        log = LogSpecification()
        limits = LimitsSpecification()
        keepAwake = true
        priority = 0
        rules = JobRules()
        overlap = .skip
    }
}

/// What is done at the end of a job. Delivered at least once, with an id by which the other side knows it again.
public enum JobHook: Hashable, Sendable {
    /// A POST of JSON to this address.
    case webhook(String)
    /// A command, run as the job's user.
    case command([String])
}
