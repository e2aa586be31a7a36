// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What people do and what goes wrong.
extension JobWorld {
    func submit() {
        if !isCalm { queue.plan(.submits, at: now + duration(1...300)) }
        guard board != nil else { return }
        var after: [JobID] = []
        if submitted > 0, chance(0.2), let other = JobID(Int64.random(in: 1...submitted, using: &random)) {
            after = [other]
        }
        // Now and then three, each after the one before.
        for _ in 0..<(chance(0.2) ? 3 : 1) {
            after = after.filter { board?.jobs[$0] != nil }
            guard let id = submit(after: after) else { return }
            after = [id]
        }
    }

    private func submit(after: [JobID]) -> JobID? {
        guard board != nil, let id = JobID(submitted + 1) else { return nil }
        submitted += 1
        var record = JobRecord(
            id: id, kind: chance(0.7) ? "review" : nil, uid: UInt32.random(in: 1000...1002, using: &random),
            priority: Int.random(in: -2...2, using: &random), submission: "{}",
            createdMilliseconds: clock.wallMilliseconds)
        record.after = after
        checker.submitted(id, after: after)
        // It is acknowledged when it is on the disk; until then the one who submits tries again.
        write(SimulatedStore.Write(job: record, attempt: nil, number: 0))
        feed(.add(JobMachine(record, rules, seed: random.next(), clock)))
        return id
    }

    func personActs() {
        guard !isCalm else { return }
        queue.plan(.personActs, at: now + duration(5...400))
        guard let id = board?.jobs.keys.sorted().randomElement(using: &random) else { return }
        switch random.unit() {
        case ..<0.1: act(on: id, "cancels", .cancel)
        case ..<0.3: act(on: id, "holds", .hold)
        case ..<0.55: act(on: id, "releases", .release)
        case ..<0.65: act(on: id, "retries", .retry)
        case ..<0.75: act(on: id, "interrupts", .interrupt("the disk is critical"))
        case ..<0.9: reconfigure()
        default: break
        }
    }

    private func act(on id: JobID, _ verb: String, _ event: JobEvent) {
        trace.note("a person \(verb) job \(id)", at: now)
        checker.personActed(on: id, goesOn: event == .release || event == .retry)
        for attempt in attempts.values where attempt.job == id { attempt.wasDisturbed = true }
        feed(.job(id, event))
    }

    /// Other numbers of places, for all jobs.
    private func reconfigure() {
        let before = concurrency
        concurrency = Int.random(in: 1...6, using: &random)
        if rules.concurrency != nil { rules.concurrency = Int.random(in: 1...3, using: &random) }
        trace.note("\(concurrency) places now", at: now)
        checker.placesChanged(from: before, to: concurrency, at: now)
        let rules = Dictionary(uniqueKeysWithValues: (board?.jobs.keys).map { $0.map { ($0, self.rules) } } ?? [])
        feed(.configure(rules, concurrency: concurrency))
    }

    func faultStrikes() {
        guard !isCalm else { return }
        queue.plan(.faultStrikes, at: now + duration(0.5...60))
        switch random.unit() {
        case ..<0.35: if board != nil { stepsToLive = Int.random(in: 0...8, using: &random) }
        case ..<0.40: hostdIsKilled()
        case ..<0.55: if let attempt = anyAttempt() { killKeeper(attempt) }
        case ..<0.60:
            if let attempt = anyAttempt() {
                attempt.keeperHangs = true
                attempt.mayBeLate = true
                queue.plan(.keeperGoesOn(attempt), at: now + duration(1...300))
            }
        case ..<0.71: if let attempt = anyAttempt() { mainEnds(attempt, .signal(9)) }
        case ..<0.73: if let attempt = anyAttempt() { feed(attempt.id, .loops(attempt.id, "the same error again")) }
        case ..<0.75: if let attempt = anyAttempt() { feed(attempt.id, .overLimit(attempt.id, "2 GiB")) }
        case ..<0.83:
            trace.note("the store fails", at: now)
            store.failsUntil = now + duration(1...200)
        case ..<0.92: outage()
        case ..<0.96: sleeps()
        default: reboot()
        }
    }

    private func anyAttempt() -> SimulatedAttempt? {
        attempts.values.filter(\.keeperLives).sorted { "\($0.id)" < "\($1.id)" }.randomElement(using: &random)
    }

    private func outage() {
        critical = critical.isEmpty ? [random.unit() < 0.7 ? .network : .disk] : []
        trace.note("critical now: \(critical.map(\.rawValue))", at: now)
        feed(.conditions(critical))
    }

    private func sleeps() {
        let jump = duration(1...4000)
        trace.note("the clock jumps by \(jump.text)", at: now)
        now = now + jump
        undisturbedSince = now
        queue.shuffle(until: now, using: &random)
        feed(.away(jump))
    }

    /// Another epoch: no process survives; the store, the exit records and the output are what is left.
    private func reboot() {
        trace.note("the host is rebooted", at: now)
        summary.reboots += 1
        epoch += 1
        hostdIsKilled()
        for attempt in attempts.values {
            attempt.keeperLives = false
            attempt.mainLives = false
            attempt.toolLives = false
        }
    }

    /// No more faults; what was broken works again, and what a person holds is released.
    func calmDown() {
        isCalm = true
        stepsToLive = nil
        store.failsUntil = now
        critical = []
        feed(.conditions([]))
        for attempt in attempts.values.sorted(by: { "\($0.id)" < "\($1.id)" }) { keeperGoesOn(attempt) }
    }

    /// The first job that is not over although nothing is in its way; nil when all is well.
    func unwell() -> String? {
        guard let board else { return "hostd did not come back" }
        for job in board.jobs.values.sorted(by: { $0.id < $1.id }) where job.phase != .held {
            // Who waits for a job that is held waits on.
            if job.phase == .waiting, job.after.contains(where: { board.jobs[$0] != nil }) { continue }
            return "job \(job.id) is \(job.phase.rawValue) long after the faults: \(job.reason)"
        }
        return nil
    }
}
