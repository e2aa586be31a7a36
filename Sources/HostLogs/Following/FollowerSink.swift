// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// A part of a log file, as a follower reads it.
struct FollowedPart {
    /// The bytes; valid during the call alone.
    let bytes: UnsafeRawBufferPointer
    /// The file that they stand in, and where.
    let file: FollowedFile
    let offset: Int64
    /// No byte will follow in this file.
    let isLast: Bool
    /// More bytes cannot be read at once: a line that has no end here comes in parts.
    let isFull: Bool

    /// The place behind the first `count` bytes.
    func place(after count: Int) -> FollowerPlace {
        FollowerPlace(inode: file.inode, offset: offset + Int64(count), after: file.after)
    }
}

/// What a follower gives the lines of a log to.
protocol FollowerSink: AnyObject {
    /// In messages: "inline timestamps".
    var title: String { get }
    /// When `settle` has something to do though no line comes; nil: nothing.
    var settleAt: Instant? { get }

    /// Where it stopped; nil when it has never begun.
    func restore(in files: FollowedFiles) throws(SystemError) -> FollowerPlace?
    /// Takes whole lines, the last one of a file without a newline too, and returns the number of bytes that it is
    /// through with. Throws when it can take none now; EAGAIN is no trouble.
    func take(_ part: FollowedPart) throws(SystemError) -> Int
    /// All before `place` is taken. With `isBoundary` it must be recorded: the file before it may go then.
    func record(_ place: FollowerPlace, isBoundary: Bool) throws(SystemError)
    /// Does what is due.
    func settle() throws(SystemError)
    /// So many bytes were removed before it could take them.
    func passOver(_ byteCount: Int64)
    /// It is switched off: once it is switched on again it begins anew.
    func forget()
}
