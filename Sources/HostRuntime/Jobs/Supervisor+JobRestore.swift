// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostStore

/// Jobs after a start of hostd: what is written down, then what folders and records say.
extension Supervisor {
    /// Asks the store which jobs there are; services do not wait for it.
    func recallJobs() {
        do throws(SystemError) {
            try folders.prepareJobs()
        } catch {
            Journal.say(.error, "\(error); no job can be launched")
        }
        store.unfinishedJobs(floor: highestJobSeen()) { [weak self] found in
            guard let self else { return }
            guard let found else { return self.jobs.askAgain(self.loop) { [weak self] in self?.recallJobs() } }
            self.take(found)
        }
    }

    /// Numbers are given once, whatever became of the store: logs, folders and records tell of those that were.
    private func highestJobSeen() -> Int64 {
        let logs = ((try? Files.list(folders.log)) ?? []).compactMap { ServiceName($0).flatMap { JobID(name: $0) } }
        let records = ((try? Files.list(folders.jobs)) ?? []).compactMap { InstanceID($0).flatMap(JobDesk.job) }
        return (logs + records + jobs.found.keys.compactMap(JobDesk.job)).map(\.number).max() ?? 0
    }

    private func take(_ found: UnfinishedJobs) {
        jobs.nextNumber = found.highestNumber + 1
        jobs.isLoaded = true
        jobs.loadedAt = loop.now
        let news = jobs.found
        jobs.found = [:]
        let attempts = Dictionary(found.openAttempts.map { ($0.job.instance($0.number), $0) }) { first, _ in first }
        // First those that have a place: nobody may get one that is taken.
        for record in found.jobs where record.isAttemptOpen { adopt(record, attempts, news) }
        for record in found.jobs where !record.isAttemptOpen { adopt(record, attempts, news) }
        askForOthers(of: found.jobs)
        for instance in traces.keys where JobDesk.job(of: instance) != nil { sortOut(instance, news[instance] ?? []) }
        removeOldRecords()
        countJobs()
        recallHooks()
        watchSchedules()
        recallGolden()
        pruneOldJobs()
        let waiting = jobs.afterLoading
        jobs.afterLoading = []
        for body in waiting { body() }
        // Asked to stop before anything was known of jobs.
        if isStopping { feedJobs(.shutDown(endsAttempts: true)) }
    }

    /// Jobs that others wait for may have ended in the last moment of the hostd before, and the others not have heard.
    private func askForOthers(of records: [JobRecord]) {
        let gone = Set(records.flatMap(\.after)).filter { jobs.board.jobs[$0] == nil }
        guard !gone.isEmpty else { return }
        var filter = JobFilter()
        filter.ids = gone.sorted()
        filter.limit = gone.count
        store.jobs(filter) { [weak self] found in
            guard let self else { return }
            guard let found else {
                return self.jobs.askAgain(self.loop) { [weak self] in self?.askForOthers(of: records) }
            }
            let succeeded = Set(found.filter { $0.phase == .succeeded }.map(\.id))
            for record in records {
                for other in record.after where gone.contains(other) {
                    self.feed(job: record.id, .otherEnded(other, succeeded: succeeded.contains(other)))
                }
            }
        }
    }

    private func adopt(_ record: JobRecord, _ attempts: [InstanceID: AttemptRecord], _ news: [InstanceID: [KeeperNews]])
    {
        let instance = record.id.instance(record.attempts)
        let blank = JobMachine(record, JobRules(), seed: 0, jobClock)
        // A kind that is gone is told when the job is to be launched; until then the defaults do.
        let rules = (try? kind(of: blank).get())?.rules ?? JobRules()
        board(record, rules, attempt: attempts[instance])
        guard record.isAttemptOpen else { return }
        if let words = news[instance] {
            for word in words { heard(instance, of: record.id, word) }
        } else if let exit = recordedExit(of: instance) {
            // The runtime folder is gone, with the host's last boot; the record is not.
            feed(job: record.id, .exited(instance, exit, treeEmpty: true))
        } else if launcher.folder(of: instance).record("start") != nil || !isOfThisEpoch(instance) {
            feedJobs(.rebooted(record.id))
        } else {
            feed(job: record.id, .neverRan(instance))
        }
        if case .running = jobs.board.jobs[record.id]?.state { jobs.pulse.begin(self) }
    }

    private func recordedExit(of instance: InstanceID) -> ExitReport? {
        launcher.folder(of: instance).record("exit").flatMap { KeeperNews.report($0) }
    }

    /// A folder whose attempt is over by what is written down, or of which nobody knows.
    private func sortOut(_ instance: InstanceID, _ news: [KeeperNews]) {
        guard let id = JobDesk.job(of: instance), jobs.board.jobs[id]?.state.instance != instance else { return }
        guard !news.contains(where: \.isOver), isOfThisEpoch(instance) else { return forget(instance) }
        endStray(instance, news)
    }

    /// Records of attempts that are written down as over, and whose folders went with an earlier boot.
    private func removeOldRecords() {
        for name in (try? Files.list(folders.jobs)) ?? [] {
            guard let instance = InstanceID(name), traces[instance] == nil, let id = JobDesk.job(of: instance),
                jobs.board.jobs[id]?.state.instance != instance
            else { continue }
            try? Files.removeFlatFolder("\(folders.jobs)/\(name)")
        }
    }

    /// Jobs that have been over for so long are forgotten, with their logs.
    private static let keptMilliseconds: Int64 = 90 * 86_400_000
    private static let pruneEvery: Duration = .seconds(86_400)

    /// Once a day, so that nothing grows for ever.
    private func pruneOldJobs() {
        store.pruneJobs(endedBefore: Clock.wallMilliseconds - Self.keptMilliseconds) { [weak self] removed in
            guard let self else { return }
            self.forgetLogs(of: removed ?? [])
            if removed?.isEmpty == false { self.countJobs() }
            self.jobs.pruneTimer = try? self.loop.timer { [weak self] in self?.pruneOldJobs() }
            self.jobs.pruneTimer?.arm(at: self.loop.now + Self.pruneEvery)
        }
    }

    /// The configuration has changed: what is not launched yet goes by the new one at once.
    func configureJobs() {
        var rules: [JobID: JobRules] = [:]
        for job in jobs.board.jobs.values {
            if case .success(let kind) = kind(of: job) { rules[job.id] = kind.rules }
        }
        feedJobs(.configure(rules, concurrency: configuration.host.concurrency))
        watchSchedules()
    }
}
