// SPDX-License-Identifier: Apache-2.0

/// A place in a log that stays valid over rotation: a file by its inode, and an offset in it. Text form `inode:offset`.
public struct LogCursor: Hashable, Sendable, CustomStringConvertible {
    /// The inode number of the log file; 0 stands for the oldest file there is.
    public let inode: UInt64
    /// Bytes of that file that have been read.
    public let offset: UInt64

    /// The beginning of the oldest file.
    public static let start = LogCursor(inode: 0, offset: 0)

    /// Names a place.
    public init(inode: UInt64, offset: UInt64) {
        self.inode = inode
        self.offset = offset
    }

    /// Reads the text form; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let inode = UInt64(parts[0]), let offset = UInt64(parts[1]) else { return nil }
        self.init(inode: inode, offset: offset)
    }

    /// The text form.
    public var description: String { "\(inode):\(offset)" }
}

/// A line of a log.
public struct LogLine: Hashable, Sendable {
    /// When it had arrived, in microseconds since 1970.
    public let wallMicroseconds: Int64
    /// Its bytes, without the newline.
    public let text: [UInt8]

    /// Describes a line.
    public init(wallMicroseconds: Int64, text: [UInt8]) {
        self.wallMicroseconds = wallMicroseconds
        self.text = text
    }
}
