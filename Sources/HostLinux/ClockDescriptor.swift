// SPDX-License-Identifier: Apache-2.0

internal import CHost

/// A timer that never fires and becomes readable when the wall clock is set, which waking from a suspend does too.
public struct ClockDescriptor: ~Copyable {
    private let descriptor: Descriptor

    /// Waits for the first change.
    public init() throws(SystemError) {
        descriptor = Descriptor(owning: try check("timerfd_create") { chost_clock_watch() })
        rearm()
    }

    /// The number, for epoll.
    public var raw: Int32 { descriptor.raw }

    /// Waits for the next change.
    public func rearm() { _ = chost_clock_rearm(descriptor.raw) }
}
