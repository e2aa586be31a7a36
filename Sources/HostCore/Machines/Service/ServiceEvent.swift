// SPDX-License-Identifier: Apache-2.0

/// What happens to a service. Events that name an instance are ignored unless that instance is the current one.
public enum ServiceEvent: Hashable, Sendable {
    /// hostd starts, or a person says so.
    case start(by: Author)
    /// hostd shuts down, or a person says so.
    case stop(by: Author)
    /// The same, but what comes after it is to go first; `stop` follows when it is gone.
    case queueStop(by: Author)
    /// A new instance is wanted, now.
    case restart
    /// A new instance is wanted when its turn comes, and why; `restart` follows when it has come.
    case queueRestart(RestartCause)
    /// Its turn has come, and it cannot start before others are ready: nobody waits for it.
    case turnPassed
    /// All of its family that were to be restarted are through, or it went wrong: nothing more waits for its turn.
    case rollEnded(failed: ServiceName?)
    /// A person wants earlier failures forgotten, and what they made it wait for over.
    case reset
    /// All services in `after` have been ready.
    case dependenciesReady
    /// These conditions are critical now, and no others. What waited for one of them goes on after `turn`.
    case conditions(Set<ConditionKind>, turn: Duration = .zero)
    /// The answer to `checkPorts`: the first port that is taken and by whom, or nil when all are free.
    case portsChecked(PortHolder?)
    /// Its keeper could not be started: why.
    case launchFailed(InstanceID, String)
    /// Nothing was started: it would not have run on the Node that was pinned, or there is no model for it. Why.
    case launchRefused(InstanceID, String)
    /// The Node that it waits for is the pinned one now, or there is a model for it.
    case nodeChanged
    /// Its keeper is gone, if there ever was one, and nothing was started: hostd was killed before it launched, or the
    /// keeper was killed before it did anything.
    case neverRan(InstanceID)
    /// The main process runs.
    case started(InstanceID, ProcessIdentity, at: Instant)
    /// The stop signal was sent.
    case signalled(InstanceID)
    /// The command of `stop.exec` failed, and how.
    case stopFailed(InstanceID, String)
    /// The main process ended. `treeEmpty`: and nothing of its tree is left.
    case exited(InstanceID, ExitReport, treeEmpty: Bool)
    /// Nothing is left of its tree.
    case treeEmpty(InstanceID)
    /// Its keeper is gone without having said how the main process ended.
    case keeperLost(InstanceID)
    /// Nothing is left of the tree of an instance whose keeper was lost.
    case swept(InstanceID, killed: Int)
    /// The answer to a probe's question `number`.
    case probed(InstanceID, ProbeKind, number: UInt64, ProbeAnswer)
    /// What the instance has said of itself so far; also the answer to `readNotify`.
    case notified(InstanceID, NotifyRecord)
    /// The answer to `readNotify` when it could not be read: why.
    case notifyUnread(InstanceID, String)
    /// The instance uses more than it may.
    case overLimit(InstanceID, LimitBreach)
    /// The last line that an ended instance wrote.
    case lastLine(InstanceID, String)
    /// The host, or hostd, did not run for so long.
    case away(Duration)
    /// The deadline of the state has come. Records that lie unread are to be read before.
    case wake
}

/// Who wants something.
public enum Author: String, Hashable, Sendable {
    /// A person, through hostctl: lasts over restarts of hostd and of the host.
    case person
    /// hostd itself, at its start and end.
    case host
    /// The configuration, which does not name the service any more.
    case configuration
}

/// Why an instance is replaced that had not ended by itself.
public enum RestartCause: Hashable, Sendable {
    /// A person said so.
    case person
    /// What the configuration says of its launch has changed.
    case configuration
    /// A service in its `restart_with` has a new instance.
    case companion(ServiceName)
    /// The policy gives it another model: which.
    case models(String)

    /// "restarted by a person".
    public var text: String {
        switch self {
        case .person: "restarted by a person"
        case .configuration: "restarted with its new configuration"
        case .companion(let name): "restarted with \(name)"
        case .models(let what): "restarted with \(what)"
        }
    }
}

/// A port that is taken, and who has it.
public struct PortHolder: Hashable, Sendable {
    /// The port.
    public var port: UInt16
    /// "pid 811 (node)", or what is known.
    public var holder: String

    /// `port` is held by `holder`.
    public init(port: UInt16, holder: String) {
        self.port = port
        self.holder = holder
    }
}

/// What a service machine wants done.
public enum ServiceEffect: Hashable, Sendable {
    /// Find out whether these ports are free; answered by `portsChecked`.
    case checkPorts([UInt16])
    /// Start a keeper for this instance; answered by `started`, `exited`, `launchFailed` or
    /// `launchRefused`.
    case launch(InstanceID)
    /// Start a keeper for a hook; answered in the same way.
    case launchHook(InstanceID, Hook)
    /// Send a signal to the main process or its group; answered by `signalled`.
    case signal(InstanceID, number: Int32, to: StopSpecification.Target)
    /// Run the command of `stop.exec`; answered by `signalled` as soon as it runs, and by `stopFailed` if it fails.
    case runStop(InstanceID)
    /// End the whole tree: SIGTERM, and SIGKILL after `grace`; with zero, SIGKILL at once.
    case endTree(InstanceID, grace: Duration)
    /// The keeper is gone or does not obey: kill it, find and kill what is left of the tree; answered by `swept` when
    /// nothing is left.
    case sweep(InstanceID)
    /// Ask a probe's question; answered by `probed`.
    case ask(InstanceID, ProbeKind, number: UInt64)
    /// Find out what the instance has said of itself; answered by `notified`, with an empty record when it has said
    /// nothing, or `notifyUnread`.
    case readNotify(InstanceID)
    /// Find the last line that the instance wrote; answered by `lastLine`.
    case findLastLine(InstanceID)
    /// Keep what is known of an end that nobody wanted. `why`: what hostd ended it for, where it did.
    case keepCrash(InstanceID, ExitReport, why: String?)
    /// The instance is over: its folder may go once its log is drained.
    case forget(InstanceID)
    /// Remember over reboots that it is stopped or held; nil when it is not. Said once for each change, and again after
    /// an adoption, since hostd may have been killed before the store took it.
    case mark(ServiceMark?)
    /// Tell people: one entry of history.
    case report(ServiceReport)
}

/// What must be remembered over reboots.
public enum ServiceMark: String, Hashable, Sendable {
    /// A person stopped it.
    case stopped
    /// It exited in a way that says "do not restart".
    case held
}

/// One entry of a service's history.
public struct ServiceReport: Hashable, Sendable {
    /// What happened.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case starting, started, ready, running, unhealthy, waiting, exited, backoff, looping, held, stopping, stopped
        case killing, cleared, adopted, keeperLost = "keeper_lost", swept, progress
        case launchFailed = "launch_failed", rollHalted = "roll_halted"
        case reset, hook
    }

    /// What happened.
    public var kind: Kind
    /// To which instance, if to one.
    public var instance: InstanceID?
    /// Why, in words, with the evidence.
    public var reason: String
}
