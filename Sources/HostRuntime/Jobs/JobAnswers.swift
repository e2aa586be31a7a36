// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostStore
internal import HostWire

/// Answers about jobs.
extension Supervisor {
    private static let listLimit = 10_000
    private static let waitLimit = 300

    /// Calls `body` when the store has said which jobs there were; answers 503 when it has not after a while.
    func whenJobsAreThere(_ call: ControlCall, _ body: @escaping () -> Void) {
        if jobs.isLoaded { return body() }
        let timer = try? loop.timer {
            let error = ErrorAnswer("the store has not said yet which jobs there are", hint: "hostctl status says why")
            call.responder.finish(status: 503, json: error.json, headers: [(name: "Retry-After", value: "1")])
        }
        timer?.arm(at: loop.now + Self.loadPatience)
        jobs.afterLoading.append {
            timer?.disarm()
            if call.responder.isOpen { body() }
        }
    }

    private static let loadPatience: Duration = .seconds(10)

    /// Calls `body` with the number in the path, or answers 404.
    func withJob(_ call: ControlCall, _ body: @escaping (JobID) -> Void) {
        whenJobsAreThere(call) {
            let text = call.parameters["id"] ?? ""
            guard let id = JobID(text: text), id.number < self.jobs.nextNumber else {
                return call.refuse(404, "there is no job \"\(text)\"", hint: "hostctl job list names them")
            }
            body(id)
        }
    }

    /// `GET /v1/jobs/{id}`
    func answerJob(_ call: ControlCall) {
        withJob(call) { id in
            do throws(ErrorAnswer) {
                let seconds = try call.request.number("wait_s", else: 0, 0...Self.waitLimit)
                guard seconds > 0, let job = self.jobs.board.jobs[id], job.phase != .held else {
                    return self.answer(call, with: id)
                }
                self.wait(for: id, .change(from: JobLook(job)), call, .seconds(Int64(seconds)))
            } catch {
                call.responder.finish(status: 400, json: error.json)
            }
        }
    }

    /// One job as it is now.
    func answer(_ call: ControlCall, with id: JobID) {
        store.job(id) { [weak self] found in
            guard let self else { return }
            guard case .success(let known?) = found else { return self.refuseUnknown(id, found, call) }
            call.finish(self.status(of: known).json)
        }
    }

    func refuseUnknown(_ id: JobID, _ found: Result<StoredJob?, StoreError>, _ call: ControlCall) {
        switch found {
        case .success: call.refuse(404, "there is no job \(id)", hint: "hostctl job list names them")
        case .failure(let error): call.refuse(503, "the store cannot be read: \(error)")
        }
    }

    /// `GET /v1/jobs`: the newest first; those that are not over as they are now.
    func answerJobs(_ call: ControlCall) {
        whenJobsAreThere(call) { self.list(call) }
    }

    private func list(_ call: ControlCall) {
        do throws(ErrorAnswer) {
            let filter = try filter(call.request)
            store.jobs(filter) { [weak self] found in
                guard let self else { return }
                guard let found else { return call.refuse(503, "the store cannot be read") }
                let clock = self.jobClock
                let briefs = found.map { record in
                    self.brief(self.jobs.board.jobs[record.id].map { $0.shown(clock) } ?? record)
                }
                // Its state may be another one by now.
                let wanted = briefs.filter { filter.phases.isEmpty || filter.phases.map(\.rawValue).contains($0.state) }
                call.finish(JobList(jobs: wanted).json)
            }
        } catch {
            call.responder.finish(status: 400, json: error.json)
        }
    }

    private func filter(_ request: ControlRequest) throws(ErrorAnswer) -> JobFilter {
        var filter = JobFilter()
        filter.limit = try request.number("limit", else: Self.listLimit, 1...Self.listLimit)
        filter.kind = request.query["kind"]
        if request.query["uid"] != nil { filter.uid = UInt32(try request.number("uid", else: 0, 0...Int(UInt32.max))) }
        if request.query["before"] != nil {
            filter.before = JobID(Int64(try request.number("before", else: 0, 1...Int.max)))
        }
        for word in (request.query["state"] ?? "").split(separator: ",") {
            guard let phase = JobPhase(rawValue: String(word)) else {
                let known = JobPhase.allCases.map(\.rawValue).joined(separator: ", ")
                throw ErrorAnswer("\"\(word)\" is no state of a job", hint: known)
            }
            filter.phases.append(phase)
        }
        return filter
    }

    /// `GET /v1/jobs/{id}/logs`
    func answerJobLog(_ call: ControlCall) {
        withJob(call) { id in self.readLog(of: id.name.text, call.request, call.responder) }
    }

    /// `POST /v1/jobs/prune`
    func answerJobPrune(_ call: ControlCall) {
        do throws(JSONError) {
            let wish = try JobPruning(json: try JSON(parsing: call.request.body))
            let known = JobPhase.allCases.filter(\.isFinal)
            let phases = known.filter { wish.states.contains($0.rawValue) }
            guard phases.count == Set(wish.states).count else {
                let names = known.map(\.rawValue).joined(separator: ", ")
                return call.refuse(400, "states has something else than states of jobs that are over", hint: names)
            }
            whenJobsAreThere(call) { self.prune(wish, phases, call) }
        } catch {
            call.refuse(400, "the body is no request to prune: \(error)", hint: "{\"older_s\": 86400} is")
        }
    }

    private func prune(_ wish: JobPruning, _ phases: [JobPhase], _ call: ControlCall) {
        let finish = { [weak self] (removed: [JobID]?) in
            guard let self else { return }
            guard let removed else { return call.refuse(503, "the store fails") }
            self.forgetLogs(of: removed)
            self.countJobs()
            call.finish(["removed": .array(removed.map { .integer($0.number) })])
        }
        if let ids = wish.ids { return store.pruneJobs(ids.compactMap { JobID($0) }, then: finish) }
        let before = Clock.wallMilliseconds - Int64(wish.olderSeconds ?? 0) * 1000
        store.pruneJobs(endedBefore: before, in: phases, then: finish)
    }

    /// Asks the store how many jobs are over.
    func countJobs() {
        store.jobCounts { [weak self] counts in
            guard let self, let counts else { return }
            self.jobs.finals = counts.filter { $0.key.isFinal }
            self.jobs.changes &+= 1
        }
    }

    // MARK: - What is shown

    /// How many jobs are in which state.
    var jobCounts: JobCounts {
        if let known = jobs.counts, known.changes == jobs.changes { return JobCounts(known.byPhase) }
        var counts = Dictionary(uniqueKeysWithValues: jobs.finals.map { ($0.key.rawValue, $0.value) })
        for job in jobs.board.jobs.values { counts[job.phase.rawValue, default: 0] += 1 }
        jobs.counts = (jobs.changes, counts)
        return JobCounts(counts)
    }

    private func brief(_ record: JobRecord) -> JobBrief {
        var brief = JobBrief(
            id: record.id.number, state: record.phase.rawValue, uid: record.uid,
            createdAt: WallTime(milliseconds: record.createdMilliseconds),
            since: WallTime(milliseconds: record.sinceMilliseconds))
        brief.kind = record.kind
        brief.key = record.key
        brief.priority = record.priority
        brief.reason = record.reason
        brief.attemptCount = record.attempts
        brief.progress = record.progress.map { JobBrief.Progress(done: $0.done, total: $0.total, text: $0.text) }
        if record.phase == .waiting {
            brief.nextAttemptAt = record.notBeforeMilliseconds.map { WallTime(milliseconds: $0) }
        }
        return brief
    }

    private func status(of known: StoredJob) -> JobStatus {
        let live = jobs.board.jobs[known.job.id]
        let record = live?.shown(jobClock) ?? known.job
        var attempts = known.attempts
        if let newest = live?.attempt {
            attempts.removeAll { $0.number == newest.number }
            attempts.append(newest)
        }
        var status = JobStatus(
            brief: brief(record), attempts: attempts.map(Self.attempt), submission: Self.shown(known.job.submission))
        status.result = record.result
        status.exit = record.exit.map(Self.exit)
        status.failures = record.failures
        status.failuresAllowed = live?.rules.attempts ?? 0
        status.disruptions = record.disruptions
        status.session = record.session
        status.checkpoint = record.checkpoint
        status.pid = live?.state.process?.pid
        status.instance = live?.state.instance?.description
        status.after = record.after.map(\.number)
        status.log = "\(folders.log)/\(record.id.name)/current"
        return status
    }

    private static func attempt(_ record: AttemptRecord) -> JobAttempt {
        var attempt = JobAttempt(
            number: record.number, state: record.state.rawValue,
            startedAt: WallTime(milliseconds: record.startedMilliseconds))
        attempt.reason = record.reason
        attempt.exit = record.exit.map(exit)
        attempt.model = record.model
        attempt.tier = record.tier
        attempt.arm = record.arm
        attempt.generation = record.generation
        attempt.tokensInput = record.usage?.tokensInput
        attempt.tokensOutput = record.usage?.tokensOutput
        attempt.toolCalls = record.usage?.toolCalls
        attempt.toolFailures = record.usage?.toolFailures
        attempt.blamesModel = record.blamesModel
        attempt.isResumed = record.isResumed
        attempt.endedAt = record.endedMilliseconds.map { WallTime(milliseconds: $0) }
        return attempt
    }

    private static func exit(_ status: ExitStatus) -> JobAttempt.Exit {
        switch status {
        case .code(let code): JobAttempt.Exit(code: code, signal: nil)
        case .signal(let number): JobAttempt.Exit(code: nil, signal: number)
        case .failedToStart, .unknown: JobAttempt.Exit(code: nil, signal: nil)
        }
    }

    /// What was submitted, without the values of its environment: they may be secrets.
    private static func shown(_ submission: String) -> JSON {
        guard let json = try? JSON(parsing: Array(submission.utf8)), var read = try? JobSubmission(json: json) else {
            return .null
        }
        read.environment = read.environment.mapValues { _ in "…" }
        return read.json
    }
}
