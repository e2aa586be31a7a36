// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostStore
internal import HostWire

/// A request that waits for a job to get somewhere.
struct WaitingJobRequest {
    /// Where it is to get.
    enum Goal {
        /// Anywhere else than where it was: its state, its progress or its attempts differ.
        case change(from: JobLook)
        /// What was ordered is done, and on the disk.
        case done((JobMachine) -> Bool)
    }

    let id: JobID
    let goal: Goal
    let call: ControlCall
    /// Answers as it is then.
    let timer: TimerSource?
}

/// What whoever waits for a job looks at.
struct JobLook: Equatable {
    let phase: JobPhase
    let attempts: UInt64
    let progress: JobProgress?

    init(_ job: JobMachine) {
        phase = job.phase
        attempts = job.attempts
        progress = job.progress
    }
}

/// Requests about jobs.
extension Supervisor {
    private static let longestWait: Duration = .seconds(300)
    private static let submissionLimit = 100_000

    // MARK: - Submitting

    /// `POST /v1/jobs`: answered when the job is on the disk.
    func answerSubmit(_ call: ControlCall) {
        guard case .process(let peer) = call.request.peer else {
            return call.refuse(403, "over TCP no job can be submitted", hint: "ask through the control socket")
        }
        do throws(SubmissionError) {
            let submission = try Self.submission(call.request.body)
            let kind = try SubmittedJob.kind(submission, uid: peer.uid, kinds: configuration.kinds)
            try SubmittedJob.checkModel(kind, uid: peer.uid) { golden.allowOf?($0) ?? [] }
            whenJobsAreThere(call) {
                guard let key = submission.key else { return self.submit(submission, kind, peer.uid, call) }
                self.submit(submission, kind, peer.uid, key: key, call)
            }
        } catch {
            call.refuse(error.status, error.description, hint: error.hint)
        }
    }

    private nonisolated static func submission(_ body: [UInt8]) throws(SubmissionError) -> JobSubmission {
        do throws(JSONError) {
            return try JobSubmission(json: try JSON(parsing: body))
        } catch {
            throw SubmissionError("the body is no submission: \(error)", hint: "{\"command\": [\"true\"]} is")
        }
    }

    /// The same key makes one job only: whoever asks again is told of the first one.
    private func submit(
        _ submission: JobSubmission, _ kind: KindSpecification, _ uid: UInt32, key: String, _ call: ControlCall
    ) {
        guard (1...200).contains(key.utf8.count) else {
            return call.refuse(400, "key has \(key.utf8.count) bytes", hint: "1 to 200")
        }
        store.job(key: key, uid: uid) { [weak self] found in
            guard let self else { return }
            switch found {
            case .success(let known?):
                // It may have come in the same moment, and not be on the disk yet.
                self.store.whenWritten { call.finish(JobReceipt(id: known.job.id.number, isNew: false).json) }
            case .success(nil): self.submit(submission, kind, uid, call)
            case .failure(let error): call.refuse(503, "the store cannot be asked for the key: \(error)")
            }
        }
    }

    private func submit(
        _ submission: JobSubmission, _ kind: KindSpecification, _ uid: UInt32, _ call: ControlCall
    ) {
        var others: [JobID] = []
        for number in submission.after {
            guard let other = JobID(number), number < jobs.nextNumber else {
                return call.refuse(404, "after has \(number), and there is no such job")
            }
            if !others.contains(other) { others.append(other) }
        }
        let unknown = others.filter { jobs.board.jobs[$0] == nil }
        guard !unknown.isEmpty else { return submit(submission, kind, uid, after: others, call) }
        var filter = JobFilter()
        filter.ids = unknown
        filter.limit = unknown.count
        store.jobs(filter) { [weak self] found in
            guard let self else { return }
            guard let found else { return call.refuse(503, "the store cannot be asked for the jobs in after") }
            for id in unknown {
                // Over, or gone from the board meanwhile.
                guard let other = found.first(where: { $0.id == id }) else {
                    return call.refuse(404, "after has \(id), and there is no such job")
                }
                guard other.phase == .succeeded || self.jobs.board.jobs[id] != nil else {
                    return call.refuse(409, "job \(id) is \(other.phase.rawValue): what comes after it would never run")
                }
            }
            self.submit(submission, kind, uid, after: others.filter { self.jobs.board.jobs[$0] != nil }, call)
        }
    }

    private func submit(
        _ submission: JobSubmission, _ kind: KindSpecification, _ uid: UInt32, after: [JobID], _ call: ControlCall
    ) {
        guard jobs.board.jobs.count < Self.submissionLimit else {
            return call.refuse(503, "there are \(Self.submissionLimit) jobs that are not over", hint: "wait for some")
        }
        guard case .ok = store.health else {
            return call.refuse(503, "the store fails, so no job can be kept", hint: "hostctl status says why")
        }
        let id = addJob(submission, kind, uid, after: after, because: "submitted by uid \(uid)")
        store.whenWritten { call.finish(JobReceipt(id: id.number, isNew: true).json) }
    }

    /// A new job on the board; its first word to the store goes with it.
    @discardableResult
    func addJob(
        _ submission: JobSubmission, _ kind: KindSpecification, _ uid: UInt32, after: [JobID] = [], because why: String
    ) -> JobID {
        guard let id = JobID(jobs.nextNumber) else { preconditionFailure("numbers of jobs are used up") }
        jobs.nextNumber += 1
        var record = JobRecord(
            id: id, key: submission.key, kind: submission.kind, uid: uid, priority: kind.priority,
            submission: String(decoding: submission.json.bytes, as: UTF8.self),
            createdMilliseconds: Clock.wallMilliseconds)
        record.after = after
        record.reason = why
        if submission.isHeld {
            record.phase = .held
            record.reason += ", to be held"
        }
        history.add(JobReport(kind: .submitted, instance: nil, reason: record.reason), of: id)
        store.set(job: record)
        board(record, kind.rules)
        return id
    }

    /// Puts a job on the board.
    func board(_ record: JobRecord, _ rules: JobRules, attempt: AttemptRecord? = nil) {
        var generator = SystemRandomNumberGenerator()
        let clock = ClockPair(now: loop.now, wallMilliseconds: Clock.wallMilliseconds)
        feedJobs(.add(JobMachine(record, rules, attempt: attempt, seed: generator.next(), clock)))
    }

    // MARK: - Changing

    func answerJobCancel(_ call: ControlCall) { changeJob(call, "cancel", .cancel) { $0.phase.isFinal } }

    func answerJobHold(_ call: ControlCall) {
        changeJob(call, "hold", .hold) { $0.phase == .held || $0.phase.isFinal }
    }

    func answerJobRelease(_ call: ControlCall) { changeJob(call, "release", .release) { $0.phase != .held } }

    func answerJobRetry(_ call: ControlCall) { changeJob(call, "retry", .retry) { !$0.isResting } }

    private func changeJob(
        _ call: ControlCall, _ word: String, _ event: JobEvent, isDone: @escaping (JobMachine) -> Bool
    ) {
        withJob(call) { id in
            guard let job = self.jobs.board.jobs[id] else { return self.changeOver(id, call, word, event) }
            if let why = Self.refusal(of: event, job) {
                return call.refuse(409, "job \(id) is \(job.phase.rawValue): \(why)")
            }
            Journal.say(.info, "job \(id): \(word) asked for by \(call.request.peer)")
            self.feed(job: id, event)
            guard call.request.query["wait"] != "false" else { return self.answer(call, with: id) }
            self.wait(for: id, .done(isDone), call, Self.longestWait)
        }
    }

    /// Why something cannot be done; nil when it can.
    private static func refusal(of event: JobEvent, _ job: JobMachine) -> String? {
        switch (event, job.state) {
        case (.release, .held), (.release, .waiting): nil
        case (.release, _): "there is nothing to release"
        case (.retry, .held), (.retry, .over), (.retry, .waiting): nil
        case (.retry, _): "it is under way already"
        case (.cancel, .over), (.hold, .over): "it is over"
        case (.hold, .held): "it is held already"
        default: nil
        }
    }

    /// A job that is over can be tried anew, and nothing else.
    private func changeOver(_ id: JobID, _ call: ControlCall, _ word: String, _ event: JobEvent) {
        store.job(id) { [weak self] found in
            guard let self else { return }
            guard case .success(let known?) = found else { return self.refuseUnknown(id, found, call) }
            // It came back meanwhile.
            if self.jobs.board.jobs[id] != nil { return self.answer(call, with: id) }
            guard event == .retry else {
                return call.refuse(409, "job \(id) is \(known.job.phase.rawValue): it is over")
            }
            // One that is over would leave the board at once.
            var record = known.job
            record.phase = .held
            let blank = JobMachine(record, JobRules(), seed: 0, self.jobClock)
            guard case .success(let kind) = self.kind(of: blank) else {
                return call.refuse(409, "job \(id) cannot be tried anew: its kind is not configured any more")
            }
            self.jobs.finals[known.job.phase, default: 1] -= 1
            self.board(record, kind.rules, attempt: known.attempts.last)
            self.feed(job: id, .retry)
            self.wait(for: id, .done { !$0.isResting }, call, Self.longestWait)
        }
    }

    var jobClock: ClockPair { ClockPair(now: loop.now, wallMilliseconds: Clock.wallMilliseconds) }

    // MARK: - Waiting

    /// Answers when the job has got there, or after `patience` as it is then.
    func wait(for id: JobID, _ goal: WaitingJobRequest.Goal, _ call: ControlCall, _ patience: Duration) {
        let timer = try? loop.timer { [weak self] in
            guard let self, let index = self.jobs.waiting.firstIndex(where: { $0.call.responder === call.responder })
            else { return }
            self.jobs.waiting.remove(at: index)
            self.answer(call, with: id)
        }
        timer?.arm(at: loop.now + patience)
        jobs.waiting.append(WaitingJobRequest(id: id, goal: goal, call: call, timer: timer))
        settleJobRequests()
    }

    /// Answers the requests whose jobs have got somewhere.
    func settleJobRequests() {
        guard !jobs.waiting.isEmpty else { return }
        var there: [WaitingJobRequest] = []
        jobs.waiting.removeAll { request in
            guard request.call.responder.isOpen else { return true }
            guard let job = jobs.board.jobs[request.id] else { return false }
            let isThere =
                switch request.goal {
                case .change(let before): JobLook(job) != before || job.phase == .held
                case .done(let isDone): isDone(job) && job.isWritten
                }
            if isThere { there.append(request) }
            return isThere
        }
        for request in there { answer(request.call, with: request.id) }
    }

    /// A job has left the board: whoever waited for it is told how it ended.
    func settleJobRequests(over job: JobMachine) {
        let there = jobs.waiting.filter { $0.id == job.id }
        guard !there.isEmpty else { return }
        jobs.waiting.removeAll { $0.id == job.id }
        for request in there { answer(request.call, with: job.id) }
    }
}
