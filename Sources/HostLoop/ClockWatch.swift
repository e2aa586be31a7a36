// SPDX-License-Identifier: Apache-2.0

public import HostLinux

/// Says when the wall clock was set: by a person, by NTP in a step, or by the kernel after a suspend.
@MainActor
public final class ClockWatch {
    private let clock: ClockDescriptor
    private var source: IOSource?

    /// Calls `changed` each time.
    public init(loop: EventLoop, changed: @escaping () -> Void) throws(SystemError) {
        clock = try ClockDescriptor()
        source = try loop.watch(clock.raw, .readable) { [weak self] _ in
            self?.clock.rearm()
            changed()
        }
    }
}
