// SPDX-License-Identifier: Apache-2.0

public import HostLinux

extension LogReader {
    /// The end of the year 9999: no name of a file tells a later time.
    private static let lastMicroseconds: Int64 = 253_402_300_799_999_999

    /// The place before the first line that had arrived at `wallMicroseconds` (since 1970) or later; behind the last
    /// complete line when there is none. The names of rotated files say when they ended, so one file is opened and its
    /// index bisected, however many there are. Where the clock was set back meanwhile, it is one of the places that
    /// fit.
    public func place(since wallMicroseconds: Int64) throws(SystemError) -> LogCursor {
        let files = try LogFileList.open(folder)
        for file in files[Self.first(endedSince: wallMicroseconds, among: files)...] {
            guard let offset = try file.begin(since: wallMicroseconds) else { continue }
            return LogCursor(inode: file.inode, offset: UInt64(try Self.lineStart(before: offset, in: file)))
        }
        guard let last = files.last else { return .start }
        return LogCursor(inode: last.inode, offset: UInt64(try Self.lineStart(before: try last.size(), in: last)))
    }

    /// The first file that had not ended before a time.
    private static func first(endedSince wallMicroseconds: Int64, among files: [LogFileReader]) -> Int {
        let name = RotatedName.text(min(max(wallMicroseconds, 0), lastMicroseconds))
        var low = 0
        var high = files.count
        while low < high {
            let middle = (low + high) / 2
            if files[middle].name.map({ $0 >= name }) ?? true { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Where the line begins that goes on at `offset`: `offset` itself when the byte before it is a newline.
    private static func lineStart(before offset: Int64, in file: LogFileReader) throws(SystemError) -> Int64 {
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
