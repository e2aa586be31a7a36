// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
public import HostLinux

/// Takes a signal on the loop. It must be blocked in all threads before (`Signals.block`).
@MainActor
public final class SignalSource {
    private var source: OpaquePointer?
    private let handler: () -> Void

    init(
        _ loop: EventLoop, _ number: Int32, isFirst: Bool, _ handler: @escaping () -> Void
    ) throws(SystemError) {
        self.handler = handler
        let pointer = Unmanaged.passUnretained(self).toOpaque()
        try checkEvent(
            "sd_event_add_signal",
            sd_event_add_signal(
                loop.event, &source, number,
                { _, _, userdata in
                    guard let userdata else { return 0 }
                    let address = UInt(bitPattern: userdata)
                    MainActor.assumeIsolated { SignalSource.handler(at: address)?() }
                    return 0
                }, pointer))
        if isFirst { sd_event_source_set_priority(source, Int64(SD_EVENT_PRIORITY_IMPORTANT)) }
    }

    isolated deinit {
        sd_event_source_disable_unref(source)
    }

    /// Taken out before it is called: a handler may drop the last reference to its source, which ends it at once.
    private static func handler(at address: UInt) -> (() -> Void)? {
        object(SignalSource.self, at: address)?.handler
    }
}

extension EventLoop {
    /// Calls `handler` for each `number` that comes; with `isFirst` before anything else that has come meanwhile.
    public func onSignal(
        _ number: Int32, isFirst: Bool = false, _ handler: @escaping () -> Void
    ) throws(SystemError) -> SignalSource {
        try SignalSource(self, number, isFirst: isFirst, handler)
    }
}
