// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// All logs and pipes that hostd wants, and those that are still being drained.
final class WantedSet {
    /// More are refused.
    private static let pipeLimit = 16384
    private static let logLimit = 8192

    private let tools: Tools
    private let folder: String
    private var logs: [String: Log] = [:]
    private var pipes: [String: LogPipe] = [:]
    private var slots: [LogPipe?] = []
    private var freeSlots: [Int] = []
    /// All logs together take no more; nil: no limit.
    var hostTotalBytes: UInt64? { didSet { planChanges &+= 1 } }
    /// Logs that other programs write.
    var foreign: [ServiceName: ForeignLogSpecification] = [:] { didSet { planChanges &+= 1 } }
    /// How often `tendingPlan` may have changed. With a thousand logs it is worth asking before the plan is made.
    private(set) var planChanges: UInt64 = 0
    /// Logs may have become superfluous.
    private var mustSweep = false

    init(folder: String, tools: Tools) {
        self.folder = folder
        self.tools = tools
        tools.reserve = Reserve(folder: folder)
        tools.forget = { [unowned self] pipe in
            mustSweep = true
            slots[pipe.slot] = nil
            freeSlots.append(pipe.slot)
            if pipes[pipe.instance] === pipe { pipes[pipe.instance] = nil }
        }
    }

    /// An event of the pipe in `slot`.
    func ready(slot: Int, _ events: EpollEvents) {
        guard slots.indices.contains(slot), let pipe = slots[slot], let log = logs[pipe.log] else { return }
        if events.contains(.hangup), !pipe.isHungUp {
            pipe.isHungUp = true
            pipe.mustLookForTail = true
        }
        tools.queue(log)
    }

    /// Time has passed.
    func tick() {
        for log in logs.values { log.tick() }
    }

    /// A log is wanted with these settings.
    func want(log name: String, _ settings: LogSpecification) {
        guard let log = find(name) else { return }
        let before = log.settings.retention
        if !log.isTold || !log.isWanted || log.settings != settings { planChanges &+= 1 }
        log.settings = settings
        if settings.retention != before, log.file != nil { log.prune() }
        log.isWanted = true
        log.isTold = true
        log.repeatTrouble()
        tools.queue(log)
    }

    /// A pipe is wanted. One that is known already changes nothing; one that is drained is reported again.
    func want(pipe instance: String, log name: String, fifo: String, tail: String) {
        if let known = pipes[instance] {
            guard known.log != name || known.fifo != fifo || known.tail != tail || known.stage == .refused else {
                known.isLeaving = false
                if known.stage == .drained { tools.reply(.drained(instance: instance)) }
                return
            }
            guard known.stage == .drained || known.stage == .refused else {
                return tools.reply(
                    .error(
                        name: name,
                        text: "\(instance) is still read from \(known.fifo) into \(known.log); drop it first"))
            }
            logs[known.log]?.pipes.removeAll { $0 === known }
            tools.forget(known)
        }
        guard pipes.count < Self.pipeLimit else {
            return tools.reply(.error(name: name, text: "\(instance) is one pipe more than \(Self.pipeLimit)"))
        }
        guard let log = find(name) else { return }
        let slot = freeSlots.popLast() ?? slots.count
        let pipe = LogPipe(instance: instance, log: name, fifo: fifo, tail: tail, slot: slot)
        if slot == slots.count { slots.append(pipe) } else { slots[slot] = pipe }
        pipes[instance] = pipe
        log.pipes.append(pipe)
        tools.queue(log)
    }

    /// A pipe is wanted no more: what lies in it is moved, then it is forgotten.
    func drop(_ instance: String) {
        guard let pipe = pipes[instance] else { return }
        pipe.isLeaving = true
        if let log = logs[pipe.log] { tools.queue(log) }
    }

    /// Everything that is not named is drained and dropped.
    func keepOnly(logs wantedLogs: Set<String>, pipes wantedPipes: Set<String>) {
        for instance in pipes.keys where !wantedPipes.contains(instance) { drop(instance) }
        for (name, log) in logs { log.isWanted = wantedLogs.contains(name) }
        planChanges &+= 1
        hostTotalBytes = nil
        foreign = [:]
        mustSweep = true
    }

    /// What the tending child has to know. Logs whose settings were not told are left alone.
    var tendingPlan: TendingPlan {
        var plan = TendingPlan()
        plan.hostTotalBytes = hostTotalBytes
        let told = logs.values.filter { $0.isTold && $0.isWanted }.sorted { $0.name < $1.name }
        plan.logs = told.map { TendingPlan.Log(name: $0.name, settings: $0.settings) }
        plan.foreign = foreign.values.sorted { $0.name < $1.name }
        return plan
    }

    /// Closes logs that are wanted no more and have no pipes left.
    func sweep() {
        guard mustSweep else { return }
        mustSweep = false
        for (name, log) in logs where !log.isWanted {
            let isQueued = log.isQueued || log.isIndexQueued || log.followers.areQueued
            if log.pipes.isEmpty && !isQueued && log.spill == nil { logs[name] = nil } else { mustSweep = true }
        }
    }

    /// Moves what lies in the pipes now, and finishes tails that have been begun, as far as the disks take it.
    func drainAll() {
        for log in logs.values { log.drain() }
    }

    private func find(_ name: String) -> Log? {
        if let log = logs[name] { return log }
        guard logs.count < Self.logLimit else {
            tools.reply(.error(name: name, text: "one log more than \(Self.logLimit)"))
            return nil
        }
        // Until its settings are told nothing of it is removed.
        let log = Log(
            name: name, folder: folder + "/" + name, tools: tools,
            settings: LogSpecification(keep: .max, maxAge: .zero, totalBytes: .max))
        logs[name] = log
        return log
    }
}
