// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// The limits of the instances that run, kept by looking at what they use.
final class LimitWatch {
    /// So often their use is read, as long as any of them has a limit.
    static let interval: Duration = .seconds(2)

    /// The limits that the cgroup of each instance has now.
    fileprivate var applied: [InstanceID: LimitsSpecification] = [:]
    /// What is known of each instance.
    fileprivate(set) var machines: [InstanceID: LimitsMachine] = [:] { didSet { readings &+= 1 } }
    /// How often that may have changed.
    private(set) var readings: UInt64 = 0
    fileprivate var timer: TimerSource?
    /// A reading is planned or under way.
    fileprivate var isAwake = false
}

extension Supervisor {
    private static let readDeadline: Duration = .seconds(30)

    /// A service was touched: its cgroup gets limits that are new, and reading begins when there is something to read.
    func watchLimits(of service: ServiceMachine) {
        guard case .up(let life) = service.state else { return }
        applyLimits(service.specification.limits, to: life.instance)
        guard !limits.isAwake, !polled(service).isEmpty else { return }
        if limits.timer == nil { limits.timer = try? loop.timer { [weak self] in self?.readUse() } }
        limits.isAwake = limits.timer != nil
        limits.timer?.arm(at: loop.now + LimitWatch.interval)
    }

    /// The limits that are kept by looking.
    private func polled(_ service: ServiceMachine) -> LimitsSpecification {
        var rest = service.specification.limits.notKept(by: launcher.cgroup?.controllers ?? [])
        rest.cpuPercent = nil
        return rest
    }

    /// A launch has set them; this is for a configuration that changed since.
    private func applyLimits(_ rules: LimitsSpecification, to instance: InstanceID) {
        guard launcher.cgroup != nil, limits.applied[instance] != rules else { return }
        limits.applied = limits.applied.filter { machine.services[$0.key.service]?.state.instance == $0.key }
        limits.applied[instance] = rules
        do throws(SystemError) {
            try launcher.cgroup(of: instance)?.apply(rules)
        } catch {
            Journal.say(.warning, "the limits of \(instance) could not be set: \(error)")
        }
    }

    /// What the kernel knows of an end, besides its status.
    func explained(_ report: ExitReport, of instance: InstanceID) -> ExitReport {
        guard report.status == .signal(9) else { return report }
        var explained = report
        if let most = machine.services[instance.service]?.specification.limits.memoryBytes,
            launcher.cgroup(of: instance)?.ranOutOfMemory == true
        {
            explained.note = "out of memory: limits.memory is \(ByteText.text(most))"
        } else if let suspicion = memory.suspicion() {
            explained.note = suspicion
        }
        return explained
    }

    private func readUse() {
        var roots: [Int32: InstanceID] = [:]
        for service in machine.services.values where !polled(service).isEmpty {
            guard case .up(let life) = service.state, let keeper = launcher.keeperPid(life.instance) else { continue }
            roots[keeper] = life.instance
        }
        let known = Set(roots.values)
        limits.machines = limits.machines.filter { known.contains($0.key) }
        limits.isAwake = !roots.isEmpty
        guard limits.isAwake else { return }
        let pids = Set(roots.keys)
        files.submit(deadline: Self.readDeadline) {
            ProcessTrees.use(below: pids)
        } then: { [weak self] (outcome: WorkOutcome<[Int32: ResourceUse]>) in
            guard let self else { return }
            self.limits.timer?.arm(at: self.loop.now + LimitWatch.interval)
            guard case .done(let uses) = outcome else { return }
            for (pid, use) in uses {
                if let instance = roots[pid] { self.take(use, of: instance) }
            }
        }
    }

    private func take(_ use: ResourceUse, of instance: InstanceID) {
        guard let service = machine.services[instance.service] else { return }
        let rules = polled(service)
        var watched = limits.machines[instance] ?? LimitsMachine(rules)
        watched.limits = rules
        let breach = watched.take(use)
        limits.machines[instance] = watched
        if let breach { feed(instance.service, .overLimit(instance, breach)) }
    }
}
