// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Waiting for one descriptor, for programs without a loop.
public enum Poll {
    /// Waits at most `milliseconds` (-1: for ever) for something to read, the end or an error. False when there was
    /// nothing, or a signal came.
    public static func readable(_ raw: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Waits at most `milliseconds` (-1: for ever) for room to write or an error. False as for `readable`.
    @discardableResult
    public static func writable(_ raw: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: raw, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Lets `milliseconds` pass, fewer when nobody is left to read what is written to `raw`; true then.
    public static func readerLeaves(_ raw: Int32, within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: raw, events: 0, revents: 0)
        return poll(&entry, 1, milliseconds) > 0 && entry.revents & Int16(POLLERR | POLLHUP) != 0
    }
}
