// SPDX-License-Identifier: Apache-2.0

/// Says when jobs of which kind are due. Wall times are seconds since 1970.
public struct ScheduleMachine: Sendable {
    /// A kind that has a schedule.
    public struct Plan: Hashable, Sendable {
        /// The kind.
        public var kind: String
        /// When its jobs are due.
        public var schedule: Schedule
        /// The zone as the configuration names it; empty for the host's.
        public var zoneName: String
        /// The rules of that zone.
        public var zone: TimeZoneRules
        /// What a due time does while a job of an earlier one is not over.
        public var overlap: KindSpecification.Overlap

        /// The plan of `kind`.
        public init(
            kind: String, schedule: Schedule, zoneName: String = "", zone: TimeZoneRules,
            overlap: KindSpecification.Overlap = .skip
        ) {
            self.kind = kind
            self.schedule = schedule
            self.zoneName = zoneName
            self.zone = zone
            self.overlap = overlap
        }

        fileprivate var words: String { zoneName.isEmpty ? schedule.text : "\(schedule.text) \(zoneName)" }
    }

    /// What the machine is told.
    public enum Event: Sendable {
        /// These are all kinds with a schedule, with what is remembered of each; a kind that the machine knows already
        /// keeps its own memory. Scheduled jobs of the kinds `busy` are not over.
        case configure([Plan], [String: ScheduleMemory], busy: Set<String>)
        /// A scheduled job of the kind is not over, or none is any more. After `submit` the machine takes it that one
        /// is not: whoever submits tells when it is over, or when there was none to begin with.
        case busy(kind: String, Bool)
        /// The time has come, or the wall clock was set.
        case look
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// A job of the kind is to be submitted with the idempotency key. Comes before the `remember` that belongs to
        /// it: where the memory is lost in between, the key keeps the job from being made twice.
        case submit(kind: String, due: Schedule.Due, key: String)
        /// This time is left out, because a job of an earlier one is not over.
        case skip(kind: String, due: Schedule.Due)
        /// This is to be remembered over restarts; nil: nothing any more.
        case remember(kind: String, ScheduleMemory?)
        /// The next `look` is wanted at this wall time; nil: there is none to wait for.
        case wake(Int64?)
    }

    private struct Entry: Sendable {
        var plan: Plan
        var memory: ScheduleMemory
        var isBusy = false
    }

    private var entries: [String: Entry] = [:]
    /// What both clocks said at the last event.
    private var before: (now: Instant, wall: Int64)?

    /// A wall clock that gained more than this on the other was set.
    private static let slack: Int64 = 60

    /// A machine that knows no kind.
    public init() {}

    /// The key of a due time: `schedule/review/2026-12-07T09:00`.
    public static func key(kind: String, _ due: Schedule.Due) -> String { "schedule/\(kind)/\(due.local)" }

    /// Takes an event. `now` also counts while the host is suspended, `wall` is the wall clock.
    public mutating func handle(_ event: Event, at now: Instant, wall: Int64) -> [Effect] {
        let wasSet = wasSetForward(now, wall)
        before = (now, wall)
        var effects: [Effect] = []
        switch event {
        case .configure(let plans, let memories, let busy):
            effects = configure(plans, memories, wall)
            for kind in entries.keys { entries[kind]?.isBusy = busy.contains(kind) }
        case .busy(let kind, let isBusy): entries[kind]?.isBusy = isBusy
        case .look: break
        }
        for kind in entries.keys.sorted() { effects += look(at: kind, wall, wasSet: wasSet) }
        return effects + [.wake(next(after: wall))]
    }

    private func wasSetForward(_ now: Instant, _ wall: Int64) -> Bool {
        guard let before else { return false }
        return wall - before.wall > (now - before.now).components.seconds + Self.slack
    }

    private mutating func configure(
        _ plans: [Plan], _ memories: [String: ScheduleMemory], _ wall: Int64
    ) -> [Effect] {
        let kinds = Set(plans.map(\.kind))
        let gone = Set(entries.keys).union(memories.keys).subtracting(kinds)
        var effects: [Effect] = gone.sorted().map { .remember(kind: $0, nil) }
        entries = entries.filter { kinds.contains($0.key) }
        for plan in plans {
            let known = entries[plan.kind]?.memory ?? memories[plan.kind]
            var entry = entries[plan.kind] ?? Entry(plan: plan, memory: known ?? fresh(plan, wall))
            entry.plan = plan
            if known?.schedule != plan.words {
                // What another schedule would have done before now is no business of this one.
                entry.memory = fresh(plan, wall)
                effects.append(.remember(kind: plan.kind, entry.memory))
            }
            entries[plan.kind] = entry
        }
        return effects
    }

    private func fresh(_ plan: Plan, _ wall: Int64) -> ScheduleMemory {
        ScheduleMemory(schedule: plan.words, seenAt: wall)
    }

    /// Deals with the newest due time. Those before it that were missed are caught up by it.
    private mutating func look(at kind: String, _ wall: Int64, wasSet: Bool) -> [Effect] {
        guard var entry = entries[kind], let due = entry.plan.schedule.latest(through: wall, in: entry.plan.zone),
            !entry.memory.covers(due.seconds)
        else { return [] }
        // With `queue` it stays due until the job before it is over.
        if entry.isBusy, entry.plan.overlap == .queue { return [] }
        entry.memory.note(due.seconds, fromLast: !wasSet)
        let effect: Effect =
            entry.isBusy
            ? .skip(kind: kind, due: due) : .submit(kind: kind, due: due, key: Self.key(kind: kind, due))
        entry.isBusy = true
        entries[kind] = entry
        return [effect, .remember(kind: kind, entry.memory)]
    }

    private func next(after wall: Int64) -> Int64? {
        entries.values.compactMap { entry in
            var seconds = wall
            while let due = entry.plan.schedule.next(after: seconds, in: entry.plan.zone) {
                guard let end = entry.memory.end(covering: due.seconds) else { return due.seconds }
                seconds = end
            }
            return nil
        }.min()
    }
}
