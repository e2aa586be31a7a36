// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// Looks at running attempts again and again: what they wrote, whether they use the processor, whether their sockets
/// carry anything. One look for all of them.
final class JobPulse {
    /// So often, unless a job is to be noticed sooner.
    private static let interval: Duration = .seconds(15)
    private static let shortest: Duration = .milliseconds(250)
    private static let deadline: Duration = .seconds(30)
    /// Of one processor: less than this is the ticking of a clock, not work.
    private static let busyShare = 0.01
    private nonisolated static let ticksPerSecond = 100.0

    private var timer: TimerSource?
    private var isAwake = false
    private var ticks: [InstanceID: (count: UInt64, at: Instant)] = [:]
    /// The bytes that each attempt had written at the last look.
    private(set) var written: [InstanceID: UInt64] = [:]

    /// Begins to look, while an attempt runs.
    func begin(_ supervisor: Supervisor) {
        guard !isAwake else { return }
        if timer == nil {
            timer = try? supervisor.loop.timer { [weak self, weak supervisor] in
                if let supervisor { self?.look(supervisor) }
            }
        }
        isAwake = timer != nil
        timer?.arm(at: supervisor.loop.now + interval(supervisor))
    }

    /// An attempt was asked for a checkpoint, which may lie in a file: it is looked for soon.
    func hasten(_ supervisor: Supervisor) {
        isAwake = false
        begin(supervisor)
    }

    /// An attempt is over.
    func forget(_ instance: InstanceID) {
        ticks[instance] = nil
        written[instance] = nil
    }

    private nonisolated struct Seen: Sendable {
        var ticks: [Int32: UInt64]
        var talking: Set<Int32>
        var written: [Int32: UInt64]
    }

    /// Four looks within the shortest silence that somebody wants noticed.
    private func interval(_ supervisor: Supervisor) -> Duration {
        let limits = supervisor.jobs.board.jobs.values.compactMap { job -> Duration? in
            if Self.saving(job) != nil { return Self.shortest * 4 }
            guard case .running(let run) = job.state else { return nil }
            return [run.stall.rules.silence, run.stall.rules.hard].compactMap(\.self).min()
        }
        return max(min(Self.interval, (limits.min() ?? .seconds(3600)) / 4), Self.shortest)
    }

    /// The attempt that is expected to leave a checkpoint before it is stopped; nil where there is none.
    private static func saving(_ job: JobMachine) -> InstanceID? {
        guard case .ending(let ending) = job.state, case .saving = ending.step else { return nil }
        return ending.instance
    }

    private func look(_ supervisor: Supervisor) {
        isAwake = false
        var roots: [Int32: InstanceID] = [:]
        for job in supervisor.jobs.board.jobs.values {
            if let instance = Self.saving(job) {
                supervisor.lookForCheckpoint(instance, of: job.id)
                begin(supervisor)
            }
            guard case .running(let run) = job.state else { continue }
            read(run.instance, of: job.id, supervisor)
            if let keeper = supervisor.launcher.keeperPid(run.instance) { roots[keeper] = run.instance }
        }
        guard !roots.isEmpty else { return }
        begin(supervisor)
        let pids = Set(roots.keys)
        let quiet = UInt32(clamping: interval(supervisor).nanoseconds / 1_000_000)
        supervisor.files.submit(deadline: Self.deadline) { () -> Seen in
            let figures = TreeSockets.figures(below: pids)
            let talking = figures.filter { $0.value.contains { $0.silentMilliseconds < quiet } }
            return Seen(
                ticks: ProcessTrees.processorTicks(below: pids), talking: Set(talking.keys),
                written: ProcessTrees.writtenBytes(below: pids))
        } then: { [weak self, weak supervisor] (outcome: WorkOutcome<Seen>) in
            guard let self, let supervisor, case .done(let seen) = outcome else { return }
            for (pid, instance) in roots {
                written[instance] = seen.written[pid]
                let works = isWorking(instance, seen.ticks[pid] ?? 0, at: supervisor.loop.now)
                guard works || seen.talking.contains(pid), let id = JobDesk.job(of: instance) else { continue }
                supervisor.feed(job: id, .busy(instance))
            }
        }
    }

    private func isWorking(_ instance: InstanceID, _ count: UInt64, at now: Instant) -> Bool {
        defer { ticks[instance] = (count, now) }
        guard let before = ticks[instance], now > before.at else { return true }
        // Those that ended take their time with them: less is a change as well.
        let used = Double(max(count, before.count) - min(count, before.count)) / Self.ticksPerSecond
        return used / (now - before.at).seconds >= Self.busyShare
    }

    private func read(_ instance: InstanceID, of id: JobID, _ supervisor: Supervisor) {
        guard let output = supervisor.jobs.outputs[instance] ?? supervisor.foundOutput(of: instance, id) else { return }
        output.read(supervisor.loop, supervisor.files) { [weak supervisor] findings in
            guard let supervisor else { return }
            supervisor.take(findings, from: instance, of: id)
            supervisor.lookForCheckpoint(instance, of: id)
            let patience = output.reading.preset.stall.afterResult
            guard let at = output.lastWordAt, supervisor.loop.now - at >= patience else { return }
            supervisor.feed(job: id, .loops(instance, "it said its last word \(patience.text) ago and does not end"))
        }
    }
}
