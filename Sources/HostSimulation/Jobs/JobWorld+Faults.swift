// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What people do and what goes wrong.
extension JobWorld {
    func submit() {
        if !isCalm { queue.plan(.submits, at: now + duration(1...300)) }
        guard board != nil, let id = JobID(submitted + 1) else { return }
        submitted += 1
        var record = JobRecord(
            id: id, kind: chance(0.7) ? "review" : nil, uid: UInt32.random(in: 1000...1002, using: &random),
            priority: Int.random(in: -2...2, using: &random), submission: "{}",
            createdMilliseconds: clock.wallMilliseconds)
        if submitted > 1, chance(0.2), let other = JobID(Int64.random(in: 1..<submitted, using: &random)),
            board?.jobs[other] != nil
        {
            record.after = [other]
        }
        let job = JobMachine(record, rules, seed: random.next(), clock)
        // It is acknowledged when it is on the disk; until then the one who submits tries again.
        feed(.add(job))
    }

    func personActs() {
        guard !isCalm else { return }
        queue.plan(.personActs, at: now + duration(5...400))
        guard let id = board?.jobs.keys.sorted().randomElement(using: &random) else { return }
        switch random.unit() {
        case ..<0.1:
            trace.note("a person cancels job \(id)", at: now)
            feed(.job(id, .cancel))
        case ..<0.3:
            trace.note("a person holds job \(id)", at: now)
            feed(.job(id, .hold))
        case ..<0.6: feed(.job(id, .release))
        case ..<0.7: feed(.job(id, .retry))
        case ..<0.8: feed(.job(id, .interrupt("the disk is critical")))
        case ..<0.85: feed(.configure([id: rules], concurrency: concurrency))
        default: break
        }
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
                queue.plan(.keeperGoesOn(attempt), at: now + duration(1...300))
            }
        case ..<0.75: if let attempt = anyAttempt() { mainEnds(attempt, .signal(9)) }
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
