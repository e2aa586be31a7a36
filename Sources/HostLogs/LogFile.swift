// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// The files of one log, held open and locked: `current`, its index, the rotated pairs.
struct LogFile: ~Copyable {
    /// Where the next byte goes: the size of `current`.
    private(set) var end: Int64

    private let folder: String
    private let lock: Descriptor
    private var current: Descriptor
    private var index: IndexWriter
    private var lastRotated: String?

    /// Opens the log in `folder`, making what is missing and finishing a rotation that was begun. Throws EWOULDBLOCK
    /// when another process holds the log's lock.
    init(folder: String) throws(SystemError) {
        let held = try Descriptor(opening: folder + "/lock", O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o640)
        guard try held.tryLock() else {
            throw SystemError(code: EWOULDBLOCK, call: "lock", subject: folder + "/lock")
        }
        try Rotation.tidy(folder)
        let names = try RotatedName.list(folder)
        let opened = try Self.openCurrent(folder)
        let status = try FileStatus(of: opened.raw)
        guard status.kind == .regular else {
            throw SystemError(code: EINVAL, call: "use", subject: folder + "/current, which is no plain file")
        }
        let writer = try IndexWriter(opening: folder + "/current.idx", logSize: status.size)
        self.folder = folder
        lock = held
        current = opened
        index = writer
        end = status.size
        lastRotated = names.last
    }

    private static func openCurrent(_ folder: String) throws(SystemError) -> Descriptor {
        try Descriptor(opening: folder + "/current", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode: 0o640)
    }

    /// Whether an index entry waits for its time.
    var isIndexPending: Bool { index.isPending }

    /// Sees what others did to `current`. False: they removed it or cut it off, so that it must be opened anew.
    mutating func refresh() -> Bool {
        guard let status = try? FileStatus(of: current.raw), status.links > 0, status.size >= end else { return false }
        end = status.size
        return true
    }

    /// Moves at most `limit` bytes from a pipe to the end of the file. 0: the pipe has ended; below zero: negated errno.
    mutating func take(from pipe: Int32, limit: Int, now: Instant) -> Int {
        let moved = Pipes.splice(from: pipe, to: current.raw, at: end, limit: limit)
        if moved > 0 {
            end += Int64(moved)
            index.noteArrival(end: end, now: now)
        }
        return moved
    }

    /// Writes bytes of a tail to the end of the file.
    mutating func append(_ bytes: UnsafeRawBufferPointer, now: Instant) throws(SystemError) {
        try current.write(bytes, at: end)
        end += Int64(bytes.count)
        index.noteArrival(end: end, now: now)
    }

    /// Whether the file is empty or its last byte is a newline.
    func endsWithLine() -> Bool {
        guard end > 0 else { return true }
        var byte: UInt8 = 0
        let count = try? withUnsafeMutableBytes(of: &byte) { bytes throws(SystemError) in
            try current.read(into: bytes, at: end - 1)
        }
        return count == 1 && byte == UInt8(ascii: "\n")
    }

    /// Writes the pending index entry if it is time; true when none is left.
    mutating func flushIndexIfDue(now: Instant) -> Bool { index.flushIfDue(now: now) }

    /// Writes the pending index entry at once.
    mutating func flushIndex(now: Instant) { index.flush(now: now) }

    /// Gives `current` a name of its own and begins a new one. When this throws the log must be opened anew.
    mutating func rotate(isCut: Bool) throws(SystemError) {
        index.finish(isCut: isCut)
        let name = RotatedName.next(after: lastRotated, wallMicroseconds: Clock.wallMicroseconds)
        try Rotation.giveName(name, in: folder)
        let opened = try Self.openCurrent(folder)
        let writer = try IndexWriter(opening: folder + "/current.idx", logSize: 0)
        current = opened
        index = writer
        end = 0
        lastRotated = name
    }
}
