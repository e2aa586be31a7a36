// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc
public import HostLinux

/// Holds one process by pidfd and says once when it has ended.
public final class ProcessWatch {
    /// The pidfd.
    private let pidfd: Descriptor
    private var source: IOSource?

    /// Watches the process behind `pidfd`. A child of ours is reaped before `ended` is called; `ended` gets its wait
    /// status (waitpid(2)), nil for a process that is not our child.
    public init(loop: EventLoop, pidfd: consuming Descriptor, ended: @escaping (_ status: Int32?) -> Void)
        throws(SystemError)
    {
        let raw = pidfd.raw
        self.pidfd = pidfd
        source = try loop.watch(raw, .readable) { [weak self] _ in
            self?.source = nil
            var status: Int32 = 0
            ended(chost_pidfd_reap(raw, &status) == 1 ? status : nil)
        }
    }

    /// Sends a signal; false when the process is gone.
    @discardableResult
    public func signal(_ number: Int32) -> Bool { Processes.signal(pidfd, number) }

    /// Sends a signal with a value; false when the process is gone.
    @discardableResult
    public func signal(_ number: Int32, value: Int32) -> Bool { Processes.signal(pidfd, number, value: value) }
}
