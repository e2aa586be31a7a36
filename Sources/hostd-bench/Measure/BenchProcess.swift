// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// A program under measurement.
final class BenchProcess {
    let pid: Int32
    private let pidfd: Descriptor
    private var isReaped = false

    /// Starts it; see Processes.spawn.
    init(_ path: String, _ arguments: [String], output: Int32? = nil, keeping: [Int32] = []) throws(SystemError) {
        let environment = ["PATH=/usr/local/bin:/usr/bin:/bin"]
        let spawned = try Processes.spawn(
            path, arguments, environment: environment, output: output, keeping: keeping)
        pid = spawned.pid
        pidfd = spawned.takeDescriptor()
    }

    deinit {
        if !isReaped {
            signal(SIGKILL)
            _ = try? finish()
        }
    }

    func signal(_ number: Int32) {
        Processes.signal(pidfd, number)
    }

    /// Waits for its end.
    @discardableResult
    func finish() throws(SystemError) -> (status: Int32, usage: ProcessUsage) {
        isReaped = true
        return try Processes.reap(pid)
    }
}

/// A pipe between two programs, both ends blocking.
struct BenchPipe: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        try check("pipe") { pipe(&ends) }
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
    }
}
