// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// What fstat(2) says of an open file.
public struct FileStatus: Hashable, Sendable {
    /// What kind of file it is.
    public enum Kind: Hashable, Sendable {
        case regular, fifo, folder, other
    }

    /// The kind.
    public let kind: Kind
    /// Size in bytes.
    public let size: Int64
    /// The inode number.
    public let inode: UInt64
    /// The number of the file system that it lies on.
    public let device: UInt64
    /// The user who owns it.
    public let uid: UInt32
    /// The group that it belongs to.
    public let gid: UInt32
    /// Who may read, write and execute it: the lower twelve bits of its mode.
    public let rights: UInt32
    /// How many names it has; 0 when it was removed.
    public let links: UInt64
    /// When it was last written, in microseconds since 1970.
    public let modifiedMicroseconds: Int64
    /// When anything of it was last changed, its rights and its name included, in microseconds since 1970.
    public let changedMicroseconds: Int64

    /// Asks for an open descriptor.
    public init(of raw: Int32) throws(SystemError) {
        var info = stat()
        try check("fstat") { fstat(raw, &info) }
        self.init(info)
    }

    /// Asks for what stands at `path`, following links.
    public init(at path: String) throws(SystemError) {
        var info = stat()
        try check("stat", path) { stat(path, &info) }
        self.init(info)
    }

    /// Asks for what stands at `path`; a symbolic link is not followed.
    public init(ofLinkAt path: String) throws(SystemError) {
        var info = stat()
        try check("stat", path) { lstat(path, &info) }
        self.init(info)
    }

    private init(_ info: stat) {
        switch info.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFIFO: kind = .fifo
        case S_IFDIR: kind = .folder
        default: kind = .other
        }
        size = Int64(info.st_size)
        inode = UInt64(info.st_ino)
        device = UInt64(info.st_dev)
        uid = info.st_uid
        gid = info.st_gid
        rights = info.st_mode & 0o7777
        links = UInt64(info.st_nlink)
        modifiedMicroseconds = Int64(info.st_mtim.tv_sec) * 1_000_000 + Int64(info.st_mtim.tv_nsec) / 1000
        changedMicroseconds = Int64(info.st_ctim.tv_sec) * 1_000_000 + Int64(info.st_ctim.tv_nsec) / 1000
    }
}

extension Files {
    /// Size in bytes of what stands at `path`; a symbolic link is not followed.
    public static func size(_ path: String) throws(SystemError) -> Int64 {
        var info = stat()
        try check("stat", path) { lstat(path, &info) }
        return Int64(info.st_size)
    }
}
