// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore

/// What whole trees of processes use, read from /proc. Takes a moment: for the Worker.
public enum ProcessTrees {
    /// What the descendants of each of `roots` use together, without the root itself; nothing for a root that is gone.
    /// Descriptors are counted below the roots of `counted`, as far as this process may see them.
    public static func use(below roots: Set<Int32>, descriptorsBelow counted: Set<Int32> = []) -> [Int32: ResourceUse] {
        var parents: [Int32: Int32] = [:]
        var threads: [Int32: Int] = [:]
        for pid in Processes.all() {
            guard let fields = Processes.statFields(of: pid), fields.count > 17, let parent = Int32(fields[1]) else {
                continue
            }
            parents[pid] = parent
            threads[pid] = Int(fields[17]) ?? 1
        }
        var result: [Int32: ResourceUse] = [:]
        for root in roots where parents[root] != nil { result[root] = ResourceUse(memoryBytes: 0, tasks: 0) }
        for pid in parents.keys {
            guard let root = root(above: pid, in: parents, roots), var use = result[root] else { continue }
            use.tasks += threads[pid] ?? 1
            use.processes += 1
            use.memoryBytes += ownMemoryBytes(of: pid)
            if counted.contains(root), let descriptors = try? Files.list("/proc/\(pid)/fd") {
                use.descriptors = (use.descriptors ?? 0) + descriptors.count
            }
            result[root] = use
        }
        return result
    }

    /// The processor time that the descendants of each of `roots` have used, with that of children they have waited
    /// for, in clock ticks.
    public static func processorTicks(below roots: Set<Int32>) -> [Int32: UInt64] {
        var result: [Int32: UInt64] = [:]
        for (root, pids) in members(below: roots) {
            result[root] = pids.reduce(into: 0) { sum, pid in
                // utime, stime, cutime and cstime: fields 14 to 17 of proc_pid_stat(5).
                guard let fields = Processes.statFields(of: pid), fields.count > 14 else { return }
                sum += fields[11...14].reduce(0) { $0 + (UInt64($1) ?? 0) }
            }
        }
        return result
    }

    /// The bytes that each of `roots` and its descendants have handed to write(2), with those of children that were
    /// waited for (proc_pid_io(5)). Files, pipes and sockets are not told apart.
    public static func writtenBytes(below roots: Set<Int32>) -> [Int32: UInt64] {
        members(below: roots).reduce(into: [:]) { result, tree in
            result[tree.key] = ([tree.key] + tree.value).reduce(0) { $0 &+ writtenBytes(by: $1) }
        }
    }

    private static func writtenBytes(by pid: Int32) -> UInt64 {
        guard let text = try? Files.readText("/proc/\(pid)/io", limit: 4096),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("wchar: ") })
        else { return 0 }
        return UInt64(line.dropFirst("wchar: ".count)) ?? 0
    }

    /// Kills every descendant of `root`, which must be this process or adopt orphans, and reaps those that come to us;
    /// returns when there is none left.
    public static func end(below root: Int32) {
        while true {
            let members = members(below: root)
            if members.isEmpty { return }
            for pid in members where !Processes.isZombie(pid) { kill(pid, SIGKILL) }
            while waitpid(-1, nil, WNOHANG) > 0 {}
            sched_yield()
        }
    }

    /// The descendants of a process.
    public static func members(below root: Int32) -> [Int32] {
        var parents: [Int32: Int32] = [:]
        for pid in Processes.all() {
            parents[pid] = Processes.statFields(of: pid).flatMap { $0.count > 1 ? Int32($0[1]) : nil }
        }
        return parents.keys.filter { Self.root(above: $0, in: parents, [root]) != nil }
    }

    /// The descendants of each of `roots`.
    public static func members(below roots: Set<Int32>) -> [Int32: [Int32]] {
        var parents: [Int32: Int32] = [:]
        for pid in Processes.all() {
            parents[pid] = Processes.statFields(of: pid).flatMap { $0.count > 1 ? Int32($0[1]) : nil }
        }
        var members: [Int32: [Int32]] = [:]
        for pid in parents.keys {
            if let root = root(above: pid, in: parents, roots) { members[root, default: []].append(pid) }
        }
        return members
    }

    /// The nearest of `roots` above a process. The table was not read in one moment: a walk in it always ends.
    private static func root(above pid: Int32, in parents: [Int32: Int32], _ roots: Set<Int32>) -> Int32? {
        var current = pid
        for _ in 0..<parents.count {
            guard let parent = parents[current], parent > 0 else { return nil }
            if roots.contains(parent) { return parent }
            current = parent
        }
        return nil
    }

    /// Memory that only this process has, resident or swapped out: what is shared with others would count twice.
    private static func ownMemoryBytes(of pid: Int32) -> UInt64 {
        guard let text = try? Files.readText("/proc/\(pid)/status", limit: 65536) else { return 0 }
        var kibibytes: UInt64 = 0
        for line in text.split(separator: "\n") where line.hasPrefix("RssAnon:") || line.hasPrefix("VmSwap:") {
            kibibytes += line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { UInt64($0) } ?? 0
        }
        return kibibytes << 10
    }
}
