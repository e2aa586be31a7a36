// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// How much a folder takes on its disk.
public struct FolderSize: Hashable, Sendable {
    /// Bytes on the disk of all files in it and below it.
    public private(set) var bytes: UInt64 = 0
    /// Files that were counted.
    public private(set) var files = 0
    /// There was more than was looked at.
    public private(set) var isCut = false

    private static let depthLimit = 64

    /// Counts what lies below `path`, at most `limit` entries. Links are not followed, other file systems not entered.
    public init(of path: String, limit: Int = 100_000) {
        guard let status = try? FileStatus(ofLinkAt: path), status.kind == .folder else { return }
        var left = limit
        count(path, status.device, &left, depth: 0)
    }

    private mutating func count(_ path: String, _ device: UInt64, _ left: inout Int, depth: Int) {
        guard depth < Self.depthLimit, let names = try? Files.list(path) else { return }
        for name in names {
            guard left > 0 else { return isCut = true }
            left -= 1
            var info = stat()
            guard lstat(path + "/" + name, &info) == 0, UInt64(info.st_dev) == device else { continue }
            switch info.st_mode & S_IFMT {
            case S_IFDIR: count(path + "/" + name, device, &left, depth: depth + 1)
            case S_IFREG:
                files += 1
                bytes += UInt64(clamping: Int64(info.st_blocks)) * 512
            default: break
            }
        }
    }
}

/// How much one file takes on its disk.
public enum FileBlocks {
    /// Bytes that come free when `path` is removed; 0 for a file that has other names, or is none.
    public static func bytes(of path: String) -> UInt64 {
        var info = stat()
        guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_nlink == 1 else { return 0 }
        return UInt64(clamping: Int64(info.st_blocks)) * 512
    }
}
