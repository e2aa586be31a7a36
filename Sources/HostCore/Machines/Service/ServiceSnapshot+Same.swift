// SPDX-License-Identifier: Apache-2.0

/// Most events of a healthy service change nothing that a snapshot says: to see that costs less than to make one.
extension ServiceMachine {
    /// Whether its snapshot says the same as that of `other`, an earlier value of the same machine.
    public func hasSameSnapshot(as other: ServiceMachine) -> Bool {
        since == other.since && launches == other.launches && restarts == other.restarts
            && wasReady == other.wasReady && mark == other.mark && queuedStop == other.queuedStop
            && roll == other.roll && launchedWith == other.launchedWith && companions == other.companions
            && returnsWithHost == other.returnsWithHost && restart.hasSameSnapshot(as: other.restart)
            && reason == other.reason && lastExit == other.lastExit && state.hasSameSnapshot(as: other.state)
    }
}

extension RestartMachine {
    fileprivate func hasSameSnapshot(as other: RestartMachine) -> Bool {
        failuresInRow == other.failuresInRow && isLooping == other.isLooping && recentFailures == other.recentFailures
    }
}

extension ServiceState {
    fileprivate func hasSameSnapshot(as other: ServiceState) -> Bool {
        switch (self, other) {
        case (.up(let life), .up(let old)): life.hasSameSnapshot(as: old)
        case (.waiting(let wait), .waiting(let old)): wait.hasSameSnapshot(as: old)
        default: self == other
        }
    }
}

extension ServiceState.Wait {
    fileprivate func hasSameSnapshot(as other: ServiceState.Wait) -> Bool {
        switch (self, other) {
        case (.portCheck, .portCheck), (.portCheck, .port), (.port, .portCheck), (.port, .port): true
        default: self == other
        }
    }
}

extension ServiceState.Life {
    fileprivate func hasSameSnapshot(as other: ServiceState.Life) -> Bool {
        guard instance == other.instance, process == other.process, startedAt == other.startedAt else { return false }
        switch (stage, other.stage) {
        case (.serving, .serving):
            return live.counts == other.live.counts && ready.counts == other.ready.counts
        case (.startup(let probe, let deadline, let limit), .startup(let old, let oldDeadline, let oldLimit)):
            return deadline == oldDeadline && limit == oldLimit && Optional(probe).counts == Optional(old).counts
        case (.serving, .startup), (.startup, .serving): return false
        }
    }
}

/// What a snapshot says of a probe.
private struct ProbeCounts: Equatable {
    var verdict: ProbeMachine.Verdict
    var failures: Int
    var successes: Int
    var triggers: UInt64?
}

extension ProbeMachine? {
    fileprivate var counts: ProbeCounts? {
        map {
            ProbeCounts(
                verdict: $0.verdict, failures: $0.failuresInRow, successes: $0.successesInRow, triggers: $0.triggers)
        }
    }
}
