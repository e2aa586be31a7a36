// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// All jobs together: who has a place, who is next, who waits for whom.
struct JobBoardTests {
    /// A board whose jobs plan, start and write at once, unless the test says otherwise.
    private struct Board {
        var board: JobBoard
        var now = Instant(nanoseconds: 1_000_000_000_000)
        var gone: [JobID: JobPhase] = [:]
        var launched: [Int64] = []
        var writes = true
        var rules = JobRules(stall: StallRules(silence: nil, hard: nil))

        init(places: Int) {
            board = JobBoard(concurrency: places)
        }

        mutating func submit(_ number: Int64, _ change: (inout JobRecord) -> Void = { _ in }) {
            let clock = JobSubject.clock(at: now)
            take(.add(JobMachine(JobSubject.record(number, at: clock, change), rules, seed: 1, clock)))
        }

        mutating func take(_ event: JobBoard.Event) {
            for effect in board.handle(event, at: now) {
                switch effect {
                case .job(let id, let effect): follow(id, effect)
                case .gone(let job): gone[job.id] = job.phase
                }
            }
            #expect(board.violation == nil, "\(board.violation ?? "")")
        }

        private mutating func follow(_ id: JobID, _ effect: JobEffect) {
            switch effect {
            case .plan(let instance): take(.job(id, .planned(instance, AttemptPlan())))
            case .write(let number): if writes { take(.job(id, .written(number))) }
            case .launch(let instance):
                launched.append(id.number)
                let pid = Int32(id.number)
                take(.job(id, .started(instance, ProcessIdentity(pid: pid, startTicks: 1), at: now)))
            case .signal(let instance, _, _): exit(id, instance, .signal(15))
            case .judge(let instance, let report):
                let failure = AttemptFailure(.counted, report.text)
                let verdict: AttemptVerdict = report.status == .code(0) ? .succeeded(nil) : .failed(failure)
                take(.job(id, .judged(instance, verdict)))
            default: break
            }
        }

        private mutating func exit(_ id: JobID, _ instance: InstanceID, _ status: ExitStatus) {
            let report = ExitReport(status: status, ran: .seconds(1), wallMilliseconds: 1)
            take(.job(id, .exited(instance, report, treeEmpty: true)))
        }

        mutating func ends(_ number: Int64, _ status: ExitStatus = .code(0)) {
            guard let id = JobID(number), let instance = board.jobs[id]?.state.instance else {
                Issue.record("job \(number) does not run")
                return
            }
            exit(id, instance, status)
        }

        func job(_ number: Int64) -> JobMachine? { JobID(number).flatMap { board.jobs[$0] } }
        func phase(_ number: Int64) -> JobPhase? { JobID(number).flatMap { board.jobs[$0]?.phase ?? gone[$0] } }

        var running: [Int64] {
            board.jobs.values.filter { $0.state.takesPlace }.map(\.id.number).sorted()
        }
    }

    private func ids(_ numbers: Int64...) -> [JobID] { numbers.compactMap { JobID($0) } }

    @Test func noMoreRunThanThereArePlaces() {
        var host = Board(places: 2)
        for number in 1...5 { host.submit(Int64(number)) }
        #expect(host.running == [1, 2] && host.board.queued == 3)
        host.ends(2)
        #expect(host.running == [1, 3] && host.gone[ids(2)[0]] == .succeeded)
        host.take(.configure([:], concurrency: 4))
        #expect(host.running == [1, 3, 4, 5])
        host.take(.configure([:], concurrency: 1))
        #expect(host.running.count == 4, "nothing that runs is ended for it")
    }

    @Test func aKindHasPlacesOfItsOwn() {
        var host = Board(places: 10)
        host.rules.concurrency = 2
        for number in 1...4 { host.submit(Int64(number)) { $0.kind = "review" } }
        for number in 5...7 { host.submit(Int64(number)) { $0.kind = "other" } }
        #expect(host.running == [1, 2, 5, 6])
        var wider = host.rules
        wider.concurrency = 3
        host.take(.configure([ids(1)[0]: wider, ids(2)[0]: wider, ids(3)[0]: wider], concurrency: 10))
        #expect(host.running == [1, 2, 3, 5, 6])
        host.ends(5)
        #expect(host.running == [1, 2, 3, 6, 7])
    }

    @Test func aSubmitterWithManyJobsDoesNotKeepOthersWaiting() {
        var host = Board(places: 2)
        for number in 1...20 { host.submit(Int64(number)) { $0.uid = 1000 } }
        host.submit(21) { $0.uid = 1001 }
        host.ends(1)
        #expect(host.running == [2, 21], "who has nothing under way goes first")
        host.ends(2)
        #expect(host.running == [3, 21])
    }

    @Test func whoWaitsLongGoesBeforeAHigherPriorityThatIsNew() {
        var host = Board(places: 1)
        host.submit(1)
        host.submit(2)
        host.now = host.now + .seconds(2 * 3600 + 1)
        host.submit(3) { $0.priority = 2 }
        host.submit(4) { $0.priority = 3 }
        var order: [Int64] = []
        while let next = host.running.first {
            order.append(next)
            host.ends(next)
        }
        #expect(order == [1, 4, 2, 3])
    }

    @Test func aJobThatComesAfterOthersWaitsForAllOfThem() {
        var host = Board(places: 5)
        host.submit(1)
        host.submit(2)
        host.submit(3) { $0.after = self.ids(1, 2) }
        host.submit(4) { $0.after = self.ids(3) }
        #expect(host.job(3)?.reason == "for job 1 and 1 more to succeed" && host.running == [1, 2])
        host.ends(1)
        #expect(host.running == [2] && host.phase(3) == .waiting)
        host.ends(2)
        #expect(host.running == [3])
        host.ends(3)
        #expect(host.running == [4])
    }

    @Test func whatComesAfterAFailureIsHeldUntilAPersonSaysSo() {
        var host = Board(places: 5)
        host.rules.attempts = 1
        host.submit(1)
        host.submit(2) { $0.after = self.ids(1) }
        host.ends(1, .code(1))
        #expect(host.phase(1) == .failed && host.phase(2) == .held)
        #expect(host.job(2)?.reason == "job 1, which it waits for, has not succeeded")
        host.take(.job(ids(2)[0], .release))
        #expect(host.running == [2], "released it goes without that one")
    }

    @Test func whatComesAfterOneThatIsOverAndNotYetWrittenGoesOn() {
        var host = Board(places: 5)
        host.submit(1)
        host.ends(1)
        host.submit(2)
        host.writes = false
        // Cancelled before it began: it is over at once, and on the disk later.
        host.submit(3)
        host.take(.job(ids(3)[0], .cancel))
        var writing = host
        writing.submit(4) { $0.after = self.ids(3) }
        #expect(writing.phase(4) == .waiting || writing.phase(4) == .held)
        host.ends(2)
        #expect(host.phase(2) == .running, "what it came to is not on the disk")
        host.submit(5) { $0.after = self.ids(2) }
        #expect(host.phase(5) == .waiting)
        guard let number = host.job(2)?.writes else { return }
        host.writes = true
        host.take(.job(ids(2)[0], .written(number)))
        #expect(host.phase(2) == .succeeded && host.running.contains(5))
    }

    @Test func whatWaitedForAConditionGoesOnOneAfterTheOther() {
        var host = Board(places: 100)
        host.rules.needs = [.network]
        host.take(.conditions([.network]))
        for number in 1...40 { host.submit(Int64(number)) }
        #expect(host.running.isEmpty && host.phase(1) == .waiting)
        host.take(.conditions([]))
        #expect(host.running == [1])
        let turns = (2...40).compactMap { host.job($0)?.deadline.map { ($0 - host.now).seconds } }
        #expect(turns.count == 39 && turns.first == 5 && turns.max() == 120)
        #expect(turns == turns.sorted())
        host.now = host.now + .seconds(5)
        host.take(.job(ids(2)[0], .wake))
        #expect(host.running == [1, 2])
    }

    @Test func afterAShutDownNothingFurtherIsLaunched() {
        var host = Board(places: 1)
        host.submit(1)
        host.submit(2)
        host.take(.shutDown(endsAttempts: true))
        #expect(host.board.isQuiet && host.launched == [1])
        host.submit(3)
        #expect(host.launched == [1] && host.phase(1) == .queued, "it goes on at the next start")
        var detached = Board(places: 1)
        detached.submit(1)
        detached.submit(2)
        detached.take(.shutDown(endsAttempts: false))
        #expect(detached.running == [1], "what runs is left alone")
        detached.ends(1)
        #expect(detached.launched == [1])
    }

    @Test func whoIsOverIsKeptUntilThatIsOnTheDisk() {
        var host = Board(places: 1)
        host.writes = false
        host.submit(1)
        host.take(.job(ids(1)[0], .cancel))
        #expect(host.job(1) != nil || host.gone.isEmpty == false)
        guard let job = host.job(1) else { return }
        host.take(.job(job.id, .written(job.writes)))
        #expect(host.gone[job.id] == .cancelled && host.job(1) == nil)
        host.take(.job(job.id, .written(job.writes)))
        #expect(host.gone.count == 1, "late words of it are for nobody")
    }

    @Test func aJobIsAddedOnce() {
        var host = Board(places: 1)
        host.submit(1)
        host.submit(1)
        #expect(host.launched == [1] && host.board.jobs.count == 1)
    }
}
