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

    /// Waits for something to read from `raw`, the end or an error; false when before that nobody is left to read what
    /// is written to `output`.
    public static func readable(_ raw: Int32, unlessReaderLeaves output: Int32) -> Bool {
        var entries = [
            pollfd(fd: raw, events: Int16(POLLIN), revents: 0), pollfd(fd: output, events: 0, revents: 0),
        ]
        while true {
            guard poll(&entries, 2, -1) > 0 else { continue }
            if entries[0].revents != 0 { return true }
            if entries[1].revents != 0 { return false }
        }
    }

    /// Lets `milliseconds` pass, fewer when nobody is left to read what is written to `raw`; true then.
    public static func readerLeaves(_ raw: Int32, within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: raw, events: 0, revents: 0)
        return poll(&entry, 1, milliseconds) > 0 && entry.revents & Int16(POLLERR | POLLHUP) != 0
    }
}
