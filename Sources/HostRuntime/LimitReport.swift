// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostWire

extension Supervisor {
    /// What a service may use, how that is kept on this host, and what it uses now.
    func limitStatus(of service: ServiceMachine) -> [LimitStatus] {
        let limits = service.specification.limits
        let controllers = launcher.cgroup?.controllers ?? []
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
        if let cpu = limits.cpuPercent {
            // Only a cgroup of its own can hold an instance back.
            let means = controllers.contains("cpu") ? "cgroup" : "unavailable"
            result.append(LimitStatus(name: "cpu", limit: "\(cpu)%", means: means))
        }
        return result
    }
}
