// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import TestKit

/// A process of a test; killed and reaped, if it still runs, when the test lets go of it.
final class TestProcess {
    let pid: Int32
    private let pidfd: Descriptor
    private var status: Int32?

    init(
        _ program: String, _ arguments: [String], environment: [String] = ["PATH=/usr/local/bin:/usr/bin:/bin"],
        output: Int32? = nil, keeping: [Int32] = []
    ) throws {
        let spawned = try Processes.spawn(
            program, arguments, environment: environment, output: output, keeping: keeping)
        pid = spawned.pid
        pidfd = spawned.takeDescriptor()
    }

    deinit {
        kill()
    }

    func signal(_ number: Int32) {
        Processes.signal(pidfd, number)
    }

    /// SIGKILL, and waits for the end.
    func kill() {
        signal(SIGKILL)
        reap(milliseconds: -1)
    }

    /// Waits for the end and returns the wait status (waitpid(2)).
    func waitForEnd(seconds: Int32 = 60) throws -> Int32 {
        reap(milliseconds: seconds * 1000)
        guard let status else { throw DidNotCome(event: "the end of process \(pid)") }
        return status
    }

    private func reap(milliseconds: Int32) {
        guard status == nil else { return }
        var entry = pollfd(fd: pidfd.raw, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) == 1 else { return }
        var found: Int32 = 0
        if chost_pidfd_reap(pidfd.raw, &found) == 1 { status = found }
    }
}

/// What waitpid(2) says of a process that exited with `code`.
func exited(_ code: Int32) -> Int32 { code << 8 }

/// What a test waited for and did not get.
struct DidNotCome: Error {
    let event: String
}
