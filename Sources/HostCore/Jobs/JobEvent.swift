// SPDX-License-Identifier: Apache-2.0

/// What happens to a job. Events that name an instance are ignored unless that attempt is the current one.
public enum JobEvent: Hashable, Sendable {
    /// What was write number so-and-so, or a later one, is on the disk.
    case written(UInt64)
    /// A place is free and it is the job's turn.
    case placed
    /// How the attempt will be launched.
    case planned(InstanceID, AttemptPlan)
    /// It cannot be launched as the configuration stands: why. The job is held.
    case unplannable(InstanceID, String)
    /// These conditions are critical now, and no others. What waited for one of them goes on after `turn`.
    case conditions(Set<ConditionKind>, turn: Duration)
    /// A job in `after` has succeeded, or has ended otherwise.
    case otherEnded(JobID, succeeded: Bool)
    /// Its rules are these now.
    case configured(JobRules)

    /// Its keeper could not be started, or its program is not there: why.
    case launchFailed(InstanceID, String)
    /// Nothing was started: the host is not fit for it (its Node is not the pinned one, or it has no model). Why.
    case launchRefused(InstanceID, String)
    /// Nothing was started, and nothing will be: hostd was killed before it launched.
    case neverRan(InstanceID)
    /// The main process runs. `resumes`: it goes on in the session of an earlier attempt.
    case started(InstanceID, ProcessIdentity, at: Instant)
    /// The main process ended. `treeEmpty`: and nothing of its tree is left.
    case exited(InstanceID, ExitReport, treeEmpty: Bool)
    /// Nothing is left of its tree.
    case treeEmpty(InstanceID)
    /// Its keeper is gone without having said how the main process ended.
    case keeperLost(InstanceID)
    /// Nothing is left of the tree of an instance whose keeper was lost.
    case swept(InstanceID, killed: Int)
    /// What the attempt came to, by its exit and its output, and what it used, where that can be read.
    case judged(InstanceID, AttemptVerdict, usage: AttemptUsage? = nil)

    /// Its session, as its output says.
    case session(InstanceID, String)
    /// It got further than it ever was.
    case progressed(InstanceID, JobProgress)
    /// It can go on from here.
    case checkpoint(InstanceID, String)
    /// Output that is no noise was seen.
    case sign(InstanceID)
    /// It uses the processor, or its sockets carry bytes.
    case busy(InstanceID)
    /// It does nothing but fail at the same thing: how that shows.
    case loops(InstanceID, String)
    /// It uses more than it may: how that shows.
    case overLimit(InstanceID, String)

    /// A person wants it ended for good.
    case cancel
    /// A person wants it stopped, to be gone on with when it is released.
    case hold
    /// A person wants it gone on with.
    case release
    /// A person wants it tried anew, whatever became of it.
    case retry
    /// The host cannot bear it now: why. It goes on when that is over.
    case interrupt(String)
    /// hostd stops, and what it keeps with it.
    case shutDown
    /// The host, or hostd, did not run for so long.
    case away(Duration)
    /// The deadline of the state has come. Records that lie unread are to be read before.
    case wake
}

/// How an attempt is launched: what is chosen once and written down before it.
public struct AttemptPlan: Hashable, Sendable {
    /// The session that it is to begin or to go on with; nil where there is none, or where the program chooses it.
    public var session: String?
    /// It goes on with what an earlier attempt did.
    public var isResumed: Bool
    /// The model; nil where it wants none.
    public var model: String?
    /// The tier of the policy that named it.
    public var tier: String?
    /// Which arm of a gray release (`stable`, `gray`), or `chosen` where the submission names the model.
    public var arm: String?
    /// The arm of a model that the submission names.
    public static let chosen = "chosen"
    /// The generation of the policy.
    public var generation: Int64?
    /// When it was made, milliseconds since 1970.
    public var wallMilliseconds: Int64 = 0

    /// A plan without session and model.
    public init(session: String? = nil, isResumed: Bool = false, model: String? = nil) {
        self.session = session
        self.isResumed = isResumed
        self.model = model
    }
}

/// What a job machine wants done.
public enum JobEffect: Hashable, Sendable {
    /// Write down what the job and its newest attempt are now; answered by `written` with this number.
    case write(UInt64)
    /// Work out how this attempt is launched; answered by `planned` or `unplannable`.
    case plan(InstanceID)
    /// Start a keeper for it; answered by `started`, `exited`, `launchFailed`.
    case launch(InstanceID)
    /// Ask the main process for a checkpoint by this signal.
    case askForCheckpoint(InstanceID, signal: Int32)
    /// Send a signal to the main process or its group.
    case signal(InstanceID, number: Int32, to: StopSpecification.Target)
    /// Run the command of `stop.exec`, with the signal in its place should it fail.
    case runStop(InstanceID)
    /// End the whole tree with SIGKILL.
    case endTree(InstanceID)
    /// The keeper is gone or does not obey: kill it, find and kill what is left of the tree; answered by `swept`.
    case sweep(InstanceID)
    /// Read the rest of its output and say what it came to; answered by `judged`.
    case judge(InstanceID, ExitReport)
    /// What it came to is written down: its folder may go once its log is drained.
    case forget(InstanceID)
    /// Tell people: one entry of history.
    case report(JobReport)
}

/// One entry of a job's history.
public struct JobReport: Hashable, Sendable {
    /// What happened.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case submitted, starting, started, waiting, stalled, stopping, killing, swept, adopted, exited, retrying, held
        case released, succeeded, failed, cancelled, session
        case keeperLost = "keeper_lost", launchFailed = "launch_failed"
    }

    /// What happened.
    public var kind: Kind
    /// To which attempt, if to one.
    public var instance: InstanceID?
    /// Why, in words, with the evidence.
    public var reason: String

    /// One entry.
    public init(kind: Kind, instance: InstanceID?, reason: String) {
        self.kind = kind
        self.instance = instance
        self.reason = reason
    }
}
