// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Watches a simulated host from outside. It knows the promises, not how the machines keep them.
///
/// Two instances, launch numbers and forgotten trees are here; pace, ends and wishes have files of their own.
struct Checker {
    let services: [SimulatedService]
    /// By service: those that come after it.
    private(set) var followers: [[Int]] = []
    var records: [Record]
    private(set) var firstViolation: String?
    /// When the clock last jumped.
    var jumpedAt = Instant.zero
    /// Numbers a person's stops and the shutdown, so that it is known who was told no later than whom.
    var stopBatches = 0

    /// What the checker knows of one service.
    struct Record {
        var pace = Pace()
        var wish = Wish.idle
        /// A start from rest that has not led to a launch yet.
        var freshSince: Instant?
        /// Nil where whoever knew has lost it.
        var wasReady: Bool? = false
        var stopSince: Instant?
        var stopBatch: Int?
        var ending: (instance: InstanceID, since: Instant)?
        var highestLaunch: UInt64 = 0
        /// When the program was last launched.
        var launchedAt = Instant.zero
        /// How many commands of `before_start` have run well for the start under way; nil where that is lost.
        var hooksDone: Int? = 0
        /// How long the instance ran whose `after_stop` runs.
        var ranBeforeHooks: Duration?
        var spawnHasFailed = false
        var spawnFailedFor: Hook?
        /// Its restart was asked for, and has not come.
        var queued: SimulatedInstance?
        /// The newest one that hostd knows to have ended, whatever became of its folder.
        var last: SimulatedInstance?
    }

    init(_ services: [SimulatedService]) {
        self.services = services
        records = services.map { _ in Record() }
        readOrder()
    }

    /// Who comes after whom, as the configuration says now.
    mutating func readOrder() {
        followers = services.map { service in
            services.filter { $0.isConfigured && $0.specification.after.contains(service.name) }.map(\.index)
        }
    }

    mutating func require(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition, firstViolation == nil { firstViolation = message() }
    }

    mutating func launched(
        _ id: InstanceID, _ hook: Hook?, _ service: SimulatedService, critical: Set<ConditionKind>, at now: Instant
    ) {
        for other in service.instances {
            require(other.id != id, "\(id) was launched although its folder is there")
            require(!other.treeLives, "\(id) was launched while processes of \(other.id) live")
            require(!other.keeperLives, "\(id) was launched while the keeper of \(other.id) lives")
        }
        require(id.launch > records[service.index].highestLaunch, "\(id) was launched twice")
        records[service.index].highestLaunch = id.launch
        if hook == nil { records[service.index].launchedAt = now }
        guard checkHooks(id, hook, service) else { return }
        checkWish(id, service, at: now)
        checkDependencies(id, service, at: now)
        let need = service.specification.needs.first(where: critical.contains)
        require(need == nil, "\(id) was launched while \(need?.rawValue ?? "") is critical")
        let rule = service.specification.restart
        if let violation = records[service.index].pace.launched(id, rule, at: now) { require(false, violation) }
    }

    mutating func spawnFailed(_ service: SimulatedService, _ hook: Hook?) {
        records[service.index].spawnFailedFor = hook
        records[service.index].spawnHasFailed = true
    }

    mutating func started(_ instance: SimulatedInstance, _ service: SimulatedService) {
        let living = service.instances.filter(\.treeLives).map(\.id)
        require(living == [instance.id], "more than one instance lives: \(living)")
        // Hooks that ran for one launch count for no other.
        if instance.hook == nil { records[service.index].hooksDone = 0 }
    }

    /// hostd is done with an instance: nothing of it lives, and if it failed, its replacement has to wait.
    mutating func concluded(
        _ id: InstanceID, _ instance: SimulatedInstance?, _ service: SimulatedService, life: Int, isFailure: Bool,
        at now: Instant
    ) {
        let index = service.index
        if let instance {
            require(!instance.treeLives, "\(id) was called over while processes of it live")
            require(!instance.keeperLives, "\(id) was called over while its keeper lives")
        }
        let neverRan = instance.map { $0.process == nil && $0.exit == nil } ?? !records[index].spawnHasFailed
        records[index].spawnHasFailed = false
        // What an earlier hostd only decided, or what came to nothing with it, is launched anew without waiting.
        if neverRan, instance?.life != life, instance?.notes.wasGivenUp != true { return }
        if instance?.hook == nil, instance?.process != nil, !service.specification.afterStop.isEmpty {
            // What comes of it is decided when the last hook has run.
            return records[index].ranBeforeHooks = instance?.notes.ran ?? .zero
        }
        let failedFor = instance == nil ? records[index].spawnFailedFor : nil
        guard let ran = ranToJudge(instance, instance?.hook ?? failedFor, service, isFailure: isFailure) else { return }
        // Nor is an end a failure that somebody asked for.
        guard !records[index].pace.isFree, records[index].wish != .stopped else { return }
        records[index].pace.failed(ran: ran, service.specification.restart, at: now)
    }

    /// Whoever may have forgotten what it knew of a service cannot be held to it.
    /// `isOlder`: an older one is left, and what that says counts.
    mutating func lostSnapshot(_ service: SimulatedService, isOlder: Bool) {
        let index = service.index
        records[index].pace.reset()
        records[index].pace.isVague = isOlder
        let isMarked = !isOlder && service.committedMark != nil
        records[index].wish = isMarked ? Wish(service.committedMark) : .unknown
        records[index].last = nil
        records[index].wasReady = nil
        records[index].queued = nil
        records[index].freshSince = nil
        records[index].stopSince = nil
        records[index].stopBatch = nil
        records[index].highestLaunch = 0
        records[index].hooksDone = nil
        records[index].ranBeforeHooks = nil
        for instance in service.instances {
            instance.notes.liveFailures = .max / 2
            instance.notes.isSignalKnown = false
            instance.notes.ran = nil
            instance.notes.wasGivenUp = false
        }
    }

    mutating func adopted(_ instance: SimulatedInstance, _ service: SimulatedService) {
        let index = service.index
        records[index].highestLaunch = max(records[index].highestLaunch, instance.id.launch)
        // After an exit that said "do not restart" only a person can have started it.
        if records[index].wish == .held { records[index].wish = .unknown }
    }

    mutating func rebooted(_ services: [SimulatedService]) {
        for service in services {
            records[service.index] = Record()
            records[service.index].wish = Wish(service.committedMark)
        }
    }

    /// While hostd is away nobody can be blamed for what takes longer.
    mutating func hostdReturned(at now: Instant) {
        for index in records.indices {
            if records[index].stopSince != nil { records[index].stopSince = now }
            records[index].ending?.since = now
            records[index].spawnHasFailed = false
        }
    }

    mutating func clockJumped(_ jump: Duration, at now: Instant) {
        jumpedAt = now
        for index in records.indices {
            records[index].stopSince = records[index].stopSince.map { $0 + jump }
            records[index].ending.map { records[index].ending = ($0.instance, $0.since + jump) }
        }
    }
}
