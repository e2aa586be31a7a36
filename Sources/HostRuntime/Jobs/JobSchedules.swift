// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostStore
internal import HostWire

/// Jobs that hostd submits itself, when they are due.
extension Supervisor {
    /// What is remembered of schedules is called so in the store.
    private static let memory = "schedule/"
    /// Keys of scheduled jobs begin so.
    static let scheduleKey = "schedule/"

    /// Tells the schedules what the configuration says, and what is remembered of them.
    func watchSchedules() {
        let kinds = configuration.kinds.filter { $0.schedule != nil }
        guard !kinds.isEmpty || jobs.hasSchedules else { return }
        jobs.hasSchedules = true
        store.documents(Self.memory) { [weak self] found in
            guard let self else { return }
            // Without its memory a schedule would begin anew, and what was missed would be forgotten.
            guard let found else { return self.jobs.askAgain(self.loop) { [weak self] in self?.watchSchedules() } }
            var memories: [String: ScheduleMemory] = [:]
            for (name, text) in found {
                memories[String(name.dropFirst(Self.memory.count))] = ScheduleMemory(text: text)
            }
            let plans = kinds.compactMap { self.plan(of: $0) }
            self.feedSchedules(.configure(plans, memories, busy: self.busyKinds))
        }
    }

    private func plan(of kind: KindSpecification) -> ScheduleMachine.Plan? {
        guard let text = kind.schedule, let schedule = try? Schedule(parsing: text) else { return nil }
        do throws(TimeZoneError) {
            let zone = try TimeZones.rules(kind.timezone)
            return ScheduleMachine.Plan(
                kind: kind.name, schedule: schedule, zoneName: kind.timezone ?? "", zone: zone, overlap: kind.overlap)
        } catch {
            Journal.say(.error, "kind \(kind.name): \(error); its schedule rests")
            return nil
        }
    }

    /// The kinds that have a scheduled job which is not over.
    private var busyKinds: Set<String> {
        Set(
            jobs.board.jobs.values.filter { $0.key?.hasPrefix(Self.scheduleKey) == true && !$0.phase.isFinal }
                .compactMap(\.kind))
    }

    /// The wall clock was set, or the time has come.
    func lookAtSchedules() {
        if jobs.hasSchedules { feedSchedules(.look) }
    }

    /// A job has left the board.
    func scheduledJobIsOver(_ job: JobMachine) {
        guard job.key?.hasPrefix(Self.scheduleKey) == true, let kind = job.kind else { return }
        feedSchedules(.busy(kind: kind, busyKinds.contains(kind)))
    }

    private func feedSchedules(_ event: ScheduleMachine.Event) {
        // CLOCK_BOOTTIME goes on while the host is suspended.
        for effect in jobs.schedules.handle(event, at: Clock.boottime, wall: Clock.wallMilliseconds / 1000) {
            switch effect {
            case .submit(let kind, let due, let key): submitDue(kind, due, key)
            case .skip(let kind, let due):
                let why = "kind \(kind): \(due.local) is left out, the job before is not over"
                history.add(host: "schedule_skipped", why)
            case .remember(let kind, let memory): store.set(document: Self.memory + kind, memory?.text)
            case .wake(let seconds): wakeSchedules(at: seconds)
            }
        }
    }

    private func wakeSchedules(at seconds: Int64?) {
        guard let seconds else { return jobs.scheduleTimer = nil }
        let timer = try? loop.timer { [weak self] in self?.lookAtSchedules() }
        let wait = Duration.milliseconds(max(0, seconds * 1000 - Clock.wallMilliseconds))
        timer?.arm(at: loop.now + wait)
        jobs.scheduleTimer = timer
    }

    /// A time is due: its key makes one job of it, however often it is submitted.
    private func submitDue(_ name: String, _ due: Schedule.Due, _ key: String) {
        var submission = JobSubmission(kind: name)
        submission.key = key
        let uid = getuid()
        store.job(key: key, uid: uid) { [weak self] found in
            guard let self else { return }
            if case .failure = found {
                return self.jobs.askAgain(self.loop) { [weak self] in self?.submitDue(name, due, key) }
            }
            let isThere = if case .success(nil) = found { false } else { true }
            if isThere { return self.feedSchedules(.busy(kind: name, self.busyKinds.contains(name))) }
            do throws(SubmissionError) {
                let kind = try SubmittedJob.kind(submission, uid: uid, kinds: self.configuration.kinds)
                self.addJob(submission, kind, uid, because: "due \(due.local)")
            } catch {
                Journal.say(.error, "kind \(name): due \(due.local), and not submitted: \(error)")
                self.feedSchedules(.busy(kind: name, false))
            }
        }
    }
}
