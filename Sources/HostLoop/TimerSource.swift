// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
public import HostCore
public import HostLinux

/// A one-shot timer on CLOCK_MONOTONIC, exact to the microsecond (sd-event's own default is 250 ms).
@MainActor
public final class TimerSource {
    private var source: OpaquePointer?
    private let handler: () -> Void
    private weak let loop: EventLoop?

    init(_ loop: EventLoop, _ handler: @escaping () -> Void) throws(SystemError) {
        self.handler = handler
        self.loop = loop
        let pointer = Unmanaged.passUnretained(self).toOpaque()
        try checkEvent(
            "sd_event_add_time",
            sd_event_add_time(
                loop.event, &source, CLOCK_MONOTONIC, UInt64.max, 1,
                { _, due, userdata in
                    guard let userdata else { return 0 }
                    let address = UInt(bitPattern: userdata)
                    MainActor.assumeIsolated { TimerSource.fire(at: address, due: due) }
                    return 0
                }, pointer))
        disarm()
    }

    isolated deinit {
        sd_event_source_disable_unref(source)
    }

    /// Fires once at `instant`, or at once when that has passed; replaces an earlier time.
    public func arm(at instant: Instant) {
        // Rounded up: a timer that fires a moment early finds nothing due.
        let (microseconds, rest) = UInt64(max(0, instant.nanoseconds)).quotientAndRemainder(dividingBy: 1000)
        sd_event_source_set_time(source, microseconds + (rest > 0 ? 1 : 0))
        sd_event_source_set_enabled(source, Int32(SD_EVENT_ONESHOT))
    }

    /// Fires no more until armed again.
    public func disarm() {
        sd_event_source_set_enabled(source, Int32(SD_EVENT_OFF))
    }

    /// The handler is taken out before it is called: it may drop the last reference to its source, which ends it at
    /// once.
    private static func fire(at address: UInt, due microseconds: UInt64) {
        guard let timer = object(TimerSource.self, at: address) else { return }
        let handler = timer.handler
        let due = Instant(nanoseconds: Int64(clamping: microseconds) * 1000)
        timer.loop?.lag.add(Clock.now - due)
        timer.loop?.onTimer?(due)
        handler()
    }
}

extension EventLoop {
    /// A timer that is not armed yet.
    public func timer(_ handler: @escaping () -> Void) throws(SystemError) -> TimerSource {
        try TimerSource(self, handler)
    }
}
