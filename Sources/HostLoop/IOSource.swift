// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
public import HostLinux

/// What a descriptor can be ready for.
public nonisolated struct IOEvents: OptionSet, Sendable {
    /// The bits of EPOLLIN and its like.
    public let rawValue: UInt32

    /// The events with these bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Bytes, a connection or an end can be read.
    public static let readable = IOEvents(rawValue: 0x001)
    /// Urgent data, or a changed file of a cgroup.
    public static let priority = IOEvents(rawValue: 0x002)
    /// Bytes can be written.
    public static let writable = IOEvents(rawValue: 0x004)
    /// Something is wrong with it; always reported.
    public static let error = IOEvents(rawValue: 0x008)
    /// The other side is gone; always reported.
    public static let hangup = IOEvents(rawValue: 0x010)
    /// The other side sends nothing more (EPOLLRDHUP).
    public static let endOfSending = IOEvents(rawValue: 0x2000)
    /// Tell once for each change, not as long as it lasts (EPOLLET): for bytes that are looked at and left.
    public static let edges = IOEvents(rawValue: 1 << 31)
}

/// Watches one descriptor for as long as its owner keeps it. It does not own the descriptor.
@MainActor
public final class IOSource {
    private var source: OpaquePointer?
    private let handler: (IOEvents) -> Void

    init(
        _ loop: EventLoop, _ descriptor: Int32, _ events: IOEvents, _ handler: @escaping (IOEvents) -> Void
    ) throws(SystemError) {
        self.handler = handler
        let pointer = Unmanaged.passUnretained(self).toOpaque()
        try checkEvent(
            "sd_event_add_io",
            sd_event_add_io(
                loop.event, &source, descriptor, events.rawValue,
                { _, _, revents, userdata in
                    guard let userdata else { return 0 }
                    let address = UInt(bitPattern: userdata)
                    MainActor.assumeIsolated { IOSource.handler(at: address)?(IOEvents(rawValue: revents)) }
                    return 0
                }, pointer))
    }

    isolated deinit {
        sd_event_source_disable_unref(source)
    }

    /// Changes what is waited for; an empty set pauses the source.
    public func setEvents(_ events: IOEvents) {
        sd_event_source_set_io_events(source, events.rawValue)
    }

    /// Taken out before it is called, so that a handler that drops the last reference to its source ends it at once: it
    /// may close the descriptor then, or watch it anew.
    private static func handler(at address: UInt) -> ((IOEvents) -> Void)? {
        object(IOSource.self, at: address)?.handler
    }
}

extension EventLoop {
    /// Calls `handler` whenever `descriptor` is ready for one of `events`.
    public func watch(
        _ descriptor: Int32, _ events: IOEvents, _ handler: @escaping (IOEvents) -> Void
    ) throws(SystemError) -> IOSource {
        try IOSource(self, descriptor, events, handler)
    }
}
