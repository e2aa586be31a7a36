// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
public import HostCore
public import HostLinux

// Classes with an isolated deinit say @MainActor in so many words: Swift 6.3.1, optimising another room, forgets that
// it is the default here and refuses the deinit.

/// The one loop of the program: sd-event with owned sources.
@MainActor
public final class EventLoop {
    /// The sd_event, for what attaches itself to it (sd_bus_attach_event(3)); valid as long as the loop.
    public let event: OpaquePointer
    /// How late it comes to its timers.
    public internal(set) var lag = LoopLag()
    /// Called with each timer that fires, before its own handler: when it was due.
    public var onTimer: ((_ due: Instant) -> Void)?
    private var postponed: [() -> Void] = []
    private var postponedSource: OpaquePointer?

    /// Makes the loop of this thread.
    public init() throws(SystemError) {
        var made: OpaquePointer?
        try checkEvent("sd_event_new", sd_event_new(&made))
        guard let made else { throw SystemError(code: ENOMEM, call: "sd_event_new") }
        event = made
    }

    isolated deinit {
        sd_event_source_disable_unref(postponedSource)
        sd_event_unref(event)
    }

    /// Runs until `exit(code:)`; returns its code.
    public func run() throws(SystemError) -> Int32 {
        try checkEvent("sd_event_loop", sd_event_loop(event))
    }

    /// Waits for the next event and handles it.
    public func step() throws(SystemError) {
        try checkEvent("sd_event_run", sd_event_run(event, UInt64.max))
    }

    /// Ends `run` after the events that are already pending.
    public func exit(code: Int32) {
        sd_event_exit(event, code)
    }

    /// Now, on CLOCK_MONOTONIC.
    public var now: Instant { Clock.now }

    /// Runs `handler` after the event that is being handled, before the loop waits again; in the order of the calls.
    public func later(_ handler: @escaping () -> Void) {
        postponed.append(handler)
        guard postponedSource == nil else { return }
        let pointer = Unmanaged.passUnretained(self).toOpaque()
        sd_event_add_defer(
            event, &postponedSource,
            { _, userdata in
                guard let userdata else { return 0 }
                let address = UInt(bitPattern: userdata)
                MainActor.assumeIsolated { object(EventLoop.self, at: address)?.runPostponed() }
                return 0
            }, pointer)
    }

    private func runPostponed() {
        // A source for each round: sd-event takes one that is enabled anew for its oldest, and what is put off again
        // and again would hold up everything else.
        postponedSource = sd_event_source_disable_unref(postponedSource)
        let handlers = postponed
        postponed = []
        for handler in handlers { handler() }
    }
}

/// The object behind a userdata address. The C side only borrows it: its owner disables the source before it goes.
func object<Object: AnyObject>(_ type: Object.Type, at address: UInt) -> Object? {
    UnsafeRawPointer(bitPattern: address).map { Unmanaged<Object>.fromOpaque($0).takeUnretainedValue() }
}

/// libsystemd returns a negative errno.
@discardableResult
nonisolated func checkEvent(_ call: String, _ result: Int32) throws(SystemError) -> Int32 {
    guard result >= 0 else { throw SystemError(code: -result, call: call) }
    return result
}
