// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// A supervisor that a bench has started.
final class SupervisorProcess {
    /// Its process id; it is a child of this process.
    let pid: Int32
    private let pidfd: Descriptor
    private var isReaped = false

    /// Starts a program in a session of its own; what it says goes to the file `output`.
    init(_ path: String, _ arguments: [String], output: String) throws(SystemError) {
        let file = try Descriptor(opening: output, O_WRONLY | O_CREAT | O_APPEND)
        let environment = ["PATH=\(getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin")", "HOME=/"]
        let process = try Processes.spawn(path, arguments, environment: environment, output: file.raw)
        pid = process.pid
        pidfd = process.takeDescriptor()
    }

    /// Asks it to end by a signal; kills it and its children where it has not after `patience`.
    func stop(_ signal: Int32 = SIGTERM, patience: Duration) {
        guard !isReaped else { return }
        Processes.signal(pidfd, signal)
        if !ends(within: patience) {
            let children = ProcessTable().children(of: pid).compactMap { Processes.identity(of: $0) }
            Processes.signal(pidfd, SIGKILL)
            for child in children { Self.kill(child) }
            _ = ends(within: .seconds(2))
        }
        isReaped = true
        waitpid(pid, nil, WNOHANG)
    }

    /// Whether it ends by itself within that time.
    func ends(within time: Duration) -> Bool {
        guard let epoll = try? Epoll(capacity: 1), (try? epoll.add(pidfd.raw, .readable, token: 0)) != nil else {
            return false
        }
        return epoll.wait(milliseconds: Int32(clamping: time.nanoseconds / 1_000_000)) > 0
    }

    /// Kills exactly this process.
    static func kill(_ identity: ProcessIdentity) {
        guard let process = Processes.open(identity) else { return }
        Processes.signal(process, SIGKILL)
    }
}
