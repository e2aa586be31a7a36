// SPDX-License-Identifier: Apache-2.0

/// Being restarted, at once or as one of several that take turns.
extension ServiceMachine {
    /// Its part in a restart that goes from one instance to the next.
    public enum Roll: Hashable, Sendable {
        /// None.
        case none
        /// It waits for its turn.
        case queued(RestartCause)
        /// It had its turn, and has not been ready since.
        case underWay
        /// It is ready again; others of its family still wait.
        case done

        /// It waits for its turn.
        public var isQueued: Bool {
            if case .queued = self { true } else { false }
        }
    }

    /// A new instance that nobody can ask whether it is well must run so long before it counts as started, and before
    /// the next one of its family has its turn: what fails at its start does so sooner.
    private static let proof: Duration = .milliseconds(500)

    /// What does not run takes no turn: a person's word starts it, a new configuration ends a back-off, a companion
    /// changes nothing.
    mutating func queueRestart(_ cause: RestartCause, at now: Instant) {
        switch (state, cause) {
        case (.launching, _), (.up, _):
            guard cause == .person || queuedStop == nil else { return }
            setMark(nil)
            queuedStop = nil
            returnsWithHost = false
            roll = .queued(cause)
        case (.pausing, .configuration), (.waiting(.port), .configuration), (.waiting(.portCheck), .configuration):
            restart.reset()
            checkPorts(at: now)
            roll = .underWay
        case (_, .person):
            restart(at: now)
            roll = .underWay
        case (_, .configuration), (_, .companion), (_, .models): break
        }
    }

    mutating func restart(at now: Instant) {
        switch state {
        case .stopped, .held, .pausing, .waiting, .hooking, .ending: start(by: .person, at: now)
        case .launching, .up:
            setMark(nil)
            queuedStop = nil
            returnsWithHost = false
            restart.reset()
            var cause = RestartCause.person
            if case .queued(let queued) = roll {
                cause = queued
                roll = .underWay
            }
            end(next: .relaunch, because: cause.text, grace: specification.stop.grace, at: now)
        }
    }

    /// It was not up, so nothing was taken down for its turn, and what it waits for may never come.
    mutating func turnPassed() {
        guard roll == .underWay, case .waiting(.dependencies) = state else { return }
        roll = .done
    }

    /// Nobody of the family waits any more, or what had its turn failed: then the others keep what they have.
    mutating func rollEnded(failed: ServiceName?) {
        if roll.isQueued, let failed {
            report(.rollHalted, state.instance, "not restarted: \(failed), restarted before it, is not well")
        }
        roll = .none
    }

    /// An instance that ended before its turn is replaced by itself; one that is ready has had its turn.
    mutating func settleRoll(at now: Instant) {
        switch (roll, state) {
        case (.queued, .ending), (.queued, .hooking), (.queued, .pausing), (.queued, .waiting): roll = .underWay
        case (.queued, .stopped), (.queued, .held): roll = .none
        case (.underWay, .up(let life)) where life.isReady && proofTime.map { now >= $0 } ?? true: roll = .done
        case (.none, _), (.queued, _), (.underWay, _), (.done, _): break
        }
    }

    /// When an instance that nobody can ask will have run long enough to count as started; nil for one that can be
    /// asked, or that does not run.
    public var proofTime: Instant? {
        guard specification.startup == nil, specification.ready == nil, case .up(let life) = state else { return nil }
        return life.startedAt + Self.proof
    }

    var rollDeadline: Instant? {
        roll == .underWay ? proofTime : nil
    }
}
