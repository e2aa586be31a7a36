// SPDX-License-Identifier: Apache-2.0

/// How a file looks from outside: as long as this stays the same, so does what is in it. The time of its last change
/// (ctime) cannot be set by anybody.
public struct FileMark: Hashable, Sendable, CustomStringConvertible {
    /// The number of its file system.
    public var device: UInt64
    /// Its inode number.
    public var inode: UInt64
    /// Size in bytes.
    public var size: Int64
    /// When it was last written, in microseconds since 1970.
    public var modifiedMicroseconds: Int64
    /// When anything of it was last changed, in microseconds since 1970.
    public var changedMicroseconds: Int64

    /// The mark of a file.
    public init(_ status: FileStatus) {
        device = status.device
        inode = status.inode
        size = status.size
        modifiedMicroseconds = status.modifiedMicroseconds
        changedMicroseconds = status.changedMicroseconds
    }

    /// Reads what `description` wrote; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 5, let device = UInt64(parts[0]), let inode = UInt64(parts[1]),
            let size = Int64(parts[2]), let modified = Int64(parts[3]), let changed = Int64(parts[4])
        else { return nil }
        self.device = device
        self.inode = inode
        self.size = size
        modifiedMicroseconds = modified
        changedMicroseconds = changed
    }

    /// `device:inode:size:modified:changed`.
    public var description: String {
        "\(device):\(inode):\(size):\(modifiedMicroseconds):\(changedMicroseconds)"
    }
}
