// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Processor time that a process and the children it reaped have used.
public struct ProcessUsage: Hashable, Sendable {
    /// Time in the program, in seconds.
    public let userSeconds: Double
    /// Time in the kernel, in seconds.
    public let systemSeconds: Double
    /// Both.
    public var seconds: Double { userSeconds + systemSeconds }

    /// What this process has used so far, without its children.
    public static var own: ProcessUsage {
        var used = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &used)
        return ProcessUsage(
            userSeconds: Processes.seconds(used.ru_utime), systemSeconds: Processes.seconds(used.ru_stime))
    }
}

/// Memory as the kernel counts it.
public enum MemoryPages {
    /// Bytes of a page.
    public static let bytes = sysconf(Int32(_SC_PAGESIZE))
}

extension Processes {
    /// Waits for a child to end and reaps it. Returns its wait status (waitpid(2)) and what it used.
    public static func reap(_ pid: Int32) throws(SystemError) -> (status: Int32, usage: ProcessUsage) {
        var status: Int32 = 0
        var used = rusage()
        try check("wait4") { wait4(pid, &status, 0, &used) }
        let usage = ProcessUsage(userSeconds: seconds(used.ru_utime), systemSeconds: seconds(used.ru_stime))
        return (status, usage)
    }

    fileprivate static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
}
