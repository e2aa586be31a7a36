// SPDX-License-Identifier: Apache-2.0

public import HostLinux

extension LogReader {
    /// The last line that is not blank, if it had arrived at `wallMicroseconds` (since 1970) or later: what a program
    /// said before it ended. At most `limitBytes` are read, from the end; of a line that is longer its end is
    /// returned.
    public func lastLine(since wallMicroseconds: Int64, limitBytes: Int) throws(SystemError) -> LogLine? {
        var budget = min(max(limitBytes, 1), Self.limitBytes)
        for file in try LogFileList.open(folder).reversed() where budget > 0 {
            let size = try file.size()
            let start = max(size - Int64(budget), 0)
            let bytes = try file.read(at: start, count: Int(size - start))
            budget -= bytes.count
            guard let last = bytes.lastIndex(where: { !Self.isBlank($0) }) else { continue }
            let first = bytes[..<last].lastIndex(of: Self.lineFeed).map { $0 + 1 } ?? 0
            let end = bytes[last...].firstIndex(of: Self.lineFeed) ?? bytes.count
            let time = file.time(at: start + Int64(min(end + 1, bytes.count)))
            return time < wallMicroseconds ? nil : LogLine(wallMicroseconds: time, text: Array(bytes[first..<end]))
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        " \t\r\n".utf8.contains(byte)
    }
}
