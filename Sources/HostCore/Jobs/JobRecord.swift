// SPDX-License-Identifier: Apache-2.0

/// All that is written down of a job: what it takes to go on with it after a crash or a reboot.
public struct JobRecord: Hashable, Sendable {
    /// Its number.
    public var id: JobID
    /// What a submitter gave so that the same submission makes one job only; nil where there was none.
    public var key: String?
    /// Its kind, a name of the configuration; nil for a plain command.
    public var kind: String?
    /// Who submitted it.
    public var uid: UInt32
    /// Jobs of higher priority go first.
    public var priority: Int
    /// What was submitted, as JSON: `JobSubmission` of HostWire. Opaque to the machines.
    public var submission: String
    /// When it was submitted, milliseconds since 1970.
    public var createdMilliseconds: Int64
    /// Jobs that must have succeeded before it starts.
    public var after: [JobID] = []

    /// Where it is.
    public var phase: JobPhase = .queued
    /// Since when, milliseconds since 1970.
    public var sinceMilliseconds: Int64
    /// Why it is there, in words, with the evidence.
    public var reason = ""
    /// The next attempt comes no sooner, milliseconds since 1970; nil: at any time.
    public var notBeforeMilliseconds: Int64?
    /// How many attempts were launched, and so the number of the newest.
    public var attempts: UInt64 = 0
    /// The newest attempt is not over, as far as is written down.
    public var isAttemptOpen = false
    /// What a person wants done with it as soon as the attempt is over; nil: to go on.
    public var wish: Wish?
    /// Its deadline counts from here, milliseconds since 1970: its submission, or when a person wanted it tried anew.
    public var deadlineFromMilliseconds: Int64
    /// Counted failures since it last made progress.
    public var failures = 0
    /// Disruptions since it last made progress.
    public var disruptions = 0
    /// The session that is to be resumed; nil where there is none.
    public var session: String?
    /// The newest checkpoint, in the job's own words.
    public var checkpoint: String?
    /// How far it is.
    public var progress: JobProgress?
    /// What it came to, in its own words.
    public var result: String?
    /// How the attempt ended that ended the job.
    public var exit: ExitStatus?

    /// A job that was just submitted.
    public init(
        id: JobID, key: String? = nil, kind: String? = nil, uid: UInt32, priority: Int = 0, submission: String,
        createdMilliseconds: Int64
    ) {
        self.id = id
        self.key = key
        self.kind = kind
        self.uid = uid
        self.priority = priority
        self.submission = submission
        self.createdMilliseconds = createdMilliseconds
        sinceMilliseconds = createdMilliseconds
        deadlineFromMilliseconds = createdMilliseconds
    }

    /// What a person may want of a job whose attempt is under way.
    public enum Wish: String, Hashable, Sendable {
        case cancel, hold
    }
}

/// All that is written down of one attempt of a job.
public struct AttemptRecord: Hashable, Sendable {
    /// How far an attempt is, or what it came to.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// It is written down that it is to be launched, and perhaps it was.
        case launching
        /// Its process was seen.
        case running
        /// What the job was to do is done.
        case succeeded
        /// It failed, which counts.
        case failed
        /// It was ended by something that is not the job's doing, which does not count.
        case disrupted
        /// A person ended the job.
        case cancelled
    }

    /// The job.
    public var job: JobID
    /// Which attempt, from 1.
    public var number: UInt64
    /// How far it is.
    public var state: State
    /// When it was launched, milliseconds since 1970.
    public var startedMilliseconds: Int64
    /// When it was over, milliseconds since 1970; nil while it is not.
    public var endedMilliseconds: Int64?
    /// Why it ended, in words.
    public var reason = ""
    /// How its main process ended; nil while it runs.
    public var exit: ExitStatus?
    /// The model that it was launched with; nil where it wants none.
    public var model: String?
    /// Which arm of a gray release it belongs to (`stable`, `gray`); nil where there is none.
    public var arm: String?
    /// The generation of the policy that it was launched with.
    public var generation: Int64?
    /// The tier of the policy that named the model; nil where there was none.
    public var tier: String?
    /// What it used, as far as its output says; nil where that cannot be read.
    public var usage: AttemptUsage?
    /// It failed, and the model can be blamed.
    public var blamesModel = false
    /// It went on in a session of an earlier attempt.
    public var isResumed = false

    /// An attempt that is about to be launched.
    public init(job: JobID, number: UInt64, startedMilliseconds: Int64) {
        self.job = job
        self.number = number
        state = .launching
        self.startedMilliseconds = startedMilliseconds
    }
}

/// What an attempt used of its model and its tools, as far as its output says.
public struct AttemptUsage: Hashable, Sendable {
    /// Tokens that the model read; those of a cache too.
    public var tokensInput: UInt64
    /// Tokens that the model wrote.
    public var tokensOutput: UInt64
    /// Calls of tools.
    public var toolCalls: UInt64
    /// Calls of tools that failed.
    public var toolFailures: UInt64

    /// So much; without arguments nothing.
    public init(tokensInput: UInt64 = 0, tokensOutput: UInt64 = 0, toolCalls: UInt64 = 0, toolFailures: UInt64 = 0) {
        (self.tokensInput, self.tokensOutput) = (tokensInput, tokensOutput)
        (self.toolCalls, self.toolFailures) = (toolCalls, toolFailures)
    }
}
