// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostStore
internal import HostWire

/// Golden jobs: the machine's effects become ordinary jobs, whose keys make one job of each.
extension Supervisor {
    /// Documents of the store: the snapshot of a tier's run, and what it submits.
    private static let memory = "golden/"
    private static let submissions = "golden-jobs/"
    /// Keys of golden jobs begin so.
    private static let key = "golden/"
    private static let readDeadline: Duration = .seconds(30)
    private static let roundLimit = 100

    /// Goes on with the runs that there were.
    func recallGolden() {
        store.documents("golden") { [weak self] found in
            guard let self else { return }
            guard let found else { return self.jobs.askAgain(self.loop) { [weak self] in self?.recallGolden() } }
            for (name, text) in found where name.hasPrefix(Self.memory) {
                let tier = String(name.dropFirst(Self.memory.count))
                guard let machine = GoldenMachine(snapshot: text),
                    let submissions = Self.submissions(of: found[Self.submissions + tier] ?? "")
                else {
                    Journal.say(.error, "golden jobs of tier \(tier): what is written down of them cannot be read")
                    continue
                }
                self.golden.runs[tier] = GoldenDesk.Going(machine: machine, submissions: submissions)
            }
            self.golden.isLoaded = true
            for tier in self.golden.runs.keys.sorted() { self.feedGolden(tier) { $0.resume() } }
            let waiting = self.golden.afterLoading
            self.golden.afterLoading = []
            for body in waiting { body() }
        }
    }

    /// Calls `body` when the store has said which runs there were.
    func whenGoldenIsThere(_ body: @escaping () -> Void) {
        if golden.isLoaded { body() } else { golden.afterLoading.append(body) }
    }

    /// Runs the golden jobs of a tier through its model and a candidate: that of the policy unless one is given.
    /// `then` is told the name of the run once that is on the disk, or why there is none. A run of the same models
    /// that is under way already is as good.
    func validate(_ request: GoldenRequest, then: @escaping (Result<String, SubmissionError>) -> Void) {
        guard golden.isLoaded else { return whenGoldenIsThere { self.validate(request, then: then) } }
        do throws(SubmissionError) {
            let (stable, candidate) = try goldenModels(request)
            if let going = golden.runs[request.tier]?.machine, going.endedMilliseconds == nil {
                guard (going.run.stable, going.run.candidate) == (stable, candidate) else {
                    throw SubmissionError(
                        "run \(going.run.name) of \(going.run.candidate) is not over", hint: "wait for it", status: 409)
                }
                return then(.success(going.run.name))
            }
            guard !golden.starting.contains(request.tier) else {
                throw SubmissionError("a run of tier \(request.tier) is just beginning", status: 409)
            }
            let files = golden.goldenFiles?() ?? []
            guard !files.isEmpty else {
                throw SubmissionError(
                    "the policy names no golden jobs", hint: "[golden] jobs = [\"golden/*.toml\"]", status: 409)
            }
            golden.starting.insert(request.tier)
            self.files.submit(deadline: Self.readDeadline) {
                GoldenFiles.read(files)
            } then: {
                [weak self] (outcome: WorkOutcome<Result<[GoldenJob], SubmissionError>>)
                in
                self?.golden.starting.remove(request.tier)
                guard case .done(let read) = outcome else {
                    return then(.failure(SubmissionError("reading the golden jobs takes too long", status: 503)))
                }
                self?.begin(request, stable, candidate, read, then)
            }
        } catch {
            then(.failure(error))
        }
    }

    private func goldenModels(_ request: GoldenRequest) throws(SubmissionError) -> (String, String) {
        guard (1...Self.roundLimit).contains(request.rounds) else {
            throw SubmissionError("rounds is \(request.rounds)", hint: "1 to \(Self.roundLimit)")
        }
        guard let stable = golden.modelOf?(request.tier) else {
            throw SubmissionError(
                "the policy in force has no tier \"\(request.tier)\"", hint: "GET /v1/models names them", status: 404)
        }
        guard let candidate = request.candidate ?? golden.candidateOf?(request.tier) else {
            throw SubmissionError(
                "tier \(request.tier) has no candidate", hint: "name one, or give the tier gray.model", status: 409)
        }
        if let complaint = ModelName.complaint(candidate) {
            throw SubmissionError("candidate is \"\(candidate)\", which is no ID of a model", hint: complaint)
        }
        guard candidate != stable else {
            throw SubmissionError("\(candidate) is the model of tier \(request.tier) itself", hint: "name another")
        }
        return (stable, candidate)
    }

    private func begin(
        _ request: GoldenRequest, _ stable: String, _ candidate: String,
        _ read: Result<[GoldenJob], SubmissionError>,
        _ then: @escaping (Result<String, SubmissionError>) -> Void
    ) {
        do throws(SubmissionError) {
            let jobs = try read.get()
            guard jobs.count * request.rounds <= GoldenMachine.pairLimit else {
                throw SubmissionError(
                    "\(jobs.count) jobs in \(request.rounds) rounds are too many",
                    hint: "at most \(GoldenMachine.pairLimit) in all", status: 409)
            }
            for job in jobs {
                do throws(SubmissionError) {
                    _ = try SubmittedJob.kind(job.submission, uid: getuid(), kinds: configuration.kinds)
                } catch {
                    throw SubmissionError("golden job \(job.name): \(error)", hint: error.hint, status: 409)
                }
            }
            guard case .ok = store.health else {
                throw SubmissionError("the store fails, so no job can be kept", status: 503)
            }
            let run = GoldenMachine.Run(
                tier: request.tier, number: (golden.runs[request.tier]?.machine.run.number ?? 0) + 1, stable: stable,
                candidate: candidate, specs: jobs.map(\.name), rounds: request.rounds,
                startedMilliseconds: Clock.wallMilliseconds)
            let submissions = Dictionary(jobs.map { ($0.name, $0.submission) }) { first, _ in first }
            golden.runs[request.tier] = GoldenDesk.Going(machine: GoldenMachine(run), submissions: submissions)
            // Both models have the same task, whatever becomes of the files meanwhile.
            store.set(document: Self.submissions + request.tier, Self.text(of: submissions))
            Journal.say(.info, "golden run \(run.name): \(run.count) jobs, \(candidate) beside \(stable)")
            feedGolden(request.tier) { $0.resume() }
            store.whenWritten { then(.success(run.name)) }
        } catch {
            then(.failure(error))
        }
    }

    // MARK: - The machine

    private func feedGolden(_ tier: String, _ body: (inout GoldenMachine) -> [GoldenMachine.Effect]) {
        guard var machine = golden.runs[tier]?.machine else { return }
        let effects = body(&machine)
        golden.runs[tier]?.machine = machine
        for effect in effects {
            switch effect {
            case .save: store.set(document: Self.memory + tier, golden.runs[tier]?.machine.snapshot)
            case .submit(let item): submit(item, of: machine.run)
            case .ended(let verdict): announce(verdict, of: machine.run)
            }
        }
    }

    private func announce(_ verdict: GoldenMachine.Verdict, of run: GoldenMachine.Run) {
        // What came of the last job is on the disk before anything follows from it.
        store.whenWritten { [weak self] in
            guard let self, self.golden.runs[run.tier]?.machine.run == run else { return }
            Journal.say(.info, "golden run \(run.name): \(run.candidate) has \(verdict.words)")
            self.golden.goldenEnded?(run.tier, run.candidate, verdict.hasPassed, verdict.words)
            self.feedGolden(run.tier) { $0.handle(.announced(at: Clock.wallMilliseconds)) }
        }
    }

    /// Sees that there is a job of this item.
    private func submit(_ item: GoldenMachine.Item, of run: GoldenMachine.Run) {
        guard let going = golden.runs[run.tier], going.machine.run == run else { return }
        let (key, uid) = (going.machine.key(of: item), getuid())
        store.job(key: key, uid: uid) { [weak self] found in
            guard let self else { return }
            switch found {
            case .failure:
                self.jobs.askAgain(self.loop) { [weak self] in self?.submit(item, of: run) }
            case .success(let known?):
                let id = known.job.id
                self.feedGolden(run.tier) { $0.handle(.submitted(item, id)) }
                guard self.jobs.board.jobs[id] == nil, let end = Self.end(known.job.phase) else { return }
                self.feedGolden(run.tier) { $0.handle(.over(id, end, known.job.reason)) }
            case .success(nil): self.add(item, of: run, going, key: key, uid)
            }
        }
    }

    private func add(
        _ item: GoldenMachine.Item, of run: GoldenMachine.Run, _ going: GoldenDesk.Going, key: String, _ uid: UInt32
    ) {
        do throws(SubmissionError) {
            guard var submission = going.submissions[item.spec] else {
                throw SubmissionError("what it submits is not written down")
            }
            submission.key = key
            submission.tier = run.tier
            submission.model = going.machine.model(of: item)
            (submission.isHeld, submission.after) = (false, [])
            let kind = try SubmittedJob.kind(submission, uid: uid, kinds: configuration.kinds)
            let id = addJob(submission, kind, uid, because: "golden run \(run.name), \(item.arm.rawValue)")
            feedGolden(run.tier) { $0.handle(.submitted(item, id)) }
        } catch {
            let why = error.description
            feedGolden(run.tier) { $0.handle(.unsubmittable(item, why)) }
        }
    }

    /// An attempt was judged, and that is not written down yet: what the provider refused is, before that.
    func goldenAttemptIsOver(of id: JobID, _ verdict: AttemptVerdict) {
        guard let job = jobs.board.jobs[id], job.key?.hasPrefix(Self.key) == true,
            case .refused(let words)? = rolloutVerdict(of: verdict)
        else { return }
        for tier in golden.runs.keys { feedGolden(tier) { $0.handle(.refused(id, words)) } }
    }

    /// A job has left the board.
    func goldenJobIsOver(_ job: JobMachine) {
        guard job.key?.hasPrefix(Self.key) == true, let end = Self.end(job.phase) else { return }
        for tier in golden.runs.keys { feedGolden(tier) { $0.handle(.over(job.id, end, job.reason)) } }
    }

    private static func end(_ phase: JobPhase) -> GoldenMachine.End? {
        switch phase {
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        case .queued, .waiting, .running, .stalled, .held: nil
        }
    }

    // MARK: - What is submitted, as it is written down

    private static func text(of submissions: [String: JobSubmission]) -> String {
        let members = submissions.sorted { $0.key < $1.key }.map { JSON.Member(key: $0.key, value: $0.value.json) }
        return String(decoding: JSON.object(members).bytes, as: UTF8.self)
    }

    private static func submissions(of text: String) -> [String: JobSubmission]? {
        guard case .object(let members)? = try? JSON(parsing: Array(text.utf8)) else { return nil }
        var found: [String: JobSubmission] = [:]
        for member in members {
            guard let submission = try? JobSubmission(json: member.value) else { return nil }
            found[member.key] = submission
        }
        return found
    }
}
