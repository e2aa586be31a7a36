// SPDX-License-Identifier: Apache-2.0

/// What people and hostd ask for.
extension ServiceMachine {
    /// hostd starts what nobody stopped: a person's stop, and an exit that says "do not restart", outlast it.
    mutating func start(by author: Author, at now: Instant) {
        guard author == .person || mark == nil else { return }
        setMark(nil)
        queuedStop = nil
        returnsWithHost = false
        if author == .person { restart.reset() }
        switch state {
        case .stopped, .held: begin(at: now)
        case .pausing where author == .person, .waiting(.port) where author == .person,
            .waiting(.turn) where author == .person, .waiting(.node) where author == .person:
            checkPorts(at: now)
        case .ending(var ending) where ending.next != .relaunch && (author == .person || ending.next == .stop):
            ending.next = .relaunch
            ending.why = "to be started again"
            enter(.ending(ending), because: "stopping, to be started again", at: now)
        case .hooking(let run) where run.next == .stop || (author == .person && run.ended != nil):
            redirect(run, next: .relaunch, because: "to be started again", at: now)
        case .pausing, .waiting, .launching, .hooking, .up, .ending: break
        }
    }

    mutating func stop(by author: Author, at now: Instant) {
        // Said again, it changes nothing.
        let isNews = author == .person && mark != .stopped
        noteStop(by: author)
        queuedStop = nil
        roll = .none
        let why = Self.why(author)
        switch state {
        case .stopped where isNews: enter(.stopped, because: why, at: now)
        case .held where isNews, .waiting, .pausing: rest(because: why, at: now)
        case .launching, .up: end(next: .stop, because: why, grace: specification.stop.grace, at: now)
        case .ending(var ending) where isNews || ending.next != .stop:
            ending.next = .stop
            ending.why = why
            enter(.ending(ending), as: .stopping, because: why, at: now)
        case .hooking(let run) where isNews || run.next != .stop:
            if run.ended == nil {
                endHook(run, because: why, next: .stop, at: now)
            } else {
                redirect(run, next: .stop, because: why, at: now)
            }
        case .stopped, .held, .ending, .hooking: break
        }
    }

    /// What runs keeps running until those that come after it are down; nothing new is started meanwhile.
    mutating func queueStop(by author: Author, at now: Instant) {
        switch state {
        case .stopped, .held, .waiting, .pausing, .ending, .hooking: stop(by: author, at: now)
        case .launching, .up:
            guard queuedStop != .person else { return }
            noteStop(by: author)
            queuedStop = author
            roll = .none
            enter(state, because: "\(Self.why(author)), after those that come after it", at: now)
        }
    }

    static func why(_ author: Author) -> String {
        switch author {
        case .person: "stopped by a person"
        case .host: "hostd stops"
        case .configuration: "no longer in the configuration"
        }
    }

    private mutating func noteStop(by author: Author) {
        switch author {
        case .person:
            setMark(.stopped)
            returnsWithHost = false
        case .host: if mark == nil, !state.isDown { returnsWithHost = true }
        case .configuration: returnsWithHost = false
        }
    }

    /// A hold stays: it is no failure, but an exit that asked for a person's `start`.
    mutating func reset(at now: Instant) {
        report(.reset, state.instance, "failures forgotten, and \(restarts) restarts with them")
        restart.reset()
        restarts = 0
        if case .pausing = state { checkPorts(at: now) }
    }

    /// Comes to rest.
    mutating func rest(because why: String, at now: Instant) {
        wasReady = false
        enter(.stopped, as: .stopped, because: why, at: now)
    }

    /// A first start: dependencies, then ports, then the launch.
    private mutating func begin(at now: Instant) {
        restart.reset()
        wasReady = false
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
        case .waiting(.condition), .waiting(.node): break
        case .waiting: checkPorts(at: now)
        case .pausing: checkPorts(at: now)
        case .launching(let instance, _) where now - deadline > Limits.slept:
            state = .launching(instance, deadline: now + Limits.again)
        case .launching(let instance, _): launchIsStuck(instance, at: now)
        case .hooking(let run): hookIsDue(run, at: now)
        case .up:
            settleRoll(at: now)
            probesAreDue(at: now)
        case .ending(let ending): endingIsDue(ending, at: now)
        }
    }
}
