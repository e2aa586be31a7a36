// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What the board of jobs decides where the simulation has no say: a full disk, and a person who is quicker than the
/// disk.
@Suite struct JobFullDiskTests {
    private let id: JobID
    private var board = JobBoard(concurrency: 2)
    private var now = Instant.zero

    init() throws { id = try #require(JobID(1)) }

    private mutating func feed(_ event: JobBoard.Event) -> [JobEffect] {
        now = now + .milliseconds(1)
        let effects = board.handle(event, at: now)
        #expect(board.violation == nil)
        return effects.compactMap { if case .job(_, let effect) = $0 { effect } else { nil } }
    }

    private mutating func submit() -> [JobEffect] {
        let record = JobRecord(id: id, uid: 0, submission: "{}", createdMilliseconds: 1)
        return feed(.add(JobMachine(record, JobRules(), seed: 1, ClockPair(now: now, wallMilliseconds: 1))))
    }

    /// An attempt that is through; what it came to is being read.
    private mutating func runUntilJudging() -> InstanceID {
        let instance = id.instance(1)
        _ = submit()
        _ = feed(.job(id, .planned(instance, AttemptPlan())))
        _ = feed(.job(id, .written(.max)))
        _ = feed(.job(id, .started(instance, ProcessIdentity(pid: 7, startTicks: 7), at: now)))
        let report = ExitReport(status: .code(1), ran: .seconds(1), wallMilliseconds: 5)
        _ = feed(.job(id, .exited(instance, report, treeEmpty: true)))
        return instance
    }

    private var phase: JobPhase? { board.jobs[id]?.phase }

    @Test mutating func aFullDiskKeepsEveryJobFromItsNextAttempt() {
        _ = feed(.conditions([.disk]))
        #expect(!submit().contains(.plan(id.instance(1))))
        #expect(phase == .queued)
        #expect(feed(.conditions([.network])).contains(.plan(id.instance(1))), "it needs no network")
    }

    @Test(arguments: [JobEvent.cancel, .hold])
    mutating func whatAPersonWantsWhileTheOutputIsReadIsDoneAfterwards(event: JobEvent) {
        let instance = runUntilJudging()
        #expect(feed(.job(id, event)).contains { if case .write = $0 { true } else { false } }, "it outlives hostd")
        _ = feed(.job(id, .judged(instance, .failed(AttemptFailure(.counted, "exit 1")))))
        _ = feed(.job(id, .written(.max)))
        #expect(event == .hold ? phase == .held : phase == nil)
    }

    @Test mutating func aSuccessThatWasNotReadYetIsNotCancelled() {
        let instance = runUntilJudging()
        _ = feed(.job(id, .cancel))
        _ = feed(.job(id, .judged(instance, .succeeded("done"))))
        #expect(board.jobs[id]?.record(ClockPair(now: now, wallMilliseconds: 9)).phase == .succeeded)
    }

    @Test(arguments: [JobEvent.cancel, .hold])
    mutating func whatAPersonWantsWhileAFailureIsWrittenDownIsDoneInPlaceOfTheNextAttempt(event: JobEvent) {
        let instance = runUntilJudging()
        _ = feed(.job(id, .judged(instance, .failed(AttemptFailure(.counted, "exit 1")))))
        _ = feed(.job(id, event))
        #expect(phase == .running, "until that is on the disk")
        _ = feed(.job(id, .written(.max)))
        #expect(event == .hold ? phase == .held : phase == nil)
    }
}
