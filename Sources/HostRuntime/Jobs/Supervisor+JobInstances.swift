// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// From the first word of an attempt's keeper to the verdict on it.
extension Supervisor {
    /// The output of an attempt that is over is in its log within this time, or it is judged by what is there.
    private static let drainPatience: Duration = .seconds(10)

    /// The records of an attempt say something new.
    func heard(_ instance: InstanceID, of id: JobID, _ news: KeeperNews) {
        if !jobs.isLoaded { return jobs.found[instance, default: []].append(news) }
        if traces[instance]?.isStray == true { return heardOfStray(instance, news) }
        switch news {
        case .started(let process, let at):
            wantPipes(of: instance)
            feed(job: id, .started(instance, process, at: at))
            jobs.pulse.begin(self)
        case .exited(let report, let treeEmpty):
            wantPipes(of: instance)
            let known = memory.suspicion().flatMap { report.status == .signal(9) ? $0 : nil }
            var report = report
            report.note = known ?? report.note
            feed(job: id, .exited(instance, report, treeEmpty: treeEmpty))
        case .notified(let record): said(record, in: instance, of: id)
        case .keeperLost: feed(job: id, .keeperLost(instance))
        case .neverRan: feed(job: id, .neverRan(instance))
        }
    }

    private func heardOfStray(_ instance: InstanceID, _ news: KeeperNews) {
        switch news {
        case .exited(_, treeEmpty: true), .neverRan: isOver(stray: instance)
        case .keeperLost: sweepStray(instance)
        case .exited, .started, .notified: break
        }
    }

    private func said(_ record: NotifyRecord, in instance: InstanceID, of id: JobID) {
        if !record.status.isEmpty { traces[instance]?.said = record.status }
        if let text = record.progress { feed(job: id, .progressed(instance, JobProgress(parsing: text))) }
        if let text = record.checkpoint { feed(job: id, .checkpoint(instance, text)) }
    }

    /// Reads the rest of its output and says what an attempt came to.
    func judge(_ instance: InstanceID, _ report: ExitReport, of id: JobID) {
        guard let trace = traces[instance], !trace.undrained.isEmpty, trace.isTold else {
            return verdict(instance, report, of: id)
        }
        let timer = try? loop.timer { [weak self] in self?.outputIsThere(of: instance) }
        timer?.arm(at: loop.now + Self.drainPatience)
        trace.onDrained = { [weak self] in
            timer?.disarm()
            self?.verdict(instance, report, of: id)
        }
    }

    /// All bytes of an attempt are in its log, or enough time has passed.
    func outputIsThere(of instance: InstanceID) {
        guard let trace = traces[instance], let then = trace.onDrained else { return }
        trace.onDrained = nil
        then()
    }

    private func verdict(_ instance: InstanceID, _ report: ExitReport, of id: JobID) {
        guard let output = jobs.outputs[instance] ?? foundOutput(of: instance, id) else {
            let isFine = report.status == .code(0)
            let failure = AttemptFailure(.counted, report.text)
            return feed(job: id, .judged(instance, isFine ? .succeeded(nil) : .failed(failure)))
        }
        output.read(loop, files) { [weak self] findings in
            guard let self else { return }
            self.take(findings, from: instance, of: id)
            let verdict = output.reading.verdict(
                exit: report.status, resumed: output.isResumed, ranFor: report.ran)
            // What it left behind last counts as progress of this attempt.
            let usage = output.reading.usage
            self.lookForCheckpoint(instance, of: id) { self.judged(instance, of: id, verdict, usage) }
        }
    }

    private func judged(_ instance: InstanceID, of id: JobID, _ verdict: AttemptVerdict, _ usage: AttemptUsage?) {
        goldenAttemptIsOver(of: id, verdict)
        let before = jobs.board.jobs[id]?.attempt
        let isRefusedCandidate = sparedVerdict(of: verdict, arm: before?.arm) != verdict
        feed(job: id, .judged(instance, sparedVerdict(of: verdict, arm: before?.arm), usage: usage))
        if isRefusedCandidate {
            judgeModel(of: before, rolloutVerdict(of: verdict))
        } else if let attempt = jobs.board.jobs[id]?.attempt {
            judgeModel(of: attempt, rolloutVerdict(of: verdict, ended: attempt))
        }
    }

    /// The output of an attempt that an earlier hostd launched.
    func foundOutput(of instance: InstanceID, _ id: JobID) -> JobOutput? {
        guard let job = jobs.board.jobs[id], let agent = knownKind(of: job)?.agent else { return nil }
        let started = job.attempt.map { $0.startedMilliseconds * 1000 } ?? 0
        let streams = traces[instance]?.streams.map(\.log) ?? [instance.service.text]
        let output = JobOutput(
            instance, agent, since: started, isResumed: job.attempt?.isResumed ?? false,
            folders: streams.map { "\(folders.log)/\($0)" })
        jobs.outputs[instance] = output
        return output
    }

    /// What is known of a job's kind, worked out where that was not done yet.
    func knownKind(of job: JobMachine) -> KindSpecification? {
        if let kind = jobs.kinds[job.id] { return kind }
        guard case .success(let kind) = kind(of: job) else { return nil }
        jobs.kinds[job.id] = kind
        return kind
    }

    /// What the output of an attempt says.
    func take(_ findings: [AgentFinding], from instance: InstanceID, of id: JobID) {
        var isSign = false
        for finding in findings {
            switch finding {
            case .session(let name): feed(job: id, .session(instance, name))
            case .spoke, .toolFailed, .result: isSign = true
            case .progress(let progress): feed(job: id, .progressed(instance, Self.progress(progress, instance)))
            case .loops(let errors, let words):
                let why = "\(errors) failed calls without progress" + (words.map { ", the last one: \($0)" } ?? "")
                feed(job: id, .loops(instance, why))
            case .noise, .tokens: break
            }
        }
        if isSign { feed(job: id, .sign(instance)) }
    }

    private static func progress(_ progress: AgentProgress, _ instance: InstanceID) -> JobProgress {
        if let done = progress.done {
            return JobProgress(done: Double(done), total: progress.total.map(Double.init))
        }
        return JobProgress(text: "step \(progress.steps) of attempt \(instance.launch)")
    }
}
