// SPDX-License-Identifier: Apache-2.0

@testable import HostCore

/// A job machine under test, with a clock and a store that only the test moves.
struct JobSubject {
    var machine: JobMachine
    var now = Instant(nanoseconds: 1_000_000_000_000)
    /// Effects of the newest event.
    var effects: [JobEffect] = []

    init(_ rules: JobRules = JobRules(), number: Int64 = 7, _ change: (inout JobRecord) -> Void = { _ in }) {
        let clock = Self.clock(at: now)
        machine = JobMachine(Self.record(number, at: clock, change), rules, seed: 1, clock)
        effects = machine.resume(at: now)
    }

    /// What was just submitted.
    static func record(
        _ number: Int64, at clock: ClockPair, _ change: (inout JobRecord) -> Void = { _ in }
    ) -> JobRecord {
        guard let id = JobID(number) else { preconditionFailure("\(number) is no number of a job") }
        var record = JobRecord(
            id: id, uid: 1000, submission: "{}", createdMilliseconds: clock.wallMilliseconds)
        change(&record)
        return record
    }

    static func clock(at now: Instant) -> ClockPair {
        ClockPair(now: now, wallMilliseconds: 1_700_000_000_000 + now.nanoseconds / 1_000_000)
    }

    var clock: ClockPair { Self.clock(at: now) }
    var phase: JobPhase { machine.phase }
    /// The newest attempt that was begun.
    var instance: InstanceID { machine.id.instance(machine.attempts) }

    @discardableResult
    mutating func take(_ event: JobEvent) -> [JobEffect] {
        effects = machine.handle(event, at: now)
        return effects
    }

    /// Time passes, and nobody is woken.
    mutating func pass(_ duration: Duration) {
        now = now + duration
    }

    /// Time passes until the deadline, and the machine is woken on time.
    @discardableResult
    mutating func wake() -> [JobEffect] {
        now = max(now, machine.deadline ?? now)
        return take(.wake)
    }

    /// All that was ordered to be written is on the disk.
    @discardableResult
    mutating func written() -> [JobEffect] { take(.written(machine.writes)) }

    /// From the queue to the order to launch.
    @discardableResult
    mutating func launch(_ plan: AttemptPlan = AttemptPlan()) -> [JobEffect] {
        take(.placed)
        take(.planned(machine.id.instance(machine.attempts + 1), plan))
        return written()
    }

    /// The keeper says that the process runs.
    @discardableResult
    mutating func started(pid: Int32 = 100) -> [JobEffect] {
        take(.started(instance, ProcessIdentity(pid: pid, startTicks: UInt64(pid)), at: now))
    }

    /// From the queue to a running process.
    mutating func run(_ plan: AttemptPlan = AttemptPlan()) {
        launch(plan)
        started()
        written()
    }

    /// The keeper says that the process ended.
    @discardableResult
    mutating func exited(_ status: ExitStatus, treeEmpty: Bool = true) -> [JobEffect] {
        take(.exited(instance, ExitReport(status: status, ran: .seconds(1), wallMilliseconds: 5), treeEmpty: treeEmpty))
    }

    /// The attempt ended and was judged so, and that is on the disk.
    @discardableResult
    mutating func ends(_ verdict: AttemptVerdict, _ status: ExitStatus = .code(1)) -> [JobEffect] {
        exited(status)
        take(.judged(instance, verdict))
        return written()
    }

    /// A whole attempt that fails.
    @discardableResult
    mutating func fail(
        _ kind: AttemptFailure.Class = .counted, after progress: JobProgress? = nil, _ status: ExitStatus = .code(1)
    ) -> [JobEffect] {
        if case .waiting(.backoff(let until)) = machine.state {
            now = max(now, until)
            take(.wake)
        }
        run()
        if let progress { take(.progressed(instance, progress)) }
        return ends(.failed(AttemptFailure(kind, "it broke")), status)
    }

    /// hostd was killed and starts again after `away`: what is on the disk is all there is. Monotonic time goes on.
    mutating func restart(after away: Duration = .zero, _ rules: JobRules? = nil) {
        let (record, attempt) = (machine.record(clock), machine.attempt)
        now = now + away
        machine = JobMachine(record, rules ?? machine.rules, attempt: attempt, seed: 2, clock)
        effects = machine.resume(at: now)
    }

    /// How long it waits for its next attempt; nil where it does not.
    var backoff: Duration? {
        guard case .waiting(.backoff(let until)) = machine.state else { return nil }
        return until - now
    }
}

extension [JobEffect] {
    var launches: Int { count { if case .launch = $0 { true } else { false } } }
    var writes: Int { count { if case .write = $0 { true } else { false } } }
    var judges: Int { count { if case .judge = $0 { true } else { false } } }
    var forgets: Int { count { if case .forget = $0 { true } else { false } } }
    /// The kinds of what people are told.
    var told: [JobReport.Kind] { compactMap { if case .report(let report) = $0 { report.kind } else { nil } } }
}
