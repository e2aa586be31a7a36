// SPDX-License-Identifier: Apache-2.0

/// Where a job is. Each case carries exactly what belongs to it; docs/jobs.md has the diagram.
public enum JobState: Hashable, Sendable {
    /// Something has to happen before it may be queued.
    case waiting(Wait)
    /// Ready to go: waits for a free place.
    case queued
    /// It has a place; how it is launched is being worked out.
    case planning(InstanceID, deadline: Instant)
    /// The intent to launch is being written down, as write number `write`.
    case opening(InstanceID, write: UInt64)
    /// A keeper was told to start it; nothing heard of the process yet.
    case launching(InstanceID, deadline: Instant)
    /// Its main process runs.
    case running(Run)
    /// On its way down, or cleaning up after an end.
    case ending(Ending)
    /// Nothing of its tree is left; what it came to is read from its output.
    case judging(Judging)
    /// What it came to is being written down.
    case closing(Closing)
    /// Nothing happens until a person says so.
    case held
    /// It is over.
    case over(Final)

    /// What a job waits for.
    public enum Wait: Hashable, Sendable {
        /// Jobs in `after` that have not succeeded yet.
        case jobs
        /// The end of its back-off.
        case backoff(until: Instant)
        /// A condition that it needs and that is critical.
        case condition(ConditionKind)
        /// What it waited for is over: its turn, so that not everything starts at the same moment.
        case turn(at: Instant)
    }

    /// How a job ended.
    public enum Final: Hashable, Sendable {
        case succeeded, failed, cancelled

        /// The name that users see.
        public var phase: JobPhase {
            switch self {
            case .succeeded: .succeeded
            case .failed: .failed
            case .cancelled: .cancelled
            }
        }
    }

    /// A running attempt.
    public struct Run: Hashable, Sendable {
        /// The attempt.
        public let instance: InstanceID
        /// Its main process.
        public let process: ProcessIdentity
        /// When that started.
        public let startedAt: Instant
        /// Whether it gets on.
        public var stall: StallMachine
    }

    /// An attempt that ends.
    public struct Ending: Hashable, Sendable {
        /// How far it is.
        public enum Step: Hashable, Sendable {
            /// Told to stop before its process was heard of.
            case arriving(deadline: Instant)
            /// It was asked for a checkpoint before it is stopped.
            case saving(deadline: Instant)
            /// The stop signal is out; SIGKILL follows at `deadline`.
            case asking(deadline: Instant)
            /// SIGKILL was ordered for the whole tree, for the `round`th time; again at `again`.
            case killing(round: Int, again: Instant)
            /// The main process is gone, its keeper ends what it left behind.
            case clearing(ExitReport, round: Int, again: Instant)
            /// The keeper is gone; what lives of the tree is searched for and killed; searched again at `again`.
            case sweeping(ExitReport, again: Instant)
        }

        /// The attempt.
        public let instance: InstanceID
        /// Its main process, once known.
        public var process: ProcessIdentity?
        /// When that started, once known.
        public var startedAt: Instant?
        /// How far it is.
        public var step: Step
        /// Why hostd ends it; nil where it ends by itself.
        public var cause: Cause?
    }

    /// Why hostd ends an attempt.
    public enum Cause: Hashable, Sendable {
        /// A person cancelled the job.
        case cancel
        /// A person wants it held.
        case hold
        /// hostd stops, or the host does.
        case shutDown
        /// Something about the host: the disk is critical, memory runs out.
        case host(String)
        /// It hangs, and how that shows.
        case stall(String)
        /// It took longer than an attempt may, or than the job may.
        case attemptTimeout, deadline
        /// It uses more than it may.
        case limit(String)
        /// Its keeper said nothing, or its plan came to nothing.
        case stuck(String)
    }

    /// An attempt that is over, and whose output is being read.
    public struct Judging: Hashable, Sendable {
        /// The attempt.
        public let instance: InstanceID
        /// How its main process ended.
        public let report: ExitReport
        /// Why hostd ended it.
        public let cause: Cause?
        /// The question is asked again then.
        public var again: Instant
        /// How often it was asked.
        public var round: Int
    }

    /// An attempt that was judged; what follows is being written down.
    public struct Closing: Hashable, Sendable {
        /// What follows an attempt.
        public enum Next: Hashable, Sendable {
            /// Another attempt.
            case another
            /// Nothing until a person says so.
            case hold
            /// Nothing more.
            case end(Final)

            /// Whether the job is over with it.
            var isEnd: Bool { if case .end = self { true } else { false } }
        }

        /// The attempt.
        public let instance: InstanceID
        /// What follows.
        public let next: Next
        /// The number of the write.
        public let write: UInt64
    }
}

extension JobState {
    /// The attempt that is under way, if any.
    public var instance: InstanceID? {
        switch self {
        case .waiting, .queued, .held, .over: nil
        case .planning(let instance, _), .opening(let instance, _), .launching(let instance, _): instance
        case .running(let run): run.instance
        case .ending(let ending): ending.instance
        case .judging(let judging): judging.instance
        case .closing(let closing): closing.instance
        }
    }

    /// Its main process, where one is known to run.
    public var process: ProcessIdentity? {
        switch self {
        case .running(let run): run.process
        case .ending(let ending):
            switch ending.step {
            case .arriving, .saving, .asking, .killing: ending.process
            case .clearing, .sweeping: nil
            }
        default: nil
        }
    }

    /// Whether it takes one of the places that jobs have.
    public var takesPlace: Bool {
        switch self {
        case .waiting, .queued, .held, .over, .closing: false
        case .planning, .opening, .launching, .running, .ending, .judging: true
        }
    }

    /// When `wake` is due in this state; nil when only an event can change it.
    var deadline: Instant? {
        switch self {
        case .waiting(.backoff(let until)): until
        case .waiting(.turn(let at)): at
        case .waiting, .queued, .opening, .closing, .held, .over: nil
        case .planning(_, let deadline), .launching(_, let deadline): deadline
        case .running(let run): run.stall.deadline
        case .ending(let ending): ending.deadline
        case .judging(let judging): judging.again
        }
    }
}

extension JobState.Ending {
    fileprivate var deadline: Instant {
        switch step {
        case .arriving(let deadline), .saving(let deadline), .asking(let deadline): deadline
        case .killing(_, let again), .clearing(_, _, let again), .sweeping(_, let again): again
        }
    }
}

extension JobState.Cause {
    /// "cancelled by a person".
    public var text: String {
        switch self {
        case .cancel: "cancelled by a person"
        case .hold: "held by a person"
        case .shutDown: "hostd stops"
        case .host(let why): why
        case .stall(let why): "it hangs: \(why)"
        case .attemptTimeout: "it took longer than an attempt may"
        case .deadline: "the job's deadline has passed"
        case .limit(let why), .stuck(let why): why
        }
    }
}
