// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostWire

/// From a free place to a keeper.
extension Supervisor {
    private static let prepareDeadline: Duration = .seconds(15)

    /// What the files and the submission say together, as they are now.
    func kind(of job: JobMachine) -> Result<KindSpecification, SubmissionError> {
        Result { () throws(SubmissionError) in
            let submission: JobSubmission
            do throws(JSONError) {
                submission = try JobSubmission(json: try JSON(parsing: Array(job.submission.utf8)))
            } catch {
                throw SubmissionError("its submission cannot be read: \(error)")
            }
            return try SubmittedJob.kind(submission, uid: job.uid, kinds: configuration.kinds)
        }
    }

    /// Works out how an attempt is launched. What is chosen here is written down before the launch.
    func planAttempt(_ instance: InstanceID, of id: JobID) {
        guard let job = jobs.board.jobs[id], case .planning(instance, _) = job.state else { return }
        guard isHostKnown(for: job) else { return postpone(instance, of: id) }
        switch kind(of: job) {
        case .failure(let error): feed(job: id, .unplannable(instance, error.description))
        case .success(let kind):
            jobs.kinds[id] = kind
            chooseModel(for: instance, of: job, kind) { [weak self] choice in
                self?.planAttempt(instance, of: id, kind, choice)
            }
        }
    }

    private func planAttempt(
        _ instance: InstanceID, of id: JobID, _ kind: KindSpecification, _ choice: ModelChoice
    ) {
        guard let job = jobs.board.jobs[id], case .planning(instance, _) = job.state else { return }
        var plan = AttemptPlan(session: job.session)
        switch choice {
        case .none: break
        case .later(let why): return feed(job: id, .launchRefused(instance, why))
        case .never(let why): return feed(job: id, .unplannable(instance, why))
        case .chosen(let chosen):
            (plan.model, plan.tier) = (chosen.model, chosen.tier)
            (plan.arm, plan.generation) = (chosen.arm, chosen.generation)
            jobs.models[id] = chosen.models
        }
        if plan.session == nil, kind.agent.session.origin == .chosen { plan.session = Self.newSession() }
        plan.isResumed = job.attempts > 0 && canResume(job, kind)
        plan.wallMilliseconds = Clock.wallMilliseconds
        feed(job: id, .planned(instance, plan))
    }

    private func canResume(_ job: JobMachine, _ kind: KindSpecification) -> Bool {
        if !kind.resume.isEmpty {
            return JobWords(kind.resume).missing(values(of: job, kind)).isEmpty
        }
        return kind.agent.resume != nil && job.session != nil
    }

    private static func newSession() -> String {
        var generator = SystemRandomNumberGenerator()
        return AgentSession.uuid(generator.next(), generator.next())
    }

    /// What the variables of a launch stand for.
    private func values(of job: JobMachine, _ kind: KindSpecification) -> TemplateValues {
        var values = TemplateValues(arguments: kind.command)
        values[.prompt] = kind.prompt
        values[.session] = job.session ?? ""
        values[.checkpoint] = job.checkpoint ?? ""
        values[.attempt] = "\(job.attempts)"
        values[.job] = "\(job.id)"
        values[.model] = job.attempt?.model ?? ""
        values[.directory] = kind.launch.directory ?? ""
        values.models = jobs.models[job.id] ?? [:]
        return values
    }

    func launchAttempt(_ instance: InstanceID, of id: JobID) {
        guard let job = jobs.board.jobs[id], job.state.instance == instance, let known = jobs.kinds[id] else { return }
        var kind = known
        kind.launch.environment[ModelsFile.variable] = policy.modelsFile.path
        var node: NodePinned?
        if kind.launch.node != .any {
            switch nodes.machine.pin(for: kind.launch.node) {
            case .success(let pinned): node = pinned
            case .failure(let refusal): return feed(job: id, .launchRefused(instance, refusal.text))
            }
        }
        let (launched, values, pinned) = (kind, values(of: job, kind), node)
        let story = PreparedAttempt.Story(
            attempts: Int(clamping: job.attempts) - 1, session: job.session,
            hasBegun: job.progress != nil || job.checkpoint != nil)
        files.submit(deadline: Self.prepareDeadline) { () -> Result<PreparedAttempt, LaunchError> in
            Result { () throws(LaunchError) in
                try PreparedAttempt(instance, launched, values, story, pinned)
            }
        } then: { [weak self] (outcome: WorkOutcome<Result<PreparedAttempt, LaunchError>>) in
            let late = LaunchError("looking up its user and env_file took more than \(Self.prepareDeadline.text)")
            var prepared: Result<PreparedAttempt, LaunchError> = .failure(late)
            if case .done(let done) = outcome { prepared = done }
            self?.launch(instance, of: id, launched, prepared)
        }
    }

    private func launch(
        _ instance: InstanceID, of id: JobID, _ kind: KindSpecification,
        _ prepared: Result<PreparedAttempt, LaunchError>
    ) {
        guard let job = jobs.board.jobs[id], job.state.instance == instance else { return }
        // Stopped while it was being prepared: then it never runs.
        guard case .launching = job.state else { return feed(job: id, .neverRan(instance)) }
        do throws(LaunchError) {
            let prepared = try prepared.get()
            let service = Self.service(for: instance, prepared.launch, kind)
            logger.want(log: instance.service.text, kind.log)
            try launcher.launch(instance, service, prepared.prepared, pipeSizeBytes: pipeSizeBytes())
            let trace = InstanceTrace(instance, kind.log)
            trace.environment = prepared.prepared.environment
            traces[instance] = trace
            jobs.outputs[instance] = JobOutput(
                instance, kind.agent, since: Clock.wallMicroseconds, isResumed: prepared.isResumed,
                folders: trace.streams.map { "\(folders.log)/\($0.log)" })
        } catch {
            feed(job: id, .launchFailed(instance, error.description))
        }
    }

    /// An attempt as the launcher knows what it launches.
    private static func service(
        for instance: InstanceID, _ launch: LaunchSpecification, _ kind: KindSpecification
    ) -> ServiceSpecification {
        ServiceSpecification(
            name: instance.service, launch: launch, stop: kind.rules.stop, limits: kind.limits, log: kind.log)
    }

    /// The command of `stop.exec`; should it fail, the signal.
    func runJobStop(_ instance: InstanceID, of id: JobID) {
        guard let stop = jobs.board.jobs[id]?.rules.stop, let command = stop.command else { return }
        let signal = { [weak self] in self?.launcher.signal(instance, stop.signal, to: stop.target) }
        guard let launch = jobs.kinds[id]?.launch else {
            signal()
            return
        }
        run(command, beside: instance, launch, nil, node: nil, max(stop.grace, .seconds(1))) { answer in
            if !answer.ok { signal() }
        }
    }
}

/// What has to be looked up before an attempt: its user, its session's file, its command.
nonisolated struct PreparedAttempt: Sendable {
    /// What was before it.
    struct Story: Sendable {
        /// So many attempts.
        let attempts: Int
        /// The session that they worked in.
        let session: String?
        /// One of them got forward.
        let hasBegun: Bool
    }

    let launch: LaunchSpecification
    let prepared: PreparedLaunch
    let isResumed: Bool

    init(
        _ instance: InstanceID, _ kind: KindSpecification, _ known: TemplateValues, _ story: Story, _ node: NodePinned?
    ) throws(LaunchError) {
        var launch = kind.launch
        let identity = try ChildIdentity.resolve(launch)
        var values = known
        values[.directory] = launch.directory ?? identity.directory
        // The program goes by its own HOME, wherever its account has one.
        let home = launch.environment["HOME"] ?? identity.account.home
        let file = kind.agent.session.filePath(values, home: home)
        let start = kind.agent.start(
            session: story.session, isSessionThere: file.map(Files.exists) ?? true, attempts: story.attempts,
            hasBegun: story.hasBegun)
        let isOwnResume =
            story.attempts > 0 && !kind.resume.isEmpty && JobWords(kind.resume).missing(values).isEmpty
        isResumed = isOwnResume || start == .resumed
        do throws(TemplateError) {
            launch.command =
                isOwnResume ? JobWords(kind.resume).filled(values) : try Self.command(kind, values, start)
            launch.environment.merge(kind.agent.variables(values)) { own, _ in own }
        } catch {
            throw LaunchError("its command: \(error)")
        }
        launch.environment = launch.environment.mapValues { JobWords.filled($0, values) }
        self.launch = launch
        prepared = try PreparedLaunch(instance, launch, known: identity, node: node)
    }

    private static func command(
        _ kind: KindSpecification, _ known: TemplateValues, _ start: AgentPreset.Start
    ) throws(TemplateError) -> [String] {
        if !kind.command.isEmpty, !kind.agent.takesArguments { return JobWords(kind.command).filled(known) }
        var values = known
        values.arguments = JobWords(kind.command).filled(known)
        return try kind.agent.words(start, values)
    }
}
