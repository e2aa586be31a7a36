// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// Ends what is left of an instance whose keeper was killed: the processes that carry its token. A process that cleared
/// its environment is not found (docs/architecture.md says so); with a cgroup nothing escapes.
public nonisolated enum OrphanSweep {
    /// A tree that forks faster than it is killed is given up to the next sweep after so many passes.
    private static let passLimit = 500
    /// More than the kernel allows an environment to have (6 MiB with the arguments).
    private static let environmentLimitBytes = 8 << 20

    /// Kills until two passes in a row find nothing. Returns how many processes were killed. Blocks: for the Worker.
    public static func run(token: String, cgroup: String?) -> Int {
        if let cgroup { try? Files.write("1", to: cgroup + "/cgroup.kill") }
        let mark = Array("HOSTD_INSTANCE=\(token)".utf8)
        var killed: Set<ProcessIdentity> = []
        var quietPasses = 0
        for _ in 0..<passLimit where quietPasses < 2 {
            let found = pass(mark)
            killed.formUnion(found)
            quietPasses = found.isEmpty ? quietPasses + 1 : 0
            // Also between two quiet ones: in the middle of its exec a process shows no environment.
            usleep(1000)
        }
        return killed.count
    }

    private static func pass(_ mark: [UInt8]) -> [ProcessIdentity] {
        Processes.all().compactMap { pid in
            guard pid != getpid(), carries(pid, mark), let identity = Processes.identity(of: pid),
                let process = Processes.open(identity), carries(pid, mark), !Processes.isZombie(pid)
            else { return nil }
            return Processes.signal(process, SIGKILL) ? identity : nil
        }
    }

    private static func carries(_ pid: Int32, _ mark: [UInt8]) -> Bool {
        guard let environment = try? Files.read("/proc/\(pid)/environ", limit: environmentLimitBytes) else {
            return false
        }
        return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
    }
}
