// SPDX-License-Identifier: Apache-2.0

/// Launches on their way through the service manager: from the wish for a unit to the first word of the keeper in it.
/// After that the keeper's records speak. State diagram: docs/units.md.
///
/// Each launch comes to exactly one end: its keeper was heard, it was given up by whoever asked for it, or it has
/// failed. Whichever of reply, job and unit says so first.
public struct UnitBoard: Hashable, Sendable {
    /// Without the keeper's word for so long a launch has failed.
    public static let patience: Duration = .seconds(30)
    /// A unit of that name which does not end by itself for so long belongs to nobody that hostd knows: it is stopped.
    public static let namePatience: Duration = .seconds(2)
    /// So often it is looked at what keeps a name, or what became of a unit, where no signal has come.
    public static let lookInterval: Duration = .milliseconds(250)
    /// The first and the longest pause between two attempts to reach the manager.
    public static let connectPauses: (first: Duration, longest: Duration) = (.milliseconds(100), .seconds(5))

    /// What happened.
    public enum Event: Hashable, Sendable {
        /// The manager is wanted from now on.
        case begin
        /// A launch is prepared and wants its unit.
        case launch(InstanceID)
        /// The manager has taken the launch.
        case accepted(InstanceID)
        /// The manager has not.
        case refused(InstanceID, UnitRefusal)
        /// The job of a unit is done: the keeper's program runs in it.
        case jobDone(unit: String)
        /// The job of a unit is over without the unit being up.
        case jobFailed(unit: String, why: String)
        /// A unit has ended as something other than a success.
        case unitFailed(unit: String, why: String)
        /// A unit is gone, by a signal or by a look.
        case unitGone(unit: String)
        /// A look at a unit found it there.
        case unitFound(unit: String)
        /// The keeper has been heard, or has left a record.
        case ran(InstanceID)
        /// Nobody wants the launch any more.
        case cancel(InstanceID)
        /// Nobody wants the launch any more, if the manager does not have it yet; else it goes on.
        case withdraw(InstanceID)
        /// The manager can be reached, or cannot.
        case linkUp
        case linkLost(String)
        /// A deadline may be over.
        case wake
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// Ask the manager for the unit of a launch.
        case ask(InstanceID)
        /// The unit came to its end unheard: the records say whether the keeper ever ran (`ran`), else it never did.
        case failed(InstanceID, String)
        /// The launch is taken back from where it is: nothing may start by it any more.
        case takeBack(InstanceID)
        /// Look whether a unit is there.
        case look(unit: String)
        /// A unit of that name is to end: gently, or at once.
        case stop(unit: String)
        case kill(unit: String)
        /// Reach the manager.
        case connect
    }

    private enum Stage: Hashable, Sendable {
        /// Not asked for: the manager cannot be reached.
        case waiting
        /// Not asked for: there is a unit of that name. Since when; whether it was told to end.
        case nameTaken(since: Instant, isStopped: Bool)
        case asked
        /// Asked for, and the link went before the answer came.
        case unsure
        case accepted
    }

    private struct Launch: Hashable, Sendable {
        var stage: Stage
        let since: Instant
        /// What is known of its failure so far.
        var why: String?
    }

    private enum Link: Hashable, Sendable {
        case down(reason: String, failures: Int, retryAt: Instant)
        case connecting(failures: Int)
        case up
    }

    private var launches: [InstanceID: Launch] = [:]
    private var link: Link = .down(reason: "", failures: 0, retryAt: Instant(nanoseconds: 0))
    private var lookAt: Instant?

    /// Whose units they are (UnitName.owner).
    public let owner: String

    /// A board without launches and without a manager.
    public init(owner: String = "") {
        self.owner = owner
    }

    /// The unit of a launch.
    public func name(of instance: InstanceID) -> String { UnitName.of(instance, owner: owner) }

    /// The launches that are on their way.
    public var pending: Set<InstanceID> { Set(launches.keys) }

    /// Whether the manager can be reached now.
    public var isLinked: Bool { link == .up }

    /// Why it cannot be reached; nil where it can, or has not been tried.
    public var linkProblem: String? {
        if case .down(let reason, _, _) = link, !reason.isEmpty { reason } else { nil }
    }

    /// When `wake` is due; nil while nothing is.
    public var deadline: Instant? {
        var result = launches.values.map { $0.since + Self.patience }.min()
        if let lookAt { result = min(result ?? lookAt, lookAt) }
        // Also without a launch: the next one is to find the manager there.
        if case .down(let reason, _, let retryAt) = link, !reason.isEmpty { result = min(result ?? retryAt, retryAt) }
        return result
    }

    /// Takes what happened; says what is to be done, in that order.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        let effects = react(event, at: now)
        assert(launches.isEmpty || deadline != nil, "a launch that nothing would ever end")
        assert(isLinked || !launches.values.contains { $0.stage == .asked }, "asked of a manager that is not there")
        return effects
    }

    private mutating func react(_ event: Event, at now: Instant) -> [Effect] {
        switch event {
        case .begin: return connect(at: now)
        case .launch(let instance):
            assert(launches[instance] == nil, "\(instance) was launched before")
            launches[instance] = Launch(stage: .waiting, since: now)
            return isLinked ? ask(instance) : connect(at: now)
        case .accepted(let instance):
            if launches[instance]?.stage == .asked { launches[instance]?.stage = .accepted }
            return []
        case .refused(let instance, let refusal): return refused(instance, refusal, at: now)
        case .jobDone(let unit):
            if let instance = taken(unit) { launches[instance] = nil }
            return []
        case .jobFailed(let unit, let why), .unitFailed(let unit, let why):
            // The unit goes now, and says so; the first word is the one that names the cause.
            guard let instance = taken(unit) else { return [] }
            if launches[instance]?.why == nil { launches[instance]?.why = why }
            planLook(at: now)
            return []
        case .unitGone(let unit): return unitGone(unit)
        case .unitFound(let unit): return unitFound(unit, at: now)
        case .ran(let instance):
            launches[instance] = nil
            return []
        case .cancel(let instance): return cancel(instance)
        case .withdraw(let instance):
            switch launches[instance]?.stage {
            case .waiting, .nameTaken: return cancel(instance)
            case .asked, .unsure, .accepted, nil: return []
            }
        case .linkUp: return linkUp(at: now)
        case .linkLost(let reason): return linkLost(reason, at: now)
        case .wake: return wake(at: now)
        }
    }

    // MARK: - The way of one launch

    private mutating func ask(_ instance: InstanceID) -> [Effect] {
        launches[instance]?.stage = .asked
        return [.ask(instance)]
    }

    private mutating func refused(_ instance: InstanceID, _ refusal: UnitRefusal, at now: Instant) -> [Effect] {
        guard let launch = launches[instance], launch.stage == .asked else { return [] }
        switch refusal {
        case .nameTaken:
            launches[instance]?.stage = .nameTaken(since: now, isStopped: false)
            planLook(at: now)
            return []
        case .linkLost:
            // The link may be there all the same: only this answer is not.
            launches[instance]?.stage = .unsure
            planLook(at: now)
            return []
        case .denied(let why): return fail(instance, why)
        }
    }

    private mutating func fail(_ instance: InstanceID, _ why: String) -> [Effect] {
        launches[instance] = nil
        return [.takeBack(instance), .failed(instance, why)]
    }

    private mutating func unitGone(_ unit: String) -> [Effect] {
        guard let instance = named(unit), let launch = launches[instance] else { return [] }
        switch launch.stage {
        case .waiting, .asked: return []
        case .nameTaken, .unsure: return isLinked ? ask(instance) : []
        case .accepted:
            let why = launch.why ?? "its unit \(unit) ended before the keeper in it began"
            return fail(instance, why)
        }
    }

    private mutating func unitFound(_ unit: String, at now: Instant) -> [Effect] {
        guard let instance = named(unit), let launch = launches[instance] else { return [] }
        switch launch.stage {
        case .waiting, .asked: return []
        case .unsure:
            // It may be the one before: only when it is gone without a record is there anything to decide.
            planLook(at: now)
            return []
        case .accepted:
            if launch.why != nil { planLook(at: now) }
            return []
        case .nameTaken(let since, let isStopped):
            planLook(at: now)
            guard !isStopped, now - since >= Self.namePatience else { return [] }
            launches[instance]?.stage = .nameTaken(since: since, isStopped: true)
            return [.stop(unit: unit)]
        }
    }

    private mutating func cancel(_ instance: InstanceID) -> [Effect] {
        guard let launch = launches.removeValue(forKey: instance) else { return [] }
        switch launch.stage {
        case .waiting, .nameTaken: return [.takeBack(instance)]
        case .asked, .unsure, .accepted: return [.takeBack(instance), .kill(unit: name(of: instance))]
        }
    }

    // MARK: - The link

    private mutating func connect(at now: Instant) -> [Effect] {
        guard case .down(_, let failures, let retryAt) = link, retryAt <= now else { return [] }
        link = .connecting(failures: failures)
        return [.connect]
    }

    private mutating func linkUp(at now: Instant) -> [Effect] {
        link = .up
        // Those that were taken may have come to an end unseen.
        return sorted().flatMap { instance -> [Effect] in
            switch launches[instance]?.stage {
            case .waiting: ask(instance)
            case .nameTaken, .unsure, .accepted: [.look(unit: name(of: instance))]
            case .asked, nil: []
            }
        }
    }

    private mutating func linkLost(_ reason: String, at now: Instant) -> [Effect] {
        var failures = 0
        if case .connecting(let before) = link { failures = before + 1 }
        if case .down(_, let before, _) = link { failures = before }
        let shift = min(failures, 16)
        let pause = min(Self.connectPauses.first * (1 << shift), Self.connectPauses.longest)
        link = .down(reason: reason, failures: failures, retryAt: now + pause)
        for (instance, launch) in launches where launch.stage == .asked { launches[instance]?.stage = .unsure }
        return []
    }

    // MARK: - Time

    private mutating func planLook(at now: Instant) {
        lookAt = min(lookAt ?? now + Self.lookInterval, now + Self.lookInterval)
    }

    private mutating func wake(at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        for instance in sorted() {
            guard let launch = launches[instance], now - launch.since >= Self.patience else { continue }
            let isKnown = [.asked, .unsure, .accepted].contains(launch.stage)
            effects += fail(instance, overdue(launch, name(of: instance)))
            if isKnown { effects.append(.kill(unit: name(of: instance))) }
        }
        if let due = lookAt, due <= now {
            lookAt = nil
            for instance in sorted() where isLinked {
                switch launches[instance]?.stage {
                case .nameTaken, .unsure: effects.append(.look(unit: name(of: instance)))
                case .accepted where launches[instance]?.why != nil:
                    effects.append(.look(unit: name(of: instance)))
                case .accepted, .waiting, .asked, nil: break
                }
            }
        }
        return effects + connect(at: now)
    }

    private func overdue(_ launch: Launch, _ unit: String) -> String {
        let time = Self.patience.text
        switch launch.stage {
        case .waiting: return "the service manager could not be reached for \(time): \(linkProblem ?? "no answer")"
        case .nameTaken: return "there is another \(unit), and it did not end within \(time) (systemctl status \(unit))"
        case .asked, .unsure: return "the service manager did not answer for \(time)"
        case .accepted: return launch.why ?? "the service manager did not start \(unit) for \(time)"
        }
    }

    // MARK: - Who is meant

    private func sorted() -> [InstanceID] {
        launches.keys.sorted { ($0.service, $0.launch) < ($1.service, $1.launch) }
    }

    private func named(_ unit: String) -> InstanceID? {
        launches.keys.first { name(of: $0) == unit }
    }

    /// The launch that the manager has said that it has, by that name. Before its answer comes, what is heard of the
    /// name is about another launch, which was given up while the manager did not answer.
    private func taken(_ unit: String) -> InstanceID? {
        named(unit).flatMap { launches[$0]?.stage == .accepted ? $0 : nil }
    }
}

/// Why the manager did not take a launch.
public enum UnitRefusal: Error, Hashable, Sendable {
    /// There is a unit of that name.
    case nameTaken
    /// The link went before the answer came.
    case linkLost
    /// It says no; in words for people.
    case denied(String)
}
