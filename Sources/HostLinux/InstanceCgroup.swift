// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore

/// The cgroup of one instance: its main process starts in it, and nothing of its tree gets out.
public struct InstanceCgroup: Hashable, Sendable {
    /// Its folder.
    public let path: String
    private let controllers: Set<String>
    private static let standardWeight = 100

    /// That of `instance` in what was given to hostd.
    public init(_ instance: InstanceID, in delegated: DelegatedCgroup) {
        path = "\(delegated.path)/\(instance)"
        controllers = delegated.controllers
    }

    /// That of the unit `name`, where the process `pid` is in it; nil where it is somewhere else.
    public init?(ofUnit name: String, around pid: Int32) {
        guard let own = DelegatedCgroup.path(of: "\(pid)"), own.hasSuffix("/" + name),
            let mount = DelegatedCgroup.mountPoint()
        else { return nil }
        path = mount + own
        controllers = []
    }

    /// Whether it is there.
    public var exists: Bool { Files.exists(path + "/cgroup.procs") }

    /// Makes it, with these limits. One that was left over counts from anew.
    public func make(_ limits: LimitsSpecification) throws(SystemError) {
        remove()
        try check("mkdir", path) { mkdir(path, 0o755) == 0 || errno == EEXIST ? 0 : -1 }
        try apply(limits)
    }

    /// Sets its limits, as far as its controllers keep them.
    public func apply(_ limits: LimitsSpecification) throws(SystemError) {
        if controllers.contains("memory") {
            try set("memory.max", limits.memoryBytes.map { "\($0)" })
            // What is swapped out is memory too. A kernel without swap has no such file.
            if Files.exists(path + "/memory.swap.max") {
                try set("memory.swap.max", limits.memoryBytes == nil ? nil : "0")
            }
            try set("memory.high", limits.memoryHighBytes.map { "\($0)" })
            // Half a tree is of no use to anybody.
            try set("memory.oom.group", limits.memoryBytes == nil ? "0" : "1")
        }
        if controllers.contains("pids") { try set("pids.max", limits.tasks.map { "\($0)" }) }
        if controllers.contains("cpu") { try set("cpu.max", limits.cpuPercent.map { "\($0 * 1000) 100000" }) }
        if controllers.contains("cpu") { try set("cpu.weight", "\(limits.cpuWeight ?? Self.standardWeight)") }
        // Not every disk's scheduler goes by it; a kernel without that has no such file.
        if controllers.contains("io"), Files.exists(path + "/io.weight") {
            try set("io.weight", "default \(limits.ioWeight ?? Self.standardWeight)")
        }
    }

    /// Whether the kernel has killed something of it because it was over its memory.
    public var ranOutOfMemory: Bool {
        let text = (try? Files.readText(path + "/memory.events", limit: 4096)) ?? ""
        return text.split(separator: "\n").contains { $0.hasPrefix("oom_kill ") && $0 != "oom_kill 0" }
    }

    /// Removes it, once nothing is left in it.
    public func remove() {
        rmdir(path)
    }

    private func set(_ file: String, _ value: String?) throws(SystemError) {
        try Files.write(value ?? "max", to: "\(path)/\(file)")
    }
}

extension LimitsSpecification {
    /// Those that cgroups with these controllers do not keep by themselves.
    public func notKept(by controllers: Set<String>) -> LimitsSpecification {
        var rest = self
        if controllers.contains("memory") { (rest.memoryBytes, rest.memoryHighBytes) = (nil, nil) }
        if controllers.contains("pids") { rest.tasks = nil }
        if controllers.contains("cpu") { (rest.cpuPercent, rest.cpuWeight) = (nil, nil) }
        if controllers.contains("io") { rest.ioWeight = nil }
        return rest
    }
}
