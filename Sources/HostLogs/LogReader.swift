// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostLinux

/// Reads a log's files in order, with the times of its lines from the index. At most 4 MiB of text are read in one
/// call.
public struct LogReader: Sendable {
    /// More text is not read in one call.
    public static let limitBytes = 4 << 20
    static let lineFeed = UInt8(ascii: "\n")
    let folder: String

    /// Reads the log in `folder`, which holds `current`.
    public init(folder: String) {
        self.folder = folder
    }

    /// The last `lines` complete lines, fewer where they have more than `limitBytes`, and what follows them; of
    /// `launch` alone where one is given. All there is when nothing older was left out.
    public func tail(
        lines: Int, of launch: UInt64? = nil, limitBytes: Int = Self.limitBytes
    ) throws(SystemError) -> LogPart {
        let files = try LogFileList.open(folder)
        guard let last = files.last else { return LogPart(next: .start, isAll: true) }
        let end = try last.size()
        var part = LogPart(next: LogCursor(inode: last.inode, offset: UInt64(end)), isAll: true)
        var blocks: [[LogLine]] = []
        var missing = min(max(lines, 0), Int(Int32.max))
        var budget = min(max(limitBytes, 1), Self.limitBytes)
        for piece in Pieces(files, of: launch).newestFirst() {
            guard piece.isOpenEnd || missing > 0 && budget > 0 else {
                part.isAll = false
                break
            }
            // Behind the last newline of the last file there may be the beginning of a line.
            let (start, bytes) = try Self.lastLines(of: piece, missing + (piece.isOpenEnd ? 1 : 0), limit: budget)
            let isOverlong = bytes.count == budget && !bytes.contains(Self.lineFeed)
            var (found, taken) = Self.split(
                bytes, at: start, of: piece.file, includingRest: !piece.isOpenEnd || isOverlong)
            if taken < bytes.count {
                part.rest = Self.line(bytes[taken...], endingAt: piece.range.upperBound, of: piece.file)
                part.next = LogCursor(inode: piece.file.inode, offset: UInt64(start) + UInt64(taken))
            }
            // The end of a line that the limit cut is shown where it is all there is.
            if start > piece.range.lowerBound, bytes.count == budget, found.count > 1 { found.removeFirst() }
            part.isAll = start == piece.range.lowerBound && found.count <= missing
            blocks.append(found.suffix(missing))
            missing -= min(missing, found.count)
            budget -= bytes.count
        }
        part.lines = blocks.reversed().flatMap(\.self)
        return part
    }

    /// The complete lines behind `after`, at most `limitBytes` of text and `limitLines`, and what follows them; of
    /// `launch` alone where one is given. All there is when the end of the log was reached. When the file of `after`
    /// has been removed by rotation, it goes on at the oldest that is left. A line that is longer than the limit comes
    /// in parts; a line that rotation cut comes in two.
    public func read(
        after: LogCursor, of launch: UInt64? = nil, limitBytes: Int = Self.limitBytes, limitLines: Int = .max
    ) throws(SystemError) -> LogPart {
        let files = try LogFileList.open(folder)
        let first = LogFileList.find(after, in: files)
        var part = LogPart(next: after, isAll: true)
        var budget = min(max(limitBytes, 1), Self.limitBytes)
        let pieces = Pieces(files, of: launch)
        for index in (first ?? 0)..<max(files.count, first ?? 0) {
            let size = try files[index].size()
            let known = index == first ? Int64(clamping: after.offset) : 0
            // A file that somebody cut off is read again from its beginning.
            let start = known <= size ? known : 0
            for piece in try pieces.ofFile(index) where piece.isOpenEnd || piece.range.upperBound > start {
                let rest = piece.from(start)
                if try !take(rest, into: &part, &budget, limitLines) { return part }
            }
            part.next = LogCursor(inode: files[index].inode, offset: UInt64(size))
        }
        return part
    }

    /// Adds the lines of a piece as far as the limits allow it; whether to go on with the next piece.
    private func take(
        _ piece: Piece, into part: inout LogPart, _ budget: inout Int, _ limitLines: Int
    ) throws(SystemError) -> Bool {
        let start = piece.range.lowerBound
        let (bytes, damageEnd) = try Self.bytes(of: piece, limit: budget)
        let reachesEnd = start + Int64(bytes.count) == piece.range.upperBound
        let isOverlong = bytes.count == budget && part.lines.isEmpty && !bytes.contains(Self.lineFeed)
        let isEnd = reachesEnd && !piece.isOpenEnd || isOverlong || damageEnd != nil
        let (found, taken) = Self.split(
            bytes, at: start, of: piece.file, includingRest: isEnd, limit: limitLines - part.lines.count)
        part.lines += found
        part.next = LogCursor(inode: piece.file.inode, offset: UInt64(start) + UInt64(taken))
        budget -= taken
        let left = bytes[taken...]
        if let damageEnd, left.isEmpty {
            let end = min(damageEnd, piece.range.upperBound)
            let note = "hostd: \(end - start - Int64(taken)) bytes of this log are damaged"
            part.lines.append(LogLine(wallMicroseconds: piece.file.time(at: end), text: Array(note.utf8)))
            part.next = LogCursor(inode: piece.file.inode, offset: UInt64(end))
        } else if piece.isOpenEnd, reachesEnd, !left.contains(Self.lineFeed) {
            if !left.isEmpty { part.rest = Self.line(left, endingAt: piece.range.upperBound, of: piece.file) }
            return false
        } else if reachesEnd, left.isEmpty, !piece.isOpenEnd, budget > 0, part.lines.count < limitLines {
            return true
        }
        part.isAll = false
        return false
    }

    /// The bytes of a piece, at most `limit`, and where what can be read goes on when they end at a damage.
    private static func bytes(
        of piece: Piece, limit: Int
    ) throws(SystemError) -> (bytes: [UInt8], damageEnd: Int64?) {
        let start = piece.range.lowerBound
        let count = Int(min(Int64(limit), piece.range.upperBound - start))
        do throws(SystemError) {
            let bytes = try piece.file.read(at: start, count: count)
            return (bytes, bytes.count < count ? piece.file.damageEnd(at: start + Int64(bytes.count)) : nil)
        } catch {
            guard let end = piece.file.damageEnd(at: start) else { throw error }
            return ([], end)
        }
    }

    /// The bytes of the last `lines` lines of a piece, at most `limit` of them, and where they begin.
    private static func lastLines(
        of piece: Piece, _ lines: Int, limit: Int
    ) throws(SystemError) -> (start: Int64, bytes: [UInt8]) {
        var parts: [ArraySlice<UInt8>] = []
        var start = piece.range.upperBound
        var count = 0
        var feeds = 0
        while start > piece.range.lowerBound, count < limit {
            let asked = Int(min(Int64(64 << 10), start - piece.range.lowerBound, Int64(limit - count)))
            // What is damaged is shown to whoever reads from the other end.
            let part = (try? piece.file.read(at: start - Int64(asked), count: asked)) ?? []
            guard part.count == asked else { break }
            // The newline that ends the piece begins no line.
            for index in part.indices.reversed()
            where part[index] == lineFeed && start - Int64(asked - index) + 1 < piece.range.upperBound {
                feeds += 1
                guard feeds == lines else { continue }
                parts.append(part[(index + 1)...])
                return (start - Int64(asked - index - 1), parts.reversed().flatMap(\.self))
            }
            parts.append(part[...])
            count += asked
            start -= Int64(asked)
        }
        return (start, parts.reversed().flatMap(\.self))
    }

    private static func split(
        _ bytes: [UInt8], at start: Int64, of file: LogFileReader, includingRest: Bool, limit: Int = .max
    ) -> (lines: [LogLine], taken: Int) {
        var lines: [LogLine] = []
        var taken = 0
        while taken < bytes.count, lines.count < limit {
            let end = lineFeed(in: bytes, from: taken)
            guard let stop = end ?? (includingRest ? bytes.count : nil) else { break }
            let after = end == nil ? stop : stop + 1
            lines.append(line(bytes[taken..<stop], endingAt: start + Int64(after), of: file))
            taken = after
        }
        return (lines, taken)
    }

    private static func lineFeed(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress?.advanced(by: start) else { return nil }
            return memchr(base, Int32(lineFeed), buffer.count - start).map { start + base.distance(to: $0) }
        }
    }

    private static func line(_ text: ArraySlice<UInt8>, endingAt end: Int64, of file: LogFileReader) -> LogLine {
        LogLine(wallMicroseconds: file.time(at: end), text: Array(text))
    }
}
