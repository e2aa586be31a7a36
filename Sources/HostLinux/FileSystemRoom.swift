// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// What a file system has room for, and when it has written all.
public enum FileSystemRoom {
    /// Bytes that this user may still write where `path` is.
    public static func availableBytes(at path: String) throws(SystemError) -> UInt64 {
        var info = statvfs()
        try check("statvfs", path) { statvfs(path, &info) }
        return UInt64(info.f_bavail) * UInt64(info.f_frsize)
    }

    /// Waits until everything that was written to the file system of `path` outlives power loss.
    public static func sync(at path: String) throws(SystemError) {
        let file = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK)
        try check("syncfs", path) { chost_sync_file_system(file.raw) }
    }
}
