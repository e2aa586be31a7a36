// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// What the instances that run use, and their limits, kept by looking at that.
final class LimitWatch {
    /// So often the use of those that have a limit is read.
    static let interval: Duration = .seconds(2)
    /// So often that of all others, for people and for the pace at which they grow.
    static let calmInterval: Duration = .seconds(60)
    /// So soon that of one that has just started.
    static let firstInterval: Duration = .seconds(5)

    /// Whether a service is at work that a restart would cost: nobody knows of any work yet.
    var isBusy: (ServiceName) -> Bool = { _ in false }
    /// The limits that the cgroup of each instance has now.
    fileprivate var applied: [InstanceID: LimitsSpecification] = [:]
    /// What is known of each instance.
    fileprivate(set) var machines: [InstanceID: LimitsMachine] = [:] { didSet { readings &+= 1 } }
    /// A launch has its limits from the start.
    func launched(_ instance: InstanceID, with rules: LimitsSpecification) { applied[instance] = rules }

    /// How often that may have changed.
    private(set) var readings: UInt64 = 0
    fileprivate var timer: TimerSource?
    fileprivate var nextAt: Instant?
    fileprivate var readAllAt: Instant?
    fileprivate var isReading = false
}

extension Supervisor {
    private static let readDeadline: Duration = .seconds(30)

    /// A service was touched: its cgroup gets limits that are new, and it is looked at soon.
    func watchLimits(of service: ServiceMachine) {
        guard case .up(let life) = service.state else { return }
        applyLimits(of: service.specification, to: life.instance)
        let calm = limits.machines[life.instance] == nil ? LimitWatch.firstInterval : LimitWatch.calmInterval
        planReading(within: polled(service).isEmpty ? calm : LimitWatch.interval)
    }

    private func planReading(within time: Duration) {
        guard !limits.isReading, limits.nextAt.map({ $0 > loop.now + time }) ?? true else { return }
        if limits.timer == nil { limits.timer = try? loop.timer { [weak self] in self?.readUse() } }
        guard let timer = limits.timer else { return }
        limits.nextAt = loop.now + time
        timer.arm(at: loop.now + time)
    }

    /// The limits that are kept by looking.
    private func polled(_ service: ServiceMachine) -> LimitsSpecification {
        var rest = service.specification.limits.notKept(by: launcher.controllers(of: service.state.instance))
        // Looking does not help with what only the kernel can give.
        (rest.memoryHighBytes, rest.cpuPercent, rest.cpuWeight, rest.ioWeight) = (nil, nil, nil, nil)
        return rest
    }

    /// A launch has set them; this is for a configuration that changed since.
    private func applyLimits(of service: ServiceSpecification, to instance: InstanceID) {
        let rules = service.limits
        guard limits.applied[instance] != rules else { return }
        limits.applied = limits.applied.filter { machine.services[$0.key.service]?.state.instance == $0.key }
        limits.applied[instance] = rules
        do throws(SystemError) {
            try launcher.apply(service, to: instance)
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
        limits.nextAt = nil
        let isAll = limits.readAllAt.map { loop.now - $0 >= LimitWatch.calmInterval } ?? true
        if isAll { limits.readAllAt = loop.now }
        var up: Set<InstanceID> = []
        var roots: [Int32: InstanceID] = [:]
        var counted: Set<Int32> = []
        var pause: Duration?
        for service in machine.services.values {
            guard case .up(let life) = service.state, let keeper = launcher.keeperPid(life.instance) else { continue }
            up.insert(life.instance)
            let isPolled = !polled(service).isEmpty
            if isAll || limits.machines[life.instance] == nil { counted.insert(keeper) }
            if isPolled || counted.contains(keeper) { roots[keeper] = life.instance }
            pause = isPolled ? LimitWatch.interval : pause ?? LimitWatch.calmInterval
        }
        limits.machines = limits.machines.filter { up.contains($0.key) }
        guard let pause else { return }
        let pids = Set(roots.keys)
        limits.isReading = true
        files.submit(deadline: Self.readDeadline) { [counted] in
            ProcessTrees.use(below: pids, descriptorsBelow: counted)
        } then: { [weak self] (outcome: WorkOutcome<[Int32: ResourceUse]>) in
            guard let self else { return }
            self.limits.isReading = false
            self.planReading(within: pause)
            guard case .done(let uses) = outcome else { return }
            for (pid, use) in uses {
                if let instance = roots[pid] { self.take(use, of: instance) }
            }
        }
    }

    private func take(_ use: ResourceUse, of instance: InstanceID) {
        guard let service = machine.services[instance.service] else { return }
        let rules = polled(service)
        // A host that runs out of memory waits for nobody's work.
        let isBusy = limits.isBusy(instance.service) && !machine.critical.contains(.memory)
        let breach = limits.take(
            use, of: instance, rules, most: service.specification.limits.memoryBytes, isBusy: isBusy, at: loop.now)
        if let breach { feed(instance.service, .overLimit(instance, breach)) }
    }
}

extension LimitWatch {
    /// In place: what is known of an instance is not copied for each reading.
    fileprivate func take(
        _ use: ResourceUse, of instance: InstanceID, _ rules: LimitsSpecification, most: UInt64?, isBusy: Bool,
        at now: Instant
    ) -> LimitBreach? {
        machines[instance, default: LimitsMachine(rules)].limits = rules
        machines[instance]?.mostMemoryBytes = most
        return machines[instance]?.take(use, isBusy: isBusy, at: now)
    }
}
