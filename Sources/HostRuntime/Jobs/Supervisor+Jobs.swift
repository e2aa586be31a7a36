// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostStore

/// Long jobs: the board's effects become system calls, and what comes of them its events.
///
/// The order is the one that the simulation checks: an intent is on the disk before its launch, and what an attempt
/// came to before anything is forgotten.
extension Supervisor {
    private static let sweepDeadline: Duration = .seconds(60)
    /// Looking at all of very many after each event would take longer than the events.
    private static let checkedJobs = 200

    /// Gives the board an event; what its effects bring about at once follows in order.
    func feedJobs(_ event: JobBoard.Event) {
        jobs.inbox.append(event)
        guard !jobs.isTakingInbox else { return }
        jobs.isTakingInbox = true
        var next = 0
        while next < jobs.inbox.count {
            let event = jobs.inbox[next]
            next += 1
            let effects = jobs.board.handle(event, at: loop.now)
            assert(jobs.board.jobs.count > Self.checkedJobs || jobs.board.violation == nil, jobs.board.violation ?? "")
            carryOut(effects, of: event)
        }
        jobs.inbox.removeAll(keepingCapacity: jobs.inbox.capacity < 1024)
        jobs.isTakingInbox = false
        jobs.changes &+= 1
        armJobTimer()
        settleJobRequests()
        keepAwake()
        manager.changed()
        sayJobsQuiet()
    }

    /// Gives one job an event.
    func feed(job id: JobID, _ event: JobEvent) { feedJobs(.job(id, event)) }

    private func carryOut(_ effects: [JobBoard.Effect], of event: JobBoard.Event) {
        var touched: Set<JobID> = []
        if case .job(let id, _) = event { touched.insert(id) }
        for effect in effects {
            switch effect {
            case .job(let id, let effect):
                touched.insert(id)
                carryOut(effect, of: id)
            case .gone(let job): forgetJob(job)
            }
        }
        switch event {
        case .job, .rebooted, .add: for id in touched { plan(deadlineOf: id) }
        case .configure, .conditions, .away, .shutDown: for id in jobs.board.jobs.keys { plan(deadlineOf: id) }
        }
    }

    private func carryOut(_ effect: JobEffect, of id: JobID) {
        switch effect {
        case .write(let number): writeJob(id, number)
        case .plan(let instance): planAttempt(instance, of: id)
        case .launch(let instance): launchAttempt(instance, of: id)
        case .askForCheckpoint(let instance, let signal):
            launcher.signal(instance, signal, to: .main)
            jobs.pulse.hasten(self)
        case .signal(let instance, let number, let target): launcher.signal(instance, number, to: target)
        case .runStop(let instance): runJobStop(instance, of: id)
        case .endTree(let instance): launcher.endTree(instance, grace: .zero)
        case .sweep(let instance): sweepAttempt(instance, of: id)
        case .judge(let instance, let report): judge(instance, report, of: id)
        case .forget(let instance):
            jobs.outputs[instance] = nil
            jobs.pulse.forget(instance)
            forget(instance)
        case .report(let report): history.add(report, of: id)
        }
    }

    /// What is ordered several times before the store takes it is written once, as it is then.
    private func writeJob(_ id: JobID, _ number: UInt64) {
        guard let job = jobs.board.jobs[id] else { return }
        let clock = ClockPair(now: loop.now, wallMilliseconds: Clock.wallMilliseconds)
        let record = job.record(clock)
        writeHook(of: job, record)
        store.set(job: record, attempt: job.attempt) { [weak self] in
            self?.feed(job: id, .written(number))
        }
    }

    /// It is over, and that is on the disk.
    private func forgetJob(_ job: JobMachine) {
        jobs.armed[job.id] = nil
        jobs.finals[job.phase, default: 0] += 1
        jobs.kinds[job.id] = nil
        jobs.models[job.id] = nil
        for log in [job.id.name.text, job.id.name.text + "/stderr"] { logger.forget(log: log) }
        runHook(of: job)
        scheduledJobIsOver(job)
        goldenJobIsOver(job)
        settleJobRequests(over: job)
    }

    private func sweepAttempt(_ instance: InstanceID, of id: JobID) {
        launcher.killKeeper(instance)
        guard let token = launcher.token(of: instance) else { return feed(job: id, .swept(instance, killed: 0)) }
        let cgroup = launcher.cgroup(of: instance)?.path
        files.submit(deadline: Self.sweepDeadline) {
            OrphanSweep.run(token: token, cgroup: cgroup)
        } then: { [weak self] (outcome: WorkOutcome<Int>) in
            // Without an answer the machine orders the next sweep.
            guard case .done(let killed) = outcome else { return }
            self?.feed(job: id, .swept(instance, killed: killed))
        }
    }

    // MARK: - Deadlines

    private func plan(deadlineOf id: JobID) {
        let deadline = jobs.board.jobs[id]?.deadline
        guard jobs.armed[id] != deadline else { return }
        jobs.armed[id] = deadline
        if let deadline { jobs.due.plan(id, at: deadline) }
    }

    private func armJobTimer() {
        guard let next = jobs.due.nextTime else { return }
        if jobs.timer == nil { jobs.timer = try? loop.timer { [weak self] in self?.jobsAreDue() } }
        jobs.timer?.arm(at: next)
    }

    private func jobsAreDue() {
        while let at = jobs.due.nextTime, at <= loop.now, let id = jobs.due.takeNext() {
            // What was planned before it changed its mind.
            guard jobs.armed[id] == at else { continue }
            jobs.armed[id] = nil
            readBeforeWaking(job: id)
            feed(job: id, .wake)
            plan(deadlineOf: id)
        }
        armJobTimer()
    }

    /// A host that slept wakes to timers first: what was waited for may stand in the records already.
    private func readBeforeWaking(job id: JobID) {
        guard let state = jobs.board.jobs[id]?.state, let instance = state.instance else { return }
        if case .running = state { return }
        for item in launcher.records(of: instance) { heard(instance, item) }
    }

    // MARK: - The end of hostd

    /// What attempts came to is waited for so long when all of their processes are gone. A store that fails must not
    /// keep hostd from stopping: the records say it to the next one.
    private static let closingPatience: Duration = .seconds(10)
    private static let unknownGrace: Duration = .seconds(2)

    /// No attempt is under way, as far as the store has spoken or folders tell.
    var jobsAreQuiet: Bool {
        jobs.board.isQuiet && (jobs.isLoaded || !traces.keys.contains { JobDesk.job(of: $0) != nil })
    }

    /// Calls `then` when no attempt is under way any more.
    func whenJobsAreQuiet(_ then: @escaping () -> Void) {
        jobs.onQuiet = then
        sayJobsQuiet()
    }

    private func sayJobsQuiet() {
        guard jobs.onQuiet != nil else { return }
        if jobsAreQuiet { return endQuietWait() }
        guard !jobs.isLoaded || !jobs.board.hasProcesses, jobs.quietTimer == nil else { return }
        jobs.quietTimer = try? loop.timer { [weak self] in self?.endQuietWait() }
        jobs.quietTimer?.arm(at: loop.now + Self.closingPatience)
    }

    private func endQuietWait() {
        guard let then = jobs.onQuiet else { return }
        jobs.onQuiet = nil
        // Without a word from the store nobody knows them; their records say to the next hostd how they ended.
        if !jobs.isLoaded {
            for instance in traces.keys where JobDesk.job(of: instance) != nil {
                launcher.endTree(instance, grace: Self.unknownGrace)
            }
        }
        loop.later(then)
    }
}
