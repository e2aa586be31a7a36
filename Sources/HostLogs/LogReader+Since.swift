// SPDX-License-Identifier: Apache-2.0

public import HostLinux

extension LogReader {
    /// The place before the first line that had arrived at `wallMicroseconds` (since 1970) or later; behind the last
    /// complete line when there is none. The clock may have been set meanwhile: what counts is the first entry of an
    /// index that is not older.
    public func place(since wallMicroseconds: Int64) throws(SystemError) -> LogCursor {
        let files = try LogFileList.open(folder)
        for file in files {
            guard let offset = file.index.begin(since: wallMicroseconds, size: file.size) else { continue }
            return LogCursor(inode: file.inode, offset: UInt64(try Self.lineStart(before: offset, in: file)))
        }
        guard let last = files.last else { return .start }
        return LogCursor(inode: last.inode, offset: UInt64(try Self.lineStart(before: last.size, in: last)))
    }

    /// Where the line begins that goes on at `offset`: `offset` itself when the byte before it is a newline.
    private static func lineStart(before offset: Int64, in file: LogFileList.File) throws(SystemError) -> Int64 {
        var end = offset
        while end > 0, offset - end < limitBytes {
            let count = Int(min(Int64(64 << 10), end))
            let bytes = try file.read(at: end - Int64(count), count: count)
            guard bytes.count == count else { break }
            if let feed = bytes.lastIndex(of: lineFeed) { return end - Int64(count - feed - 1) }
            end -= Int64(count)
        }
        return end
    }
}
