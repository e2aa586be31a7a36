// SPDX-License-Identifier: Apache-2.0

/// What people and hostd ask for.
extension ServiceMachine {
    mutating func start(by author: Author, at now: Instant) {
        switch state {
        case .stopped, .held:
            effects.append(.mark(nil))
            restart.reset()
            wasReady = false
            begin(at: now)
        case .pausing where author == .person:
            restart.reset()
            checkPorts(at: now)
        case .ending(var ending):
            guard author == .person, ending.next == .stop else { return }
            effects.append(.mark(nil))
            ending.next = .relaunch
            enter(.ending(ending), because: "stopping, to be started again", at: now)
        case .pausing, .waiting, .launching, .up: break
        }
    }

    mutating func stop(by author: Author, at now: Instant) {
        if author == .person { effects.append(.mark(.stopped)) }
        let why = author == .person ? "stopped by a person" : "hostd stops"
        switch state {
        case .stopped, .held:
            if author == .person { enter(.stopped, because: why, at: now) }
        case .waiting, .pausing:
            enter(.stopped, as: .stopped, because: why, at: now)
        case .launching, .up:
            end(next: .stop, because: why, grace: specification.stop.grace, at: now)
        case .ending(var ending):
            ending.next = .stop
            enter(.ending(ending), because: why, at: now)
        }
    }

    mutating func restart(at now: Instant) {
        switch state {
        case .stopped, .held, .pausing:
            start(by: .person, at: now)
        case .launching, .up:
            restart.reset()
            end(next: .relaunch, because: "restarted by a person", grace: specification.stop.grace, at: now)
        case .ending(var ending):
            effects.append(.mark(nil))
            ending.next = .relaunch
            enter(.ending(ending), because: "restarted by a person", at: now)
        case .waiting: break
        }
    }

    /// A first start: dependencies, then ports, then the launch.
    private mutating func begin(at now: Instant) {
        guard !specification.after.isEmpty else { return checkPorts(at: now) }
        let names = specification.after.map(\.text).joined(separator: ", ")
        let until = specification.afterTimeout.map { now + $0 }
        enter(.waiting(.dependencies(until: until)), as: .waiting, because: "for \(names) to be ready", at: now)
    }

    mutating func dependenciesReady(at now: Instant) {
        guard case .waiting(.dependencies) = state else { return }
        checkPorts(at: now)
    }

    mutating func wake(at now: Instant) {
        guard let deadline, now >= deadline else { return }
        switch state {
        case .stopped, .held: break
        case .waiting(.dependencies):
            report(.waiting, nil, "after_timeout is over, starting without its dependencies")
            checkPorts(at: now)
        case .waiting: checkPorts(at: now)
        case .pausing: checkPorts(at: now)
        case .launching(let instance, _): launchIsStuck(instance, at: now)
        case .up: probesAreDue(at: now)
        case .ending(let ending): endingIsDue(ending, at: now)
        }
    }
}
