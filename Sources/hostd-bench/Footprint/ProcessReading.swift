// SPDX-License-Identifier: Apache-2.0

import HostLinux

/// What a process takes at one moment; readings of several processes can be added up.
struct ProcessReading {
    var processes = 0
    /// Proportional set size: shared pages count in parts.
    var pssKB = 0
    var dirtyKB = 0
    var cleanKB = 0
    var files = 0
    var threads = 0
    /// Context switches of all threads since they began, wanted and unwanted.
    var switches = 0
    /// Time on a processor of all threads that still are, in nanoseconds.
    var cpuNanoseconds = 0

    /// Nothing.
    init() {}

    /// Reads /proc; nil when the process is gone.
    init?(of pid: Int32) {
        let folder = "/proc/\(pid)"
        guard let memory = try? Self.numbers(in: folder + "/smaps_rollup"),
            let tasks = try? Files.list(folder + "/task"),
            let files = try? Files.list(folder + "/fd")
        else { return nil }
        processes = 1
        pssKB = memory["Pss"] ?? 0
        dirtyKB = memory["Private_Dirty"] ?? 0
        cleanKB = memory["Private_Clean"] ?? 0
        self.files = files.count
        threads = tasks.count
        for task in tasks {
            let status = (try? Self.numbers(in: "\(folder)/task/\(task)/status")) ?? [:]
            switches += (status["voluntary_ctxt_switches"] ?? 0) + (status["nonvoluntary_ctxt_switches"] ?? 0)
            // The first of three numbers.
            let times = (try? Files.readText("\(folder)/task/\(task)/schedstat")) ?? ""
            cpuNanoseconds += times.split(separator: " ").first.flatMap { Int($0) } ?? 0
        }
    }

    static func + (left: ProcessReading, right: ProcessReading) -> ProcessReading {
        var sum = left
        sum.processes += right.processes
        sum.pssKB += right.pssKB
        sum.dirtyKB += right.dirtyKB
        sum.cleanKB += right.cleanKB
        sum.files += right.files
        sum.threads += right.threads
        sum.switches += right.switches
        sum.cpuNanoseconds += right.cpuNanoseconds
        return sum
    }

    /// Lines like "Pss:   123 kB".
    private static func numbers(in path: String) throws(SystemError) -> [String: Int] {
        var numbers: [String: Int] = [:]
        for line in try Files.readText(path).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let word = parts[1].split(whereSeparator: { $0 == " " || $0 == "\t" }).first else {
                continue
            }
            numbers[String(parts[0])] = Int(word)
        }
        return numbers
    }
}
