// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// What epoll says of a descriptor.
public struct EpollEvents: OptionSet, Sendable {
    /// The bits of EPOLLIN and its like.
    public let rawValue: UInt32

    /// The events with these bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read.
    public static let readable = EpollEvents(rawValue: 0x001)
    /// There is room to write.
    public static let writable = EpollEvents(rawValue: 0x004)
    /// An error is pending; reported without being asked for.
    public static let error = EpollEvents(rawValue: 0x008)
    /// The other end is closed; reported without being asked for.
    public static let hangup = EpollEvents(rawValue: 0x010)
}

/// An epoll instance, level-triggered, with room for one batch of events that is allocated once.
public struct Epoll: ~Copyable {
    private let descriptor: Descriptor
    private let batch: UnsafeMutableBufferPointer<epoll_event>

    /// Makes an instance that gives at most `capacity` events at a time.
    public init(capacity: Int) throws(SystemError) {
        descriptor = Descriptor(owning: try check("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        batch = .allocate(capacity: capacity)
        batch.initialize(repeating: epoll_event())
    }

    deinit {
        batch.deallocate()
    }

    /// Begins to watch descriptor `raw`; its events carry `token`.
    public borrowing func add(_ raw: Int32, _ events: EpollEvents, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_ADD, raw, events, token)
    }

    /// Watches `raw` for other events.
    public borrowing func modify(_ raw: Int32, _ events: EpollEvents, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_MOD, raw, events, token)
    }

    /// Watches `raw` no more; one that is not watched is fine.
    public borrowing func remove(_ raw: Int32) {
        epoll_ctl(descriptor.raw, EPOLL_CTL_DEL, raw, nil)
    }

    /// Waits at most `milliseconds` (-1: for ever) and returns the number of events; 0 also when a signal came.
    public borrowing func wait(milliseconds: Int32) -> Int {
        max(Int(epoll_wait(descriptor.raw, batch.baseAddress, Int32(batch.count), milliseconds)), 0)
    }

    /// Event number `index` of the last batch.
    public borrowing func event(_ index: Int) -> (token: UInt64, events: EpollEvents) {
        (batch[index].data.u64, EpollEvents(rawValue: batch[index].events))
    }

    private borrowing func control(
        _ operation: Int32, _ raw: Int32, _ events: EpollEvents, _ token: UInt64
    ) throws(SystemError) {
        var event = epoll_event(events: events.rawValue, data: epoll_data_t(u64: token))
        let own = descriptor.raw
        try check("epoll_ctl") { epoll_ctl(own, operation, raw, &event) }
    }
}
