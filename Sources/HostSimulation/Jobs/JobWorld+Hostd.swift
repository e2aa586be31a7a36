// SPDX-License-Identifier: Apache-2.0

import HostCore

/// hostd's part: the same order as HostRuntime's.
extension JobWorld {
    func feed(_ id: InstanceID, _ event: JobEvent) {
        guard let job = JobID(name: id.service) else { return }
        feed(.job(job, event))
    }

    func feed(_ event: JobBoard.Event) {
        guard board != nil else { return }
        inbox.append(event)
        guard !inboxRuns else { return }
        inboxRuns = true
        while board != nil, !inbox.isEmpty {
            let next = inbox.removeFirst()
            if isKilledNow() { break }
            summary.events += 1
            carryOut(board?.handle(next, at: now) ?? [])
        }
        inbox.removeAll()
        inboxRuns = false
    }

    private func isKilledNow() -> Bool {
        guard let left = stepsToLive else { return false }
        stepsToLive = left - 1
        if left == 0 { hostdIsKilled() }
        return left == 0
    }

    private func carryOut(_ effects: [JobBoard.Effect]) {
        var touched: Set<JobID> = []
        for effect in effects {
            if isKilledNow() { return }
            switch effect {
            case .job(let id, let effect):
                touched.insert(id)
                carryOut(effect, of: id)
            case .gone(let job):
                timers[job.id] = nil
                checker.isOver(job)
            }
        }
        // In order: the same seed does the same in each process.
        for id in touched.sorted() { armTimer(id) }
        let others = (board?.jobs ?? [:]).filter { timers[$0.key] != $0.value.deadline && $0.value.deadline != nil }
        for id in others.keys.sorted() { armTimer(id) }
    }

    private func armTimer(_ id: JobID) {
        guard let deadline = board?.jobs[id]?.deadline else { return timers[id] = nil }
        guard timers[id] != deadline else { return }
        timers[id] = deadline
        queue.plan(.wake(id, at: deadline, life: life), at: max(deadline, now))
    }

    private func carryOut(_ effect: JobEffect, of id: JobID) {
        note(effect)
        switch effect {
        case .write(let number): write(id, number)
        case .plan(let instance): queue.plan(.planned(instance, life: life), at: now + duration(0...0.01))
        case .launch(let instance): launch(instance, of: id)
        case .askForCheckpoint(let instance, _):
            if chance(0.5) { inbox.append(.job(id, .checkpoint(instance, "\(now.nanoseconds)"))) }
        case .signal(let instance, _, _), .runStop(let instance):
            guard let attempt = attempts[instance], attempt.mainLives, attempt.hangsAfter == nil || chance(0.3) else {
                return
            }
            queue.plan(.signalTaken(attempt), at: now + duration(0.01...12))
        case .endTree(let instance):
            if let attempt = attempts[instance] { queue.plan(.treeKilled(attempt), at: now + .milliseconds(1)) }
        case .sweep(let instance):
            // The keeper is killed at once, what is left of its tree a little later.
            if let attempt = attempts[instance] {
                attempt.keeperLives = false
                attempt.mainLives = false
            }
            queue.plan(.sweepDone(instance, life: life), at: now + duration(0.01...2))
        case .judge(let instance, let report): judge(instance, report)
        case .forget(let instance):
            checker.forgotten(instance, written: store.attempts[instance])
            if chance(0.7) { attempts[instance] = nil }
        case .report(let report):
            trace.note("job \(id) \(report.kind.rawValue): \(report.reason)", at: now)
        }
    }

    /// An attempt that hostd asks to end is not judged by its own doing alone.
    private func note(_ effect: JobEffect) {
        switch effect {
        case .askForCheckpoint(let instance, _), .signal(let instance, _, _), .runStop(let instance),
            .endTree(let instance):
            attempts[instance]?.wasDisturbed = true
        default: break
        }
    }

    private func write(_ id: JobID, _ number: UInt64) {
        guard let job = board?.jobs[id] else { return }
        write(SimulatedStore.Write(job: job.record(clock), attempt: job.attempt, number: number))
    }

    func write(_ write: SimulatedStore.Write) {
        store.pending.append(write)
        guard !store.isBusy else { return }
        store.isBusy = true
        queue.plan(.storeWrites(life: life), at: now + duration(0.001...0.05))
    }

    func storeWrites(life: Int) {
        guard life == self.life else { return }
        guard store.failsUntil <= now else { return queue.plan(.storeWrites(life: life), at: now + .seconds(5)) }
        store.isBusy = false
        let before = store.jobs
        let done = store.commit()
        for write in done {
            let attempt = write.attempt.flatMap { attempts[write.job.id.instance($0.number)] }
            checker.committed(write.job, write.attempt, before: before[write.job.id], attempt, rules)
        }
        for write in done {
            feed(.job(write.job.id, .written(write.number)))
        }
    }

    private func launch(_ instance: InstanceID, of id: JobID) {
        summary.launches += 1
        checker.launched(
            instance, id, written: store.attempts[instance], rules: rules,
            others: attempts.values.filter { $0.job == id }, at: now)
        checker.comesAfterOthers(instance, id, store.jobs)
        let busy = Set(attempts.values.filter { $0.job != id && ($0.treeLives || $0.keeperLives) }.map(\.job))
        checker.hasAPlace(instance, beside: busy.count, of: concurrency, at: now)
        let bad = !isCalm
        let attempt = SimulatedAttempt(
            instance, id, at: now, failsAfter: bad && chance(0.3) ? Int.random(in: 0...5, using: &random) : nil,
            hangsAfter: bad && chance(0.1) ? Int.random(in: 0...5, using: &random) : nil,
            failure: bad ? failure() : .counted, hasTool: chance(0.4), isStillborn: bad && chance(0.03))
        attempts[instance] = attempt
        store.epochs[instance] = epoch
        queue.plan(.keeperStarts(attempt), at: now + duration(0.001...0.01))
    }

    private func judge(_ instance: InstanceID, _ report: ExitReport) {
        if !isCalm, chance(0.05) { return }  // the answer is lost
        let attempt = attempts[instance]
        let isDone = attempt?.saysDone == true
        // Of an end that nobody saw the output says nothing.
        let kind = report.status == .code(1) ? attempt?.failure ?? .counted : .counted
        let verdict: AttemptVerdict =
            isDone ? .succeeded("all steps") : .failed(AttemptFailure(kind, report.text))
        queue.plan(.judged(instance, verdict, life: life), at: now + duration(0.001...0.5))
    }

    /// The same output says the same, however often it is read.
    private func failure() -> AttemptFailure.Class {
        switch random.unit() {
        case ..<0.6: .counted
        case ..<0.63: .permanent
        case ..<0.73: .sessionGone
        case ..<0.83: .disruption(retryAfter: nil)
        default: .disruption(retryAfter: duration(1...600))
        }
    }

    func hostdIsKilled() {
        guard board != nil else { return }
        trace.note("hostd is killed", at: now)
        summary.hostdKills += 1
        board = nil
        life += 1
        stepsToLive = nil
        timers = [:]
        store.pending = []
        store.isBusy = false
        inbox = []
        queue.plan(.hostdReturns, at: now + duration(0.001...30))
    }

    /// hostd starts: what is written down first, then what the folders say.
    func hostdReturns() {
        guard board == nil else { return }
        trace.note("hostd starts", at: now)
        undisturbedSince = now
        checker.hostdReturned()
        board = JobBoard(concurrency: concurrency)
        if !isCalm, chance(0.15) { stepsToLive = Int.random(in: 0...20, using: &random) }
        feed(.conditions(critical))
        // Those with an attempt have their places before others get any.
        let records = store.jobs.values.filter { !$0.phase.isFinal }.sorted { $0.id < $1.id }
        for record in records.filter(\.isAttemptOpen) + records.filter({ !$0.isAttemptOpen }) {
            guard board != nil else { return }
            adopt(record)
        }
        sayWhatIsOver(records)
        guard board != nil else { return }
        for (id, attempt) in attempts {
            let isOpen = JobID(name: id.service).flatMap { board?.jobs[$0]?.state.instance } == id
            if !isOpen, !attempt.treeLives, !attempt.keeperLives { attempts[id] = nil }
        }
    }

    /// hostd may have been killed before it could say so.
    private func sayWhatIsOver(_ records: [JobRecord]) {
        for record in records {
            for other in record.after {
                guard let final = store.jobs[other]?.phase, final.isFinal else { continue }
                feed(.job(record.id, .otherEnded(other, succeeded: final == .succeeded)))
            }
        }
    }

    private func adopt(_ record: JobRecord) {
        let instance = record.id.instance(record.attempts)
        let job = JobMachine(
            record, rules, attempt: store.attempts[instance], seed: seed &+ UInt64(life), clock)
        feed(.add(job))
        guard record.isAttemptOpen else { return }
        let attempt = attempts[instance]
        // The runtime folder is empty after a reboot; the exit record lies in the state folder.
        if let launched = store.epochs[instance], launched != epoch {
            guard let exit = attempt?.exit else { return feed(.rebooted(record.id)) }
            return feed(instance, .exited(instance, exit, treeEmpty: true))
        }
        for event in attempt?.news ?? [.neverRan(instance)] { feed(instance, event) }
    }
}
