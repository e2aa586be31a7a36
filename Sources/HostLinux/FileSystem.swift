// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// What statvfs(2) and its like say of the file system that a path lies on.
public struct FileSystem: Hashable, Sendable {
    /// The number of the file system.
    public let device: UInt64
    /// Its type: "ext4", or the number that the kernel has for it where it has no name here.
    public let type: String
    /// Bytes that this user may still write (f_bavail).
    public let availableBytes: UInt64
    /// All bytes for users like this: used and available, as df(1) counts them.
    public let capacityBytes: UInt64
    /// Inodes left (f_favail).
    public let availableInodes: UInt64
    /// All inodes; 0 where there is no fixed number of them.
    public let inodes: UInt64
    /// Whether it is mounted read-only.
    public let isReadOnly: Bool

    /// A block that is written to such a file system lies in another place than before: what was allocated is no
    /// reserve.
    public var copiesOnWrite: Bool { ["btrfs", "zfs", "bcachefs"].contains(type) }

    private static let types: [UInt64: String] = [
        0xEF53: "ext4", 0x5846_5342: "xfs", 0x9123_683E: "btrfs", 0x2FC1_2FC1: "zfs", 0x0102_1994: "tmpfs",
        0x794C_7630: "overlay", 0x6969: "nfs", 0x6573_5546: "fuse", 0xF2F5_2010: "f2fs", 0xCA45_1A4E: "bcachefs",
        0x8584_58F6: "ramfs", 0x7371_7368: "squashfs", 0xFF53_4D42: "cifs", 0x4D44: "vfat",
        0xFE53_4D42: "smb2", 0x0102_1997: "9p", 0x00C3_6400: "ceph",
    ]

    /// Others may change it without this kernel's knowledge, so that inotify(7) does not tell.
    public var isShared: Bool { ["nfs", "fuse", "cifs", "smb2", "9p", "ceph"].contains(type) }

    /// Asks for the file system of `path`. May block for as long as the file system does.
    public init(at path: String) throws(SystemError) {
        var room = statvfs()
        try check("statvfs", path) { statvfs(path, &room) }
        let magic = UInt64(try check("statfs", path) { chost_file_system_type(path) })
        device = try FileStatus(at: path).device
        type = Self.types[magic] ?? "0x" + String(magic, radix: 16)
        let unit = UInt64(max(room.f_frsize, 1))
        availableBytes = UInt64(room.f_bavail) &* unit
        let used = UInt64(room.f_blocks) - min(UInt64(room.f_bfree), UInt64(room.f_blocks))
        capacityBytes = used &* unit &+ availableBytes
        availableInodes = UInt64(room.f_favail)
        inodes = UInt64(room.f_files)
        isReadOnly = UInt64(room.f_flag) & UInt64(ST_RDONLY) != 0
    }

    /// Writes a file of a few bytes in `folder`, waits until the disk has it, and removes it. The file has no name, so
    /// that a kill leaves nothing. Errors are those of the disk, and EOPNOTSUPP or EISDIR where files must have names.
    public static func probeWriting(in folder: String) throws(SystemError) {
        // __O_TMPFILE, a macro that Swift does not see.
        let nameless: Int32 = 0o20_000_000 | O_DIRECTORY
        try writeProbe(Descriptor(opening: folder, O_WRONLY | nameless))
    }

    /// The same with a name, in a folder that nobody else writes.
    public static func probeWriting(inOwn folder: String) throws(SystemError) {
        do throws(SystemError) {
            try probeWriting(in: folder)
        } catch {
            guard [EOPNOTSUPP, EISDIR, ENOENT].contains(error.code) else { throw error }
            let path = folder + "/.write-probe"
            try Files.remove(path)
            let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
            unlink(path)
            try writeProbe(file)
        }
    }

    private static func writeProbe(_ file: consuming Descriptor) throws(SystemError) {
        try file.write(all: [UInt8](repeating: UInt8(ascii: "\n"), count: 4096))
        try file.sync()
    }
}
