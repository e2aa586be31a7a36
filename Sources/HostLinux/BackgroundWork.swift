// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// What a process needs that does slow work for another one.
public enum BackgroundWork {
    /// Gives this process the lowest priority: nice 19, and the disk only when nobody else wants it.
    public static func takeLowestPriority() throws(SystemError) {
        try check("take the lowest priority") { chost_take_lowest_priority() }
    }

    /// Ends this process when the thread that started it does. False when that was before: nobody has the other end of
    /// `pipe` any more, which this process writes to.
    public static func endWithParent(readingFrom pipe: Int32) -> Bool {
        chost_die_with_parent()
        return !Poll.readerLeaves(pipe, within: 0)
    }
}

extension Descriptor {
    /// A file that is memory only, with these bytes in it.
    public static func inMemory(
        _ name: String, holding bytes: some Collection<UInt8>
    ) throws(SystemError) -> Descriptor {
        let file = Descriptor(owning: try check("memfd_create") { chost_memory_file(name) })
        try file.write(all: bytes)
        return file
    }

    /// Lets reads and writes wait, or not.
    public borrowing func setWaiting(_ waits: Bool) throws(SystemError) {
        let number = raw
        try check("fcntl") { chost_fcntl_int(number, F_SETFL, waits ? 0 : O_NONBLOCK) }
    }
}

/// What became of a child.
public enum ChildState: Hashable, Sendable {
    /// It has not ended.
    case running
    /// It has, with this wait status (waitpid(2)), and is reaped now.
    case ended(Int32)
    /// It is no child of ours, or was reaped before.
    case unknown
}

extension Descriptor {
    /// Reaps the child whose pidfd this is, if it has ended.
    public borrowing func reapChild() -> ChildState {
        var status: Int32 = 0
        switch chost_pidfd_reap(raw, &status) {
        case 1: return .ended(status)
        case 0: return .running
        default: return .unknown
        }
    }
}
