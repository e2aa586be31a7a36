// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Watches a simulated host from outside. It knows the promises, not how the machines keep them.
struct Checker {
    let specifications: [ServiceName: ServiceSpecification]
    private(set) var firstViolation: String?
    private var launchedBefore: Set<InstanceID> = []
    private var history: [ServiceName: History] = [:]
    private var killedSinceSignal: Set<InstanceID> = []
    private var anyKill = 0

    /// What the restart rule has to go by, kept apart from the machine's own count.
    private struct History {
        var quickFailures = 0
        var lastEnd: (at: Instant, ran: Duration)?
        var freshStart = true
        var stopWanted: Instant?
    }

    init(specifications: [ServiceName: ServiceSpecification]) {
        self.specifications = specifications
    }

    private mutating func require(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition, firstViolation == nil { firstViolation = message() }
    }

    mutating func launched(_ instance: InstanceID, instances: [InstanceID: SimulatedInstance], at now: Instant) {
        require(launchedBefore.insert(instance).inserted, "\(instance) was launched twice")
        for other in instances.values where other.instance.service == instance.service {
            require(!other.treeLives, "\(instance) was launched while processes of \(other.instance) live")
            require(
                !other.keeperLives || other.exitSaysEmpty || other.process != nil,
                "\(instance) was launched while \(other.instance) was on its way")
        }
        checkPace(instance, at: now)
    }

    /// No restart sooner than the rule allows.
    private mutating func checkPace(_ instance: InstanceID, at now: Instant) {
        guard let rule = specifications[instance.service]?.restart else { return }
        var past = history[instance.service] ?? History()
        defer { history[instance.service] = past }
        if past.freshStart {
            past.freshStart = false
            past.quickFailures = 0
            past.lastEnd = nil
            return
        }
        guard let end = past.lastEnd else { return }
        if end.ran >= rule.stable {
            past.quickFailures = 0
            past.lastEnd = nil
            return
        }
        var floor = rule.backoff.nanoseconds
        for _ in 0..<min(past.quickFailures, 40) where floor < rule.maxBackoff.nanoseconds { floor *= 2 }
        floor = min(floor, rule.maxBackoff.nanoseconds)
        let least = Duration.nanoseconds(Int64(Double(floor) * (1 - rule.jitter)) - 1000)
        require(
            now - end.at >= least,
            "\(instance) came \((now - end.at).text) after a failure, the rule says \(least.text)")
        past.quickFailures += 1
        past.lastEnd = nil
    }

    mutating func started(_ instance: InstanceID, instances: [InstanceID: SimulatedInstance]) {
        let living = instances.values.filter { $0.instance.service == instance.service && $0.treeLives }
        require(living.count <= 1, "two instances live: \(living.map(\.instance.description).sorted())")
    }

    mutating func ended(_ instance: InstanceID, at now: Instant, ran: Duration) {
        history[instance.service, default: History()].lastEnd = (now, ran)
    }

    mutating func signalled(_ instance: InstanceID, count: Int) {
        // A kill between the signal and the second snapshot cannot be told from one before the signal.
        require(count <= 1 + anyKill, "\(instance) got the stop signal \(count) times")
        require(count <= 1 || !killedSinceSignal.contains(instance) || anyKill > 0, "\(instance) was signalled again")
        killedSinceSignal.insert(instance)
    }

    mutating func forgotten(_ instance: InstanceID, instances: [InstanceID: SimulatedInstance]) {
        guard let found = instances[instance] else { return }
        require(!found.treeLives, "\(instance) was forgotten while processes of it live")
    }

    mutating func hostdKilled() {
        anyKill += 1
        // While hostd is away nobody can be blamed for a stop that takes longer.
        for name in history.keys { history[name]?.stopWanted = nil }
    }

    mutating func rebooted(marks: [ServiceName: ServiceMark]) {
        launchedBefore.removeAll()
        history.removeAll()
        killedSinceSignal.removeAll()
        anyKill = 0
    }

    mutating func personStarts(_ name: ServiceName) {
        history[name, default: History()].freshStart = true
        history[name]?.stopWanted = nil
    }

    mutating func personStops(_ name: ServiceName, at now: Instant) {
        history[name, default: History()].stopWanted = now
    }

    /// A stop always ends, and in bounded time while hostd is there.
    mutating func look(_ machine: HostMachine?, at now: Instant) {
        guard let machine else { return }
        for (name, past) in history {
            guard let wanted = past.stopWanted, let service = machine.services[name] else { continue }
            if service.state.isDown {
                history[name]?.stopWanted = nil
                continue
            }
            let followers = specifications.values.filter { $0.after.contains(name) }.count
            let stop = service.specification.stop
            let bound = (stop.grace + stop.leftovers + .seconds(240)) * (1 + followers * 12) + .seconds(4100)
            require(
                now - wanted <= bound,
                "\(name) is still \(service.phase.rawValue) \((now - wanted).text) after its stop")
        }
    }
}
