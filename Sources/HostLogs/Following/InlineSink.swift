// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// `timestamps = "inline"`: each line with the time of its arrival in front, in `inline/current` beside the log.
///
/// Exactly once, whenever we are killed: `inline/at` says how long that file was when a place of the log was reached.
/// What it has grown since, without the times, is how much further the log was read.
final class InlineSink: FollowerSink {
    /// The file may grow so much before the place is recorded anew: that is looked through after a kill.
    private static let recordEvery: Int64 = 4 << 20
    private static let indexPatience: Duration = .seconds(1)

    let title = "inline timestamps"
    private(set) var settleAt: Instant?
    private unowned let log: Log
    private let folder: String
    private var output: InlineFile?
    /// The length of the output that was recorded last.
    private var recordedEnd: Int64 = 0
    /// Until when an index entry is waited for.
    private var indexDeadline: Instant?

    init(_ log: Log) {
        self.log = log
        folder = FollowerRecords.inline(log.folder)
    }

    func restore(in files: FollowedFiles) throws(SystemError) -> FollowerPlace? {
        guard let record = try InlineRecord(folder: folder) else { return nil }
        guard let written = try FollowedFiles(folder: folder).open(inode: record.inode) else { return record.place }
        let found = try InlineFile.scan(written, from: record.size, through: log.tools.followerSpace().input)
        if written.name == nil { output = try InlineFile(folder: folder, cutAt: found.end) }
        let stamps = found.lines * Int64(InlineFile.stampBytes)
        return try files.advance(record.place, by: found.end - record.size - stamps)
    }

    func take(_ part: FollowedPart) throws(SystemError) -> Int {
        try prepare(part.place(after: 0))
        settleAt = nil
        let space = try log.tools.followerSpace().output
        var taken = 0
        while taken < part.bytes.count {
            guard let count = fill(space, from: part, at: taken) else { break }
            do throws(SystemError) {
                try output?.write()
                taken += count
                if isRotationDue { try rotate(part.place(after: taken)) }
            } catch {
                if taken == 0 { throw error }
                break
            }
        }
        return taken
    }

    func record(_ place: FollowerPlace, isBoundary: Bool) throws(SystemError) {
        if isBoundary { try prepare(place) }
        guard let output, !output.isInLine, isBoundary || output.end - recordedEnd >= Self.recordEvery else { return }
        try InlineRecord(inode: output.inode, size: output.end, place: place).save(in: folder)
        recordedEnd = output.end
    }

    func settle() throws(SystemError) {}

    func passOver(_ byteCount: Int64) {
        let text = "\(title): \(byteCount) bytes were removed before they could be written with their times"
        log.tools.reply(.error(name: log.name, text: text))
    }

    func forget() {
        try? Files.remove(InlineRecord.path(in: folder))
    }

    /// Sees to it that there is a file, and that it is known to which place of the log its end belongs.
    private func prepare(_ place: FollowerPlace) throws(SystemError) {
        if let output, try output.isThere() { return }
        try Files.makeFolder(folder, mode: 0o750)
        let made = try InlineFile(folder: folder)
        try InlineRecord(inode: made.inode, size: made.end, place: place).save(in: folder)
        recordedEnd = made.end
        output = made
    }

    /// Puts whole lines into the output's space, and returns how many bytes of the log they are; nil when none can be
    /// put now.
    private func fill(_ space: UnsafeMutableRawBufferPointer, from part: FollowedPart, at start: Int) -> Int? {
        guard let output, let base = part.bytes.baseAddress else { return nil }
        output.begin(in: space)
        var place = start
        while place < part.bytes.count {
            let left = part.bytes.count - place
            let feed = memchr(base + place, Int32(UInt8(ascii: "\n")), left)
            // A line without an end: of the end of a file, or longer than what is read at once.
            guard feed != nil || part.isLast || (part.isFull && place == 0) else { break }
            let length = feed.map { (base + place).distance(to: UnsafeRawPointer($0)) } ?? left
            let next = place + length + (feed == nil ? 0 : 1)
            guard let wall = wall(of: part, upTo: next),
                output.add(base + place, length: length, wall: wall, ends: feed != nil || part.isLast)
            else { break }
            place = next
            if output.end + Int64(output.filled) >= log.maxSize { break }
        }
        return place > start ? place - start : nil
    }

    /// When a line had arrived. An index entry that does not come is not waited for longer than a while.
    private func wall(of part: FollowedPart, upTo count: Int) -> Int64? {
        if let known = part.file.index.time(at: part.offset + Int64(count)) {
            if indexDeadline != nil { indexDeadline = nil }
            return known
        }
        let now = log.tools.now
        let deadline = indexDeadline ?? now + Self.indexPatience
        guard deadline > now, !part.isLast else { return Clock.wallMicroseconds }
        indexDeadline = deadline
        settleAt = deadline
        return nil
    }

    private var isRotationDue: Bool {
        guard let output else { return false }
        return output.end >= log.maxSize && !output.isInLine
    }

    private func rotate(_ place: FollowerPlace) throws(SystemError) {
        guard let old = output else { return }
        try InlineRecord(inode: old.inode, size: old.end, place: place).save(in: folder)
        let last = try RotatedName.list(folder).last
        try Rotation.giveName(RotatedName.next(after: last, wallMicroseconds: Clock.wallMicroseconds), in: folder)
        output = nil
        try prepare(place)
        try? Rotation.prune(folder, log.settings.retention)
    }
}
