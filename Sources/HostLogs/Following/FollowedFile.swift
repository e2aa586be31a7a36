// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// A file of a log that is being followed, held open together with its index: whatever becomes of their names.
final class FollowedFile {
    let inode: UInt64
    /// The name it was given by its rotation, without ending; nil while it is `current`.
    var name: String?
    var index: IndexCursor
    private let descriptor: Descriptor
    /// The least name that it can get.
    private let leastName: String

    /// Opens `current`, or the rotated file `name`; nil when it is not there.
    init?(_ folder: String, name: String?) throws(SystemError) {
        let base = folder + "/" + (name ?? "current")
        do throws(SystemError) {
            descriptor = try Descriptor(
                opening: name == nil ? base : base + ".log", O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
        let status = try FileStatus(of: descriptor.raw)
        guard status.kind == .regular else { return nil }
        inode = status.inode
        self.name = name
        leastName = try RotatedName.next(
            after: name == nil ? RotatedName.list(folder).last : nil, wallMicroseconds: Clock.wallMicroseconds)
        index = IndexCursor(opening: base + ".idx")
    }

    /// Rotated files with greater names come after it.
    var after: String { name ?? leastName }

    /// Its size now, whether it still has a name, and when it was last written.
    func status() throws(SystemError) -> FileStatus { try FileStatus(of: descriptor.raw) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(SystemError) -> Int {
        try descriptor.read(into: buffer, at: offset)
    }
}
