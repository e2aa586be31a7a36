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
        for id in touched { armTimer(id) }
        for (id, job) in board?.jobs ?? [:] where timers[id] != job.deadline && job.deadline != nil { armTimer(id) }
    }

    private func armTimer(_ id: JobID) {
        guard let deadline = board?.jobs[id]?.deadline else { return timers[id] = nil }
        guard timers[id] != deadline else { return }
        timers[id] = deadline
        queue.plan(.wake(id, at: deadline, life: life), at: max(deadline, now))
    }

    private func carryOut(_ effect: JobEffect, of id: JobID) {
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

    private func write(_ id: JobID, _ number: UInt64) {
        guard let job = board?.jobs[id] else { return }
        store.pending.append(SimulatedStore.Write(job: job.record(clock), attempt: job.attempt, number: number))
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
        for write in done { checker.committed(write.job, write.attempt, before: before[write.job.id]) }
        for write in done {
            feed(.job(write.job.id, .written(write.number)))
        }
    }

    private func launch(_ instance: InstanceID, of id: JobID) {
        summary.launches += 1
        checker.launched(
            instance, id, written: store.attempts[instance], critical: critical, rules: rules,
            others: attempts.values.filter { $0.job == id })
        let bad = !isCalm
        let attempt = SimulatedAttempt(
            instance, id, at: now, failsAfter: bad && chance(0.3) ? Int.random(in: 0...5, using: &random) : nil,
            hangsAfter: bad && chance(0.1) ? Int.random(in: 0...5, using: &random) : nil, hasTool: chance(0.4),
            isStillborn: bad && chance(0.03))
        attempts[instance] = attempt
        store.epochs[instance] = epoch
        queue.plan(.keeperStarts(attempt), at: now + duration(0.001...0.01))
    }

    private func judge(_ instance: InstanceID, _ report: ExitReport) {
        if !isCalm, chance(0.05) { return }  // the answer is lost
        let isDone = attempts[instance]?.saysDone == true
        let verdict: AttemptVerdict =
            isDone ? .succeeded("all steps") : .failed(AttemptFailure(.counted, report.text))
        queue.plan(.judged(instance, verdict, life: life), at: now + duration(0.001...0.5))
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
        board = JobBoard(concurrency: concurrency)
        if !isCalm, chance(0.15) { stepsToLive = Int.random(in: 0...20, using: &random) }
        feed(.conditions(critical))
        for record in store.jobs.values.sorted(by: { $0.id < $1.id }) where !record.phase.isFinal {
            guard board != nil else { return }
            adopt(record)
        }
        guard board != nil else { return }
        for (id, attempt) in attempts {
            let isOpen = JobID(name: id.service).flatMap { board?.jobs[$0]?.state.instance } == id
            if !isOpen, !attempt.treeLives, !attempt.keeperLives { attempts[id] = nil }
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
