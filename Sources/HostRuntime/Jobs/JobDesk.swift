// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLoop

/// What hostd has in hand of jobs.
final class JobDesk {
    /// Where each of them is.
    var board: JobBoard
    /// The store has said what there was; before that nothing is submitted and nothing launched.
    var isLoaded = false
    /// When that was.
    var loadedAt = Instant.zero
    /// Attempts that are planned as soon as the host was looked at.
    var postponed: [JobID: InstanceID] = [:]
    /// Ends the wait for that.
    var lookTimer: TimerSource?
    /// What is done once the store has spoken.
    var afterLoading: [() -> Void] = []
    /// The number of the next job.
    var nextNumber: Int64 = 1
    /// What the files and the submission say together of each job that has an attempt under way.
    var kinds: [JobID: KindSpecification] = [:]
    /// The models of each attempt that is about to be launched, all of one generation.
    var models: [JobID: [String: String]] = [:]
    /// What the output of each attempt that is under way has said.
    var outputs: [InstanceID: JobOutput] = [:]
    /// What folders say of attempts that the store has not spoken of yet.
    var found: [InstanceID: [KeeperNews]] = [:]
    /// Requests that wait for a job to get somewhere.
    var waiting: [WaitingJobRequest] = []
    /// What is done at the end of jobs.
    let hooks = JobHooks()
    /// Jobs that hostd submits itself.
    var schedules = ScheduleMachine()
    var hasSchedules = false
    var scheduleTimer: TimerSource?
    /// Forgets jobs that have been over for long, once a day.
    var pruneTimer: TimerSource?
    /// The path of hostd-keeper.
    let keeper: String
    /// How many jobs are over, by how.
    var finals: [JobPhase: Int] = [:]
    /// Which processes are looked at so that none hangs unseen.
    let pulse = JobPulse()
    /// Fires when the first deadline of a job has come.
    var timer: TimerSource?
    var due = TimeQueue<JobID>()
    var armed: [JobID: Instant] = [:]
    /// Those that ask the store again.
    private var asking: [Int: TimerSource] = [:]
    private var questions = 0
    /// hostd stops as soon as no attempt is under way.
    var onQuiet: (() -> Void)?
    var quietTimer: TimerSource?
    /// The newest counts, and when they were made.
    var counts: (changes: UInt64, byPhase: [String: Int])?
    /// How often anything may have changed.
    var changes: UInt64 = 0

    var inbox: [JobBoard.Event] = []
    var isTakingInbox = false

    init(concurrency: Int, keeper: String) {
        self.keeper = keeper
        board = JobBoard(concurrency: concurrency)
    }

    private static let patience: Duration = .seconds(2)

    /// The store could not be read: it is asked again after a while.
    func askAgain(_ loop: EventLoop, _ ask: @escaping () -> Void) {
        questions += 1
        let question = questions
        let timer = try? loop.timer { [weak self] in
            self?.asking[question] = nil
            ask()
        }
        timer?.arm(at: loop.now + Self.patience)
        asking[question] = timer
    }

    /// The job that an attempt belongs to; nil for a service's instance.
    nonisolated static func job(of instance: InstanceID) -> JobID? { JobID(name: instance.service) }
}
