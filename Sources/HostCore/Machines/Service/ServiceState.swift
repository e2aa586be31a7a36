// SPDX-License-Identifier: Apache-2.0

/// Where a service is. Each case carries exactly what belongs to it; docs/architecture.md has the diagram.
public enum ServiceState: Hashable, Sendable {
    /// Down, and meant to be.
    case stopped
    /// Down after an exit that says "do not restart", until a person starts it.
    case held
    /// About to start, but something is in the way.
    case waiting(Wait)
    /// A keeper was told to start it; nothing heard of the process yet.
    case launching(InstanceID, deadline: Instant)
    /// A command of `before_start` or `after_stop` runs.
    case hooking(HookRun)
    /// The main process runs.
    case up(Life)
    /// On its way down, or cleaning up after an end.
    case ending(Ending)
    /// Down until the next try.
    case pausing(Pause)

    /// What a start waits for.
    public enum Wait: Hashable, Sendable {
        /// Services in `after` that were not ready yet; started anyway at `until`.
        case dependencies(until: Instant?)
        /// A condition that it needs and that is critical.
        case condition(ConditionKind)
        /// The network is back: its turn, so that not everything starts at the same moment.
        case turn(at: Instant)
        /// The Node that it is to run on, which is not as it was pinned.
        case node
        /// The answer of the port check; asked again at `again` should it be lost.
        case portCheck(again: Instant)
        /// A port that is taken, looked at again at `again`.
        case port(UInt16, again: Instant)
    }

    /// A running instance.
    public struct Life: Hashable, Sendable {
        /// Starting up, or through with it.
        public enum Stage: Hashable, Sendable {
            /// The startup probe has not been good yet. `limit` is the end of all extensions of `deadline`.
            case startup(ProbeMachine, deadline: Instant, limit: Instant)
            /// Startup is over; the other two probes are asked.
            case serving
        }

        /// The launch.
        public let instance: InstanceID
        /// Its main process.
        public let process: ProcessIdentity
        /// When that started.
        public let startedAt: Instant
        /// Starting up, or through with it.
        public var stage: Stage
        /// The live probe, while serving.
        public var live: ProbeMachine?
        /// The ready probe, while serving.
        public var ready: ProbeMachine?
        /// The last answer of the startup probe, once startup is over.
        public var startupResult: ProbeMachine.Observation?
        /// What it has said of itself.
        public var notify = NotifyRecord()
    }

    /// An instance that ends.
    public struct Ending: Hashable, Sendable {
        /// How far it is.
        public enum Step: Hashable, Sendable {
            /// Told to stop before its process was heard of.
            case arriving(deadline: Instant)
            /// The stop signal is out (`sent`) or about to be; SIGKILL follows at `deadline`.
            case asking(deadline: Instant, sent: Bool)
            /// SIGKILL was ordered for the whole tree, for the `round`th time; again at `again`. A keeper that does not
            /// obey for some rounds is swept away with its tree.
            case killing(round: Int, again: Instant)
            /// The main process is gone, its keeper ends what it left behind. SIGKILL was ordered for it `round`
            /// times, 0 at first; again at `again`.
            case clearing(ExitReport, round: Int, again: Instant)
            /// The keeper is gone; what lives of the tree is searched for and killed; searched again at `again`.
            case sweeping(ExitReport, again: Instant)
        }

        /// What comes after.
        public enum Next: Hashable, Sendable {
            /// Stay down.
            case stop
            /// Start anew: a person asked for a restart.
            case relaunch
            /// The restart rules decide. `forced`: hostd ended it because it was not well.
            case judge(forced: Bool)
        }

        /// The launch.
        public let instance: InstanceID
        /// Its main process, once known.
        public var process: ProcessIdentity?
        /// When that started, once known.
        public var startedAt: Instant?
        /// How far it is.
        public var step: Step
        /// What comes after.
        public var next: Next
        /// Why it ends, where somebody wanted that.
        public var why: String?
    }

    /// Down until the next try.
    public struct Pause: Hashable, Sendable {
        /// When it is tried again.
        public var until: Instant
        /// Whether this is a crash loop.
        public var isLoop: Bool
    }
}

/// The name of a state, as users see it.
public enum ServicePhase: String, Hashable, Sendable, CaseIterable {
    case stopped, waiting, starting, running, ready, unhealthy, stopping, backoff, looping, held
}

extension ServiceState {
    /// The name of this state, as users see it.
    public var phase: ServicePhase {
        switch self {
        case .stopped: .stopped
        case .held: .held
        case .waiting: .waiting
        case .launching: .starting
        case .hooking(let run): run.phase
        case .up(let life): life.phase
        case .ending: .stopping
        case .pausing(let pause): pause.isLoop ? .looping : .backoff
        }
    }

    /// Nothing runs and nothing is about to.
    public var isDown: Bool {
        switch self {
        case .stopped, .held: true
        case .waiting, .launching, .hooking, .up, .ending, .pausing: false
        }
    }

    /// A keeper is to be started, and nothing has come in between.
    public var awaitsLaunch: Bool {
        switch self {
        case .launching: true
        case .hooking(let run): if case .launching = run.step { true } else { false }
        case .stopped, .held, .waiting, .up, .ending, .pausing: false
        }
    }

    /// On its way down for good.
    var isStopping: Bool {
        switch self {
        case .ending(let ending): ending.next == .stop
        case .hooking(let run): run.next == .stop
        case .stopped, .held, .waiting, .launching, .up, .pausing: false
        }
    }

    /// The instance that exists in this state, if any.
    public var instance: InstanceID? {
        switch self {
        case .stopped, .held, .waiting, .pausing: nil
        case .launching(let instance, _): instance
        case .hooking(let run): run.instance
        case .up(let life): life.instance
        case .ending(let ending): ending.instance
        }
    }

    /// Its main process, where one is known to run.
    public var process: ProcessIdentity? {
        switch self {
        case .up(let life): life.process
        case .ending(let ending):
            switch ending.step {
            case .arriving, .asking, .killing: ending.process
            case .clearing, .sweeping: nil
            }
        case .stopped, .held, .waiting, .launching, .hooking, .pausing: nil
        }
    }

    /// When `wake` is due in this state; nil when only an event can change it.
    public var deadline: Instant? {
        switch self {
        case .stopped, .held: nil
        case .waiting(.dependencies(let until)): until
        case .waiting(.condition), .waiting(.node): nil
        case .waiting(.portCheck(let again)), .waiting(.port(_, let again)): again
        case .waiting(.turn(let at)): at
        case .launching(_, let deadline): deadline
        case .hooking(let run): run.deadline
        case .up(let life): life.deadline
        case .ending(let ending): ending.deadline
        case .pausing(let pause): pause.until
        }
    }
}

extension ServiceState.Life {
    /// Whether it can take work.
    public var isReady: Bool {
        guard case .serving = stage else { return false }
        return ready.map { $0.verdict == .good } ?? true
    }

    /// `starting`, `unhealthy`, `ready` or `running`.
    public var phase: ServicePhase {
        if case .startup = stage { return .starting }
        if let live, live.failuresInRow > 0 { return .unhealthy }
        return isReady ? .ready : .running
    }

    fileprivate var deadline: Instant? {
        switch stage {
        // The verdict falls with an answer: an open question is waited for, and at the deadline one is asked.
        case .startup(let probe, let deadline, _):
            probe.isAsking || probe.hasAnswer(since: deadline)
                ? probe.deadline : min(probe.deadline ?? deadline, deadline)
        case .serving:
            switch (live?.deadline, ready?.deadline) {
            case (let live?, let ready?): min(live, ready)
            case (let live, let ready): live ?? ready
            }
        }
    }

    /// The machine of the probe that answers one of the three questions, while that question is asked.
    subscript(kind: ProbeKind) -> ProbeMachine? {
        get {
            switch (kind, stage) {
            case (.startup, .startup(let probe, _, _)): probe
            case (.live, .serving): live
            case (.ready, .serving): ready
            case (.startup, .serving), (.live, .startup), (.ready, .startup): nil
            }
        }
        set {
            switch (kind, stage) {
            case (.startup, .startup(let old, let deadline, let limit)):
                stage = .startup(newValue ?? old, deadline: deadline, limit: limit)
            case (.live, .serving): live = newValue
            case (.ready, .serving): ready = newValue
            case (.startup, .serving), (.live, .startup), (.ready, .startup): break
            }
        }
    }
}

extension ServiceState.Ending {
    fileprivate var deadline: Instant {
        switch step {
        case .arriving(let deadline), .asking(let deadline, _): deadline
        case .killing(_, let again), .clearing(_, _, let again), .sweeping(_, let again): again
        }
    }
}
