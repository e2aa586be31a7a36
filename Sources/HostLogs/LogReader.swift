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

    /// The last `lines` complete lines, fewer where they have more than `limitBytes`, and what follows them. All there
    /// is when nothing older was left out.
    public func tail(lines: Int, limitBytes: Int = Self.limitBytes) throws(SystemError) -> LogPart {
        let files = try LogFileList.open(folder)
        guard let last = files.last else { return LogPart(next: .start, isAll: true) }
        var part = LogPart(next: LogCursor(inode: last.inode, offset: UInt64(last.size)), isAll: false)
        var blocks: [[LogLine]] = []
        var missing = min(max(lines, 0), Int(Int32.max))
        var budget = min(max(limitBytes, 1), Self.limitBytes)
        for index in files.indices.reversed() {
            let file = files[index]
            let isLast = index == files.count - 1
            guard isLast || missing > 0 && budget > 0 else { break }
            // Behind the last newline of the last file there may be the beginning of a line.
            let (start, bytes) = try Self.lastLines(of: file, missing + (isLast ? 1 : 0), limit: budget)
            let isOverlong = bytes.count == budget && !bytes.contains(Self.lineFeed)
            var (found, taken) = Self.split(bytes, at: start, of: file, includingRest: !isLast || isOverlong)
            if taken < bytes.count {
                part.rest = Self.line(bytes[taken...], endingAt: file.size, of: file)
                part.next = LogCursor(inode: file.inode, offset: UInt64(start) + UInt64(taken))
            }
            // The end of a line that the limit cut is shown where it is all there is.
            if start > 0, bytes.count == budget, found.count > 1 { found.removeFirst() }
            part.isAll = index == 0 && start == 0 && found.count <= missing
            blocks.append(found.suffix(missing))
            missing -= min(missing, found.count)
            budget -= bytes.count
        }
        part.lines = blocks.reversed().flatMap(\.self)
        return part
    }

    /// The complete lines behind `after`, at most `limitBytes` of text and `limitLines`, and what follows them. All
    /// there is when the end of the log was reached. When the file of `after` has been removed by rotation, it goes on
    /// at the oldest that is left. A line that is longer than the limit comes in parts; a line that rotation cut comes
    /// in two.
    public func read(
        after: LogCursor, limitBytes: Int = Self.limitBytes, limitLines: Int = .max
    ) throws(SystemError) -> LogPart {
        let files = try LogFileList.open(folder)
        let first = files.firstIndex { $0.inode == after.inode }
        var part = LogPart(next: after, isAll: true)
        var budget = min(max(limitBytes, 1), Self.limitBytes)
        for index in (first ?? 0)..<max(files.count, first ?? 0) {
            let file = files[index]
            let isLast = index == files.count - 1
            // A file that somebody cut off is read again from its beginning.
            let known = index == first ? Int64(clamping: after.offset) : 0
            let start = known <= file.size ? known : 0
            let bytes = try file.read(at: start, count: Int(min(Int64(budget), file.size - start)))
            let reachesEnd = start + Int64(bytes.count) == file.size
            let isOverlong = bytes.count == budget && part.lines.isEmpty && !bytes.contains(Self.lineFeed)
            let (found, taken) = Self.split(
                bytes, at: start, of: file, includingRest: reachesEnd && !isLast || isOverlong,
                limit: limitLines - part.lines.count)
            part.lines += found
            part.next = LogCursor(inode: file.inode, offset: UInt64(start) + UInt64(taken))
            budget -= taken
            let left = bytes[taken...]
            if isLast, reachesEnd, !left.contains(Self.lineFeed) {
                if !left.isEmpty { part.rest = Self.line(left, endingAt: file.size, of: file) }
                break
            }
            guard reachesEnd, left.isEmpty, !isLast, budget > 0, part.lines.count < limitLines else {
                part.isAll = false
                break
            }
        }
        return part
    }

    /// The bytes of the last `lines` lines of a file, at most `limit` of them, and where they begin.
    private static func lastLines(
        of file: LogFileList.File, _ lines: Int, limit: Int
    ) throws(SystemError) -> (start: Int64, bytes: [UInt8]) {
        var bytes: [UInt8] = []
        var start = file.size
        var feeds = 0
        while start > 0, bytes.count < limit {
            let count = Int(min(Int64(64 << 10), start, Int64(limit - bytes.count)))
            let part = try file.read(at: start - Int64(count), count: count)
            guard part.count == count else { break }
            // The newline that ends the file begins no line.
            for index in part.indices.reversed()
            where part[index] == lineFeed && start - Int64(count - index) + 1 < file.size {
                feeds += 1
                if feeds == lines {
                    let rest = part[(index + 1)...]
                    return (start - Int64(rest.count), rest + bytes)
                }
            }
            bytes = part + bytes
            start -= Int64(count)
        }
        return (start, bytes)
    }

    private static func split(
        _ bytes: [UInt8], at start: Int64, of file: LogFileList.File, includingRest: Bool, limit: Int = .max
    ) -> (lines: [LogLine], taken: Int) {
        var lines: [LogLine] = []
        var taken = 0
        while taken < bytes.count, lines.count < limit {
            let end = bytes[taken...].firstIndex(of: lineFeed)
            guard let stop = end ?? (includingRest ? bytes.count : nil) else { break }
            let after = end == nil ? stop : stop + 1
            lines.append(line(bytes[taken..<stop], endingAt: start + Int64(after), of: file))
            taken = after
        }
        return (lines, taken)
    }

    private static func line(_ text: ArraySlice<UInt8>, endingAt end: Int64, of file: LogFileList.File) -> LogLine {
        LogLine(wallMicroseconds: file.index.time(at: end), text: Array(text))
    }
}
