// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// The files of one log, held open and locked: `current`, its index, the rotated pairs.
struct LogFile: ~Copyable {
    /// Where the next byte goes: the size of `current`.
    private(set) var end: Int64
    /// When its first byte had arrived, in microseconds since 1970; nil while it is empty.
    private(set) var beganMicroseconds: Int64?

    /// The inode number of `current`.
    private(set) var inode: UInt64

    private let folder: String
    private let lock: Descriptor
    private var current: Descriptor
    private var index: IndexWriter
    /// The newest rotated file.
    private(set) var lastRotated: String?

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
        let writer = try IndexWriter(opening: folder + "/current.idx", logSize: status.size)
        self.folder = folder
        lock = held
        current = opened
        index = writer
        end = status.size
        inode = status.inode
        lastRotated = names.last
        beganMicroseconds = Self.began(folder, size: status.size)
    }

    private static func began(_ folder: String, size: Int64) -> Int64? {
        guard size > 0 else { return nil }
        var index = IndexReader(opening: folder + "/current.idx", fallback: Clock.wallMicroseconds)
        return index.time(at: 1)
    }

    private static func openCurrent(_ folder: String) throws(SystemError) -> Descriptor {
        let path = folder + "/current"
        let opened = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode: 0o640)
        guard try FileStatus(of: opened.raw).kind == .regular else {
            throw SystemError(code: EINVAL, call: "use", subject: path + ", which is no plain file")
        }
        return opened
    }

    /// Whether an index entry waits for its time.
    var isIndexPending: Bool { index.isPending }

    /// The launch whose bytes stand last, as far as the index says it.
    var launch: UInt64? { index.launch }

    /// The bytes that are moved next come from `launch`.
    mutating func begin(launch: UInt64, now: Instant) { index.begin(launch: launch, now: now) }

    /// What became of the files since they were last used.
    enum Finding {
        /// Nothing, or `current` has grown.
        case same
        /// Somebody had removed `current` or cut it off; it was opened anew.
        case anew
        /// The lock is there no more: all must be opened anew.
        case gone
    }

    /// Sees what others did to the files.
    mutating func refresh() throws(SystemError) -> Finding {
        let status = try FileStatus(of: current.raw)
        if status.links > 0 && status.size >= end {
            end = status.size
            return .same
        }
        guard try FileStatus(of: lock.raw).links > 0 else { return .gone }
        try openAnew()
        return .anew
    }

    private mutating func openAnew() throws(SystemError) {
        let opened = try Self.openCurrent(folder)
        let status = try FileStatus(of: opened.raw)
        index = try IndexWriter(opening: folder + "/current.idx", logSize: status.size)
        current = opened
        end = status.size
        inode = status.inode
        beganMicroseconds = Self.began(folder, size: end)
    }

    /// Moves at most `limit` bytes of `launch` from a pipe to the end of the file. 0: the pipe has ended; below zero:
    /// negated errno.
    mutating func take(from pipe: Int32, limit: Int, of launch: UInt64?, now: Instant) -> Int {
        let moved = Pipes.splice(from: pipe, to: current.raw, at: end, limit: limit)
        if moved > 0 {
            // They may have come between the look into the pipe and the move.
            if let launch, index.launch != launch { index.begin(launch: launch, now: now) }
            noteGrowth(Int64(moved))
            index.noteArrival(end: end, now: now)
        }
        return moved
    }

    /// Writes bytes of a tail to the end of the file.
    mutating func append(_ bytes: UnsafeRawBufferPointer, now: Instant) throws(SystemError) {
        try current.write(bytes, at: end)
        noteGrowth(Int64(bytes.count))
        index.noteArrival(end: end, now: now)
    }

    private mutating func noteGrowth(_ count: Int64) {
        if end == 0 { beganMicroseconds = Clock.wallMicroseconds }
        end += count
    }

    /// Writes as many of these bytes as the disk takes, which had arrived at `wall`, and returns how many.
    mutating func append(_ bytes: UnsafeRawBufferPointer, arrivedAt wall: Int64) throws(SystemError) -> Int {
        let count = try current.writeSome(bytes, at: end)
        noteGrowth(Int64(count))
        index.noteArrival(end: end, wallMicroseconds: wall)
        return count
    }

    /// Writes a line of hostd's own, whole or not at all, with an index entry that covers it and nothing else.
    mutating func appendMarker(_ text: String, now: Instant) throws(SystemError) {
        index.flush(now: now)
        let bytes = Array(text.utf8)
        let start = end
        try index.append(end: end + Int64(bytes.count), flags: IndexEntry.lossFlag)
        do throws(SystemError) {
            try current.write(bytes, at: start)
        } catch {
            index.takeBack(logEnd: start)
            try? current.truncate(to: start)
            throw error
        }
        noteGrowth(Int64(bytes.count))
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
        lastRotated = name
        try openAnew()
    }
}
