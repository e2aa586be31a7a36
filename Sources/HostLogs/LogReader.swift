// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostLinux

/// Reads a log's files in order, with the times of its lines from the index. At most 4 MiB of text are read in one
/// call.
public struct LogReader: Sendable {
    static let limitBytes = 4 << 20
    static let lineFeed = UInt8(ascii: "\n")
    let folder: String

    /// Reads the log in `folder`, which holds `current`.
    public init(folder: String) {
        self.folder = folder
    }

    /// The last `lines` lines, one without newline at the end of `current` included, and the place behind them.
    public func tail(lines: Int) throws(SystemError) -> (lines: [LogLine], next: LogCursor) {
        let files = try LogFileList.open(folder)
        guard let last = files.last else { return ([], .start) }
        let next = LogCursor(inode: last.inode, offset: UInt64(last.size))
        var parts: [[LogLine]] = []
        var missing = max(lines, 0)
        var budget = Self.limitBytes
        for file in files.reversed() where missing > 0 && budget > 0 {
            let (start, bytes) = try Self.lastLines(of: file, missing, limit: budget)
            let (found, _) = Self.split(bytes, at: start, of: file, includingRest: true)
            parts.append(found)
            missing -= found.count
            budget -= bytes.count
        }
        return (parts.reversed().flatMap(\.self), next)
    }

    /// The complete lines behind `after`, at most `limitBytes` of text, and the place behind them. When the file of
    /// `after` has been removed by rotation, it goes on at the oldest that is left. A line that is longer than the
    /// limit comes in parts; a line that rotation cut comes in two.
    public func read(after: LogCursor, limitBytes: Int) throws(SystemError) -> (lines: [LogLine], next: LogCursor) {
        let files = try LogFileList.open(folder)
        let first = files.firstIndex { $0.inode == after.inode }
        var lines: [LogLine] = []
        var next = after
        var budget = min(max(limitBytes, 1), Self.limitBytes)
        for index in (first ?? 0)..<max(files.count, first ?? 0) {
            let file = files[index]
            // A file that somebody cut off is read again from its beginning.
            let known = index == first ? Int64(clamping: after.offset) : 0
            let start = known <= file.size ? known : 0
            let bytes = try file.read(at: start, count: Int(min(Int64(budget), file.size - start)))
            let isFull = bytes.count == budget
            let isRotated = index + 1 < files.count && start + Int64(bytes.count) == file.size
            let isOverlong = isFull && lines.isEmpty && !bytes.contains(Self.lineFeed)
            let (found, taken) = Self.split(bytes, at: start, of: file, includingRest: isRotated || isOverlong)
            lines += found
            next = LogCursor(inode: file.inode, offset: UInt64(start) + UInt64(taken))
            budget -= taken
            if isFull || budget <= 0 || !isRotated { break }
        }
        return (lines, next)
    }

    /// The bytes of the last `lines` lines of a file, and where they begin.
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
        _ bytes: [UInt8], at start: Int64, of file: LogFileList.File, includingRest: Bool
    ) -> (lines: [LogLine], taken: Int) {
        var lines: [LogLine] = []
        var taken = 0
        while taken < bytes.count {
            let end = bytes[taken...].firstIndex(of: lineFeed)
            guard let stop = end ?? (includingRest ? bytes.count : nil) else { break }
            let after = end == nil ? stop : stop + 1
            let time = file.index.time(at: start + Int64(after))
            lines.append(LogLine(wallMicroseconds: time, text: Array(bytes[taken..<stop])))
            taken = after
        }
        return (lines, taken)
    }
}
