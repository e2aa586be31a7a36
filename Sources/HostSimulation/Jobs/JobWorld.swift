// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A host that runs jobs, under virtual time and seeded faults: kernel, folders, store, and hostd's part in it.
final class JobWorld {
    enum Occurrence {
        case keeperStarts(SimulatedAttempt)
        case stepDone(SimulatedAttempt)
        case toolStep(SimulatedAttempt)
        case signalTaken(SimulatedAttempt)
        case treeKilled(SimulatedAttempt)
        case leftOversEnd(SimulatedAttempt)
        case keeperGoesOn(SimulatedAttempt)
        case sweepDone(InstanceID, life: Int)
        case judged(InstanceID, AttemptVerdict, life: Int)
        case planned(InstanceID, life: Int)
        case wake(JobID, at: Instant, life: Int)
        case storeWrites(life: Int)
        case hostdReturns
        case submits
        case personActs
        case faultStrikes
    }

    let seed: UInt64
    var random: SplitMix64
    var queue = TimeQueue<Occurrence>()
    var now = Instant(nanoseconds: 1_000_000_000_000)
    var summary = SimulationSummary()
    var trace: Trace
    var checker = JobChecker()
    var isCalm = false
    /// How many steps each job has.
    let stepsOfEach: Int
    var rules: JobRules
    var concurrency: Int

    // What outlives hostd.
    var store = SimulatedStore()
    var attempts: [InstanceID: SimulatedAttempt] = [:]
    /// The file that each job appends its steps to.
    var files: [JobID: [Int]] = [:]
    var critical: Set<ConditionKind> = []
    var submitted: Int64 = 0
    /// Counts reboots.
    var epoch = 0
    /// Since when hostd and the clock have been what they are: nobody is late before.
    var undisturbedSince: Instant = .zero
    private var nextPid: Int32 = 100

    // hostd.
    var board: JobBoard?
    var life = 0
    var inbox: [JobBoard.Event] = []
    var inboxRuns = false
    var timers: [JobID: Instant] = [:]
    /// hostd is killed before the effect, or the event, to which this counts down.
    var stepsToLive: Int?

    init(seed: UInt64, traced: Bool) {
        self.seed = seed
        random = SplitMix64(seed: seed)
        trace = Trace(isOn: traced)
        stepsOfEach = Int.random(in: 1...30, using: &random)
        concurrency = Int.random(in: 1...6, using: &random)
        var rules = JobRules(
            attempts: Int.random(in: 2...8, using: &random), backoff: .seconds(1), maxBackoff: .seconds(60), jitter: 1)
        if random.unit() < 0.6 { rules.needs = [.network] }
        if random.unit() < 0.3 { rules.checkpointRequest = CheckpointRequest(signal: 10, patience: .seconds(5)) }
        if random.unit() < 0.4 { rules.concurrency = Int.random(in: 1...3, using: &random) }
        if random.unit() < 0.4 { rules.attemptTimeout = .seconds(Int64.random(in: 20...300, using: &random)) }
        if random.unit() < 0.5 { rules.stall = StallRules(silence: .seconds(60), hard: .seconds(300)) }
        rules.stop.grace = .seconds(10)
        self.rules = rules
    }

    func chance(_ share: Double) -> Bool { random.unit() < share }

    func duration(_ range: ClosedRange<Double>) -> Duration {
        .nanoseconds(Int64((range.lowerBound + random.unit() * (range.upperBound - range.lowerBound)) * 1e9))
    }

    func fail(_ message: String) -> SimulationFailure {
        SimulationFailure(seed: seed, message: "at \((now - .zero).seconds): \(message)", trace: trace.lines)
    }

    var clock: ClockPair {
        ClockPair(now: now, wallMilliseconds: 1_700_000_000_000 + now.nanoseconds / 1_000_000)
    }

    func newProcess() -> ProcessIdentity {
        nextPid += 1
        return ProcessIdentity(pid: nextPid, startTicks: UInt64(nextPid))
    }

    func run(until end: Instant) throws(SimulationFailure) {
        while let at = queue.nextTime, at <= end, let next = queue.takeNext() {
            now = max(now, at)
            take(next)
            if let wrong = checker.violation ?? board?.violation { throw fail(wrong) }
        }
        now = max(now, end)
    }

    private func take(_ next: Occurrence) {
        switch next {
        case .keeperStarts(let attempt): keeperStarts(attempt)
        case .stepDone(let attempt): stepDone(attempt)
        case .toolStep(let attempt): toolStep(attempt)
        case .signalTaken(let attempt): mainEnds(attempt, .signal(15))
        case .treeKilled(let attempt): treeKilled(attempt)
        case .leftOversEnd(let attempt): leftOversEnd(attempt)
        case .keeperGoesOn(let attempt): keeperGoesOn(attempt)
        case .sweepDone(let id, let life): sweepDone(id, life: life)
        case .judged(let id, let verdict, let life):
            guard life == self.life else { return }
            attempts[id]?.judgedAt = now
            feed(id, .judged(id, verdict))
        case .planned(let id, let life):
            if life == self.life { feed(id, .planned(id, AttemptPlan(session: "s", isResumed: id.launch > 1))) }
        case .wake(let id, let at, let life):
            guard life == self.life, timers[id] == at else { return }
            timers[id] = nil
            feed(.job(id, .wake))
        case .storeWrites(let life): storeWrites(life: life)
        case .hostdReturns: hostdReturns()
        case .submits: submit()
        case .personActs: personActs()
        case .faultStrikes: faultStrikes()
        }
    }
}
