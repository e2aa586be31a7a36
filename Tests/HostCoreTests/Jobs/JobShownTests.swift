// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What people see of a job.
@Suite struct JobShownTests {
    @Test func whatAnAttemptCameToIsNotToldBeforeItIsWrittenDown() throws {
        let id = try #require(JobID(1))
        let clock = ClockPair(now: .zero, wallMilliseconds: 1_000_000)
        let record = JobRecord(id: id, uid: 0, submission: "{}", createdMilliseconds: 1_000_000)
        var job = JobMachine(record, JobRules(), seed: 1, clock)
        let instance = id.instance(1)
        let process = ProcessIdentity(pid: 7, startTicks: 7)
        var writes: UInt64 = 0
        func take(_ event: JobEvent) {
            for case .write(let number) in job.handle(event, at: .zero) { writes = number }
        }
        _ = job.resume(at: .zero)
        take(.placed)
        take(.planned(instance, AttemptPlan()))
        take(.written(writes))
        take(.started(instance, process, at: .zero))
        let report = ExitReport(status: .code(0), ran: .seconds(1), wallMilliseconds: 1_001_000)
        take(.exited(instance, report, treeEmpty: true))
        take(.judged(instance, .succeeded("done")))
        #expect(job.record(clock).phase == .succeeded)
        #expect(job.shown(clock).phase == .running && job.shown(clock).result == nil)
        take(.written(writes))
        #expect(job.shown(clock).phase == .succeeded && job.shown(clock).result == "done")
    }
}
