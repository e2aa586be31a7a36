// SPDX-License-Identifier: Apache-2.0

/// A place in a log as a follower records it: the file and the offset, and, for the day when that file is gone, behind
/// which rotated name it goes on. Text form `inode:offset after`.
struct FollowerPlace: Hashable, CustomStringConvertible {
    var inode: UInt64
    var offset: Int64
    /// Rotated files with greater names come after this place.
    var after: String

    init(inode: UInt64, offset: Int64, after: String) {
        self.inode = inode
        self.offset = offset
        self.after = after
    }

    /// Reads the text form; nil for anything else.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let cursor = LogCursor(String(parts[0])), RotatedName.isRight(String(parts[1])) else {
            return nil
        }
        self.init(inode: cursor.inode, offset: Int64(clamping: cursor.offset), after: String(parts[1]))
    }

    var description: String { "\(inode):\(offset) \(after)" }
}
