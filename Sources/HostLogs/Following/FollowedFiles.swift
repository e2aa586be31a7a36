// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// The files of a log in their order, for who goes through them with an open file in hand. Compressed ones are none of
/// them: a file is compressed when all who follow are through with it.
struct FollowedFiles {
    let folder: String

    /// The file with this inode number; nil when there is none (any more).
    func open(inode: UInt64) throws(SystemError) -> FollowedFile? {
        if let current = try FollowedFile(folder, name: nil), current.inode == inode { return current }
        for name in try RotatedName.list(folder).reversed() {
            if let file = try FollowedFile(folder, name: name), file.inode == inode { return file }
        }
        return nil
    }

    /// The oldest file behind the rotated name `after`.
    func open(after: String) throws(SystemError) -> FollowedFile? {
        for name in try RotatedName.list(folder) where name > after {
            if let file = try FollowedFile(folder, name: name) { return file }
        }
        return try FollowedFile(folder, name: nil)
    }

    /// The place that is `count` bytes further, where a file that does not end with a newline counts as if it did.
    func advance(_ place: FollowerPlace, by count: Int64) throws(SystemError) -> FollowerPlace {
        guard var file = try open(inode: place.inode) else { return place }
        var offset = place.offset
        var left = count
        while true {
            let size = try file.status().size
            let length = try size - offset + (Self.endsWithLine(file, size: size) ? 0 : 1)
            guard file.name != nil, left > length, let next = try open(after: file.after) else {
                return FollowerPlace(inode: file.inode, offset: min(offset + left, size), after: file.after)
            }
            left -= length
            offset = 0
            file = next
        }
    }

    private static func endsWithLine(_ file: FollowedFile, size: Int64) throws(SystemError) -> Bool {
        guard size > 0 else { return true }
        var byte: UInt8 = 0
        let count = try withUnsafeMutableBytes(of: &byte) { bytes throws(SystemError) in
            try file.read(into: bytes, at: size - 1)
        }
        return count == 1 && byte == UInt8(ascii: "\n")
    }
}
