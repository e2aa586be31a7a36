// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// Writes the index beside `current`, at most one entry each 2 ms. A failed write is made up for by the next entry,
/// which covers both parts.
struct IndexWriter: ~Copyable {
    /// Entries are at least so far apart.
    static let spacing: Duration = .milliseconds(2)

    private let file: Descriptor
    private var size: Int64
    private var lastEnd: Int64
    private var nextWrite: Instant = .zero
    private var pendingEnd: Int64
    /// The launch whose bytes stand last, as far as this index says it.
    private(set) var launch: UInt64?

    /// Opens the index of a log file that is `logSize` bytes long. A missing or foreign one is made anew; what is torn
    /// or speaks of bytes that are not there is cut off.
    init(opening path: String, logSize: Int64) throws(SystemError) {
        let opened = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o640)
        (size, lastEnd) = try Self.repair(opened, logSize: logSize)
        file = opened
        pendingEnd = logSize
    }

    /// Whether bytes have arrived that no entry speaks of.
    var isPending: Bool { pendingEnd > lastEnd }

    /// The file has grown to `end`.
    mutating func noteArrival(end: Int64, now: Instant) {
        pendingEnd = end
        if now >= nextWrite { flush(now: now) }
    }

    /// The file has grown to `end` by bytes that had arrived before, at `wall`.
    mutating func noteArrival(end: Int64, wallMicroseconds: Int64) {
        pendingEnd = end
        write(flags: 0, wallMicroseconds: wallMicroseconds)
    }

    /// Writes an entry for bytes that are about to be written, up to `end`.
    mutating func append(end: Int64, flags: UInt8) throws(SystemError) {
        guard !isPending else { throw SystemError(code: ENOSPC, call: "write", subject: "an index entry") }
        pendingEnd = end
        write(flags: flags)
        guard isPending else { return }
        pendingEnd = lastEnd
        throw SystemError(code: ENOSPC, call: "write", subject: "an index entry")
    }

    /// The bytes of the last entry were not written: the log file ends at `logEnd`.
    mutating func takeBack(logEnd: Int64) {
        size -= IndexEntry.size
        lastEnd = logEnd
        pendingEnd = logEnd
    }

    /// Writes the pending entry if it is time; true when there is nothing to wait for any more. A disk that refuses the
    /// entry is not asked again before more bytes arrive.
    mutating func flushIfDue(now: Instant) -> Bool {
        guard isPending && now >= nextWrite else { return !isPending }
        flush(now: now)
        return true
    }

    /// Writes the pending entry at once.
    mutating func flush(now: Instant) {
        guard isPending else { return }
        nextWrite = now + Self.spacing
        write(flags: 0)
    }

    /// What is going to stand behind all that has arrived comes from `launch`.
    mutating func begin(launch: UInt64, now: Instant) {
        // What came before has its time first, so that no entry speaks of bytes of two launches.
        flush(now: now)
        let entry = IndexEntry(end: pendingEnd, wallMicroseconds: Int64(clamping: launch), flags: IndexEntry.launchFlag)
        if write(entry) { self.launch = launch }
    }

    /// Writes the last entry of a file that is rotated away.
    mutating func finish(isCut: Bool) {
        if isCut || isPending { write(flags: isCut ? IndexEntry.cutFlag : 0) }
    }

    private mutating func write(flags: UInt8, wallMicroseconds: Int64 = Clock.wallMicroseconds) {
        let entry = IndexEntry(end: pendingEnd, wallMicroseconds: wallMicroseconds, flags: flags)
        if write(entry) { lastEnd = pendingEnd }
    }

    /// False where the disk refuses it: whatever part of it was written is overwritten by the next one.
    private mutating func write(_ entry: IndexEntry) -> Bool {
        var words = entry.words
        do throws(SystemError) {
            try Self.put(&words, to: file, at: size)
            size += IndexEntry.size
            return true
        } catch {
            return false
        }
    }

    private static func put(
        _ words: inout (UInt64, UInt64), to file: borrowing Descriptor, at offset: Int64
    ) throws(SystemError) {
        try withUnsafeBytes(of: &words) { bytes throws(SystemError) in try file.write(bytes, at: offset) }
    }

    private static func repair(
        _ file: borrowing Descriptor, logSize: Int64
    ) throws(SystemError) -> (size: Int64, lastEnd: Int64) {
        let found = Int64(try file.size())
        let header = try load(from: file, at: 0)
        guard header == IndexEntry.header else {
            // ext4 writes out a file that was cut off to nothing as soon as it is closed; a new one needs no cutting.
            if found > 0 { try file.truncate(to: 0) }
            try file.write(all: IndexEntry.header)
            return (IndexEntry.size, 0)
        }
        var size = found / IndexEntry.size * IndexEntry.size
        var lastEnd: Int64 = 0
        while size > IndexEntry.size {
            let bytes = try load(from: file, at: size - IndexEntry.size)
            let end = bytes.withUnsafeBytes { IndexEntry(bytes: $0).end }
            if end <= logSize {
                lastEnd = end
                break
            }
            size -= IndexEntry.size
        }
        if size != found { try file.truncate(to: size) }
        return (size, lastEnd)
    }

    private static func load(from file: borrowing Descriptor, at offset: Int64) throws(SystemError) -> [UInt8] {
        var block: (UInt64, UInt64) = (0, 0)
        return try withUnsafeMutableBytes(of: &block) { bytes throws(SystemError) in
            let count = try file.read(into: bytes, at: offset)
            return Array(bytes.prefix(count))
        }
    }
}
