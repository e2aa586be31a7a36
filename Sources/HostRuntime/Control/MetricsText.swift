// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop
internal import HostWire

/// The text of `/metrics`: docs/control-api.md names each family.
nonisolated enum MetricsText {
    static func write(_ numbers: HostNumbers, _ process: ProcessNumbers, logs: [String: Double]) -> [UInt8] {
        var text = OpenMetrics()
        let services = numbers.services
        writeHost(numbers, &text)
        writeServices(services, &text)
        writeProbes(services, &text)
        text.begin("hostd_service_log_bytes", .gauge, "What the files of the service's log take.")
        for service in services {
            if let size = logs[service.name] { text.add(size, [("service", service.name)]) }
        }
        writeProcess(process, &text)
        writeLag(numbers.lag, &text)
        return text.finish()
    }

    private static func writeHost(_ numbers: HostNumbers, _ text: inout OpenMetrics) {
        text.begin("hostd", .info, "Which hostd this is.")
        text.add(1, [("version", Release.version)], suffix: "_info")
        text.begin("hostd_uptime_seconds", .gauge, "Since this hostd started.")
        text.add(numbers.uptimeSeconds)
        text.begin("hostd_condition_level", .gauge, "What services depend on: 0 ok, 1 warn, 2 critical.")
        for condition in numbers.conditions { text.add(condition.level, [("condition", condition.kind)]) }
        text.begin("hostd_disk_free_bytes", .gauge, "Bytes that users like hostd may still write.")
        for disk in numbers.disks { text.add(disk.freeBytes, [("path", disk.path)]) }
        text.begin("hostd_disk_size_bytes", .gauge, "Bytes that are used or free for users like hostd.")
        for disk in numbers.disks { text.add(disk.sizeBytes, [("path", disk.path)]) }
        text.begin("hostd_disk_free_inodes", .gauge, "Inodes left.")
        for disk in numbers.disks { text.add(disk.freeInodes, [("path", disk.path)]) }
        text.begin("hostd_event_streams", .gauge, "Clients that follow events.")
        text.add(Double(numbers.streams))
        text.begin("hostd_control_refusals", .counter, "Requests that were refused for want of rights.")
        text.add(Double(numbers.refusals), suffix: "_total")
        text.begin("hostd_services", .gauge, "Services by state.")
        for phase in ServicePhase.allCases {
            text.add(Double(numbers.services.count { $0.phase == phase }), [("state", phase.rawValue)])
        }
    }

    private static func writeServices(_ services: [HostNumbers.Service], _ text: inout OpenMetrics) {
        text.begin("hostd_service_state", .gauge, "1 for the state that the service is in.")
        for service in services {
            text.add(1, [("service", service.name), ("family", service.family), ("state", service.phase.rawValue)])
        }
        text.begin("hostd_service_ready", .gauge, "Whether the service can take work.")
        for service in services { text.add(service.isReady ? 1 : 0, [("service", service.name)]) }
        text.begin("hostd_service_restarts", .counter, "How often the service was replaced.")
        for service in services { text.add(Double(service.restarts), [("service", service.name)], suffix: "_total") }
        text.begin("hostd_service_uptime_seconds", .gauge, "Since the main process of the service started.")
        for service in services {
            if let uptime = service.uptimeSeconds { text.add(uptime, [("service", service.name)]) }
        }
    }

    private static func writeProbes(_ services: [HostNumbers.Service], _ text: inout OpenMetrics) {
        text.begin("hostd_probe_success", .gauge, "Whether the newest answer of the probe was good.")
        for service in services {
            for probe in service.probes {
                text.add(probe.ok ? 1 : 0, [("service", service.name), ("probe", probe.kind)])
            }
        }
        text.begin("hostd_probe_duration_seconds", .gauge, "How long the newest answer of the probe took.")
        for service in services {
            for probe in service.probes { text.add(probe.seconds, [("service", service.name), ("probe", probe.kind)]) }
        }
    }

    private static func writeProcess(_ process: ProcessNumbers, _ text: inout OpenMetrics) {
        text.begin("process_resident_memory_bytes", .gauge, "Memory of hostd itself.")
        if let bytes = process.residentBytes { text.add(bytes) }
        text.begin("process_cpu_seconds", .counter, "Processor time of hostd itself.")
        if let seconds = process.cpuSeconds { text.add(seconds, suffix: "_total") }
        text.begin("process_open_fds", .gauge, "Descriptors of hostd itself.")
        if let count = process.openFiles { text.add(count) }
    }

    private static func writeLag(_ lag: LoopLag, _ text: inout OpenMetrics) {
        text.begin("hostd_loop_lag_seconds", .histogram, "How late hostd's loop came to its timers.")
        var total: UInt64 = 0
        for (count, bound) in zip(lag.counts, LoopLag.bounds.map { "\($0.seconds)" } + ["+Inf"]) {
            total += count
            text.add(Double(total), [("le", bound)], suffix: "_bucket")
        }
        text.add(Double(total), suffix: "_count")
        text.add(lag.sum.seconds, suffix: "_sum")
    }
}
