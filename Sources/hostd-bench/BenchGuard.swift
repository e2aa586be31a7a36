// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// Runs the bench itself in a child and, however that ends, ends what it leaves: supervisors and what they supervise,
/// which have sessions of their own. So `timeout 9 hostd-bench scale` and `hostd-bench scale | head -1` leave nothing.
enum BenchGuard {
    private static let mark = "HOSTD_BENCH_GUARDED=1"
    private static let ending = [SIGINT, SIGTERM, SIGHUP]

    /// Whether this process is the child.
    static let isGuarded = getenv("HOSTD_BENCH_GUARDED") != nil

    /// In the child, before anything else: the standard output stands at 3 (see `run`).
    static func takeOutput() {
        dup2(3, 1)
        close(3)
    }

    /// Runs `arguments` in a child; the exit status.
    static func run(_ arguments: [String]) -> Int {
        do throws(SystemError) {
            Signals.block(ending)
            let signals = try SignalDescriptor(ending)
            try Processes.adoptOrphans()
            let child = try Processes.spawn(
                "/proc/self/exe", arguments, environment: Takeover.environment() + [mark], output: 2, keeping: [1])
            let pid = child.pid
            let pidfd = child.takeDescriptor()
            if try isInterrupted(before: pidfd, by: signals) { Processes.signal(pidfd, SIGKILL) }
            let status = try Processes.reap(pid).status
            ProcessTrees.end(below: getpid())
            return status & 0x7f == 0 ? Int(status >> 8) & 0xff : 128 + Int(status & 0x7f)
        } catch {
            say("hostd-bench: \(error)")
            return 1
        }
    }

    private static func isInterrupted(
        before pidfd: borrowing Descriptor, by signals: borrowing SignalDescriptor
    ) throws(SystemError) -> Bool {
        let epoll = try Epoll(capacity: 2)
        try epoll.add(signals.raw, .readable, token: 0)
        try epoll.add(pidfd.raw, .readable, token: 1)
        while true {
            for index in 0..<epoll.wait(milliseconds: -1) { return epoll.event(index).token == 0 }
        }
    }
}
