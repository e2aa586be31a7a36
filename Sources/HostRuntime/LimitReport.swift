// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostWire

extension Supervisor {
    /// What a service may use, how that is kept on this host, and what it uses now.
    func limitStatus(of service: ServiceMachine) -> [LimitStatus] {
        let limits = service.specification.limits
        let controllers = launcher.controllers(of: service.state.instance)
        let use = service.state.instance.flatMap { self.limits.machines[$0]?.newest }
        let memory = use.map { ByteText.text($0.memoryBytes) }
        var result: [LimitStatus] = []
        for (name, bytes) in [("memory", limits.memoryBytes), ("memory_restart", limits.memoryRestartBytes)] {
            guard let bytes else { continue }
            let isKept = name == "memory" && controllers.contains("memory")
            result.append(
                LimitStatus(
                    name: name, limit: ByteText.text(bytes), use: memory, means: isKept ? "cgroup" : "polled"))
        }
        if let tasks = limits.tasks {
            result.append(
                LimitStatus(
                    name: "tasks", limit: "\(tasks)", use: use.map { "\($0.tasks)" },
                    means: controllers.contains("pids") ? "cgroup" : "polled"))
        }
        // Only a cgroup of its own can hold an instance back.
        let held: [(name: String, limit: String?, controller: String)] = [
            ("memory_high", limits.memoryHighBytes.map(ByteText.text), "memory"),
            ("cpu", limits.cpuPercent.map { "\($0)%" }, "cpu"),
            ("cpu_weight", limits.cpuWeight.map { "\($0)" }, "cpu"),
            ("io_weight", limits.ioWeight.map { "\($0)" }, "io"),
        ]
        for (name, limit, controller) in held {
            guard let limit else { continue }
            let means = controllers.contains(controller) ? "cgroup" : "unavailable"
            result.append(LimitStatus(name: name, limit: limit, means: means))
        }
        return result + unitStatus(of: service)
    }

    /// What only a unit of its own can do, which the direct launcher has none of.
    private func unitStatus(of service: ServiceMachine) -> [LimitStatus] {
        let launch = service.specification.launch
        let means = launcher.isInUnit(service.state.instance) ? "unit" : "unavailable"
        var result: [LimitStatus] = []
        if launch.sandbox != .none {
            result.append(LimitStatus(name: "sandbox", limit: launch.sandbox.rawValue, means: means))
        }
        if !launch.unit.isEmpty {
            let names = launch.unit.map(\.name).joined(separator: ", ")
            result.append(LimitStatus(name: "unit", limit: names, means: means))
        }
        return result
    }

    /// What the running instance uses.
    func use(of service: ServiceMachine) -> ServiceUse? {
        guard let known = service.state.instance.flatMap({ limits.machines[$0] }), let use = known.newest else {
            return nil
        }
        return ServiceUse(
            memoryBytes: use.memoryBytes, memoryBytesPerHour: known.leak.bytesPerHour(at: loop.now)?.rounded(),
            processes: use.processes, tasks: use.tasks, descriptors: use.descriptors,
            waitsForQuiet: known.waitsForQuiet)
    }

    /// The services whose memory grows, the fastest first: evidence of the condition of the memory.
    var growingServices: JSON {
        let growing = limits.machines.compactMap { instance, known -> (ServiceName, UInt64, Double)? in
            guard let use = known.newest, let pace = known.leak.bytesPerHour(at: loop.now), pace >= 1_048_576 else {
                return nil
            }
            return (instance.service, use.memoryBytes, pace.rounded())
        }
        return .array(
            growing.sorted { ($1.2, $0.0) < ($0.2, $1.0) }.prefix(5).map { name, bytes, pace in
                ["service": .string(name.text), "memory_bytes": JSON(bytes), "per_hour_bytes": JSON(pace)]
            })
    }
}
