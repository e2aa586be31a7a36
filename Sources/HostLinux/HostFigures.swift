// SPDX-License-Identifier: Apache-2.0

/// How the host is doing, as the kernel tells it: memory, and how long work waits for memory, disks and processors.
public struct HostFigures: Hashable, Sendable {
    /// The shares of time, in percent, in which some or all work waited, over the last 10, 60 and 300 seconds.
    public struct Pressure: Hashable, Sendable {
        /// Some of it waited.
        public var some: [Double]
        /// Nothing went on; empty where the kernel does not say it.
        public var full: [Double]
    }

    /// All memory, in bytes.
    public var memoryBytes: UInt64?
    /// What new programs may have without swapping, in bytes.
    public var availableBytes: UInt64?
    /// Swap that is free, in bytes.
    public var swapFreeBytes: UInt64?
    /// The load averages of 1, 5 and 15 minutes.
    public var load: [Double] = []
    /// By resource: `cpu`, `io`, `memory`; one that the kernel does not know is missing.
    public var pressure: [String: Pressure] = [:]

    /// The resources whose pressure is asked for.
    public static let resources = ["cpu", "io", "memory"]

    /// Processes that the kernel has ended for want of memory since the boot.
    public var oomKills: UInt64?

    /// Reads those of memory; what cannot be read is left out.
    public static func readMemory() -> HostFigures {
        var figures = HostFigures()
        figures.readMeminfo()
        figures.pressure["memory"] = pressure(text("/proc/pressure/memory"))
        let kills = text("/proc/vmstat").split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
        figures.oomKills = kills?.split(separator: " ").last.flatMap { UInt64($0) }
        return figures
    }

    /// Reads all but `oomKills`; what cannot be read is left out.
    public static func read() -> HostFigures {
        var figures = HostFigures()
        figures.readMeminfo()
        figures.load = text("/proc/loadavg").split(separator: " ").prefix(3).compactMap { Double($0) }
        for resource in resources { figures.pressure[resource] = pressure(text("/proc/pressure/\(resource)")) }
        return figures
    }

    private mutating func readMeminfo() {
        for line in Self.text("/proc/meminfo").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 1, let kibibytes = UInt64(fields[1]) else { continue }
            switch fields[0] {
            case "MemTotal:": memoryBytes = kibibytes << 10
            case "MemAvailable:": availableBytes = kibibytes << 10
            case "SwapFree:": swapFreeBytes = kibibytes << 10
            default: break
            }
        }
    }

    /// Reads a file like /proc/pressure/memory; nil for none.
    static func pressure(_ text: String) -> Pressure? {
        var found: Pressure?
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            let shares = fields.dropFirst().filter { $0.hasPrefix("avg") }.compactMap { field in
                field.split(separator: "=").last.flatMap { Double($0) }
            }
            switch fields.first {
            case "some": found = Pressure(some: shares, full: found?.full ?? [])
            case "full": found = Pressure(some: found?.some ?? [], full: shares)
            default: break
            }
        }
        return found
    }

    private static func text(_ path: String) -> String { (try? Files.readText(path, limit: 65536)) ?? "" }
}

/// What the kernel counted for one cgroup.
public struct CgroupFigures: Hashable, Sendable {
    /// Memory in use, in bytes.
    public var memoryBytes: UInt64?
    /// The most that it was, in bytes; nil with older kernels.
    public var peakBytes: UInt64?
    /// Its limit, in bytes; nil for none.
    public var limitBytes: UInt64?
    /// How often the kernel killed something of it for want of memory.
    public var oomKills: UInt64?
    /// How long its work waited for memory.
    public var pressure: HostFigures.Pressure?

    /// Reads those of the cgroup at `path`; nil when it keeps none.
    public init?(_ path: String) {
        func number(_ name: String) -> UInt64? {
            (try? Files.readText("\(path)/\(name)", limit: 4096)).flatMap { UInt64($0.prefix { $0 != "\n" }) }
        }
        guard Files.exists(path + "/memory.current") else { return nil }
        memoryBytes = number("memory.current")
        peakBytes = number("memory.peak")
        limitBytes = number("memory.max")
        let events = (try? Files.readText(path + "/memory.events", limit: 4096)) ?? ""
        let kills = events.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
        oomKills = kills.flatMap { UInt64($0.dropFirst("oom_kill ".count)) }
        pressure = (try? Files.readText(path + "/memory.pressure", limit: 4096)).flatMap(HostFigures.pressure)
    }
}
