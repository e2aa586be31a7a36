// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A file that was removed and is still open: it takes its room until the last process closes it.
public struct RemovedFile: Hashable, Sendable {
    /// What it was called.
    public let path: String
    /// One of the processes that have it open.
    public let pid: Int32
    /// The name of that process.
    public let program: String
    /// Bytes that it takes on the disk.
    public let bytes: UInt64
    /// The number of its file system.
    public let device: UInt64

    /// Looks through the descriptors of all processes, as far as this user may see them, for at most `limit` files on
    /// one of `devices`, the largest first. Takes a while on a host with many processes: for the Worker.
    public static func all(on devices: Set<UInt64>, limit: Int = 20) -> [RemovedFile] {
        var found: [Key: RemovedFile] = [:]
        var looked = 0
        for pid in Processes.all() {
            guard looked < descriptorLimit else { break }
            guard let numbers = try? Files.list("/proc/\(pid)/fd") else { continue }
            looked += numbers.count
            for number in numbers {
                let place = "/proc/\(pid)/fd/\(number)"
                guard let target = Files.linkTarget(place), target.hasSuffix(mark), target.hasPrefix("/") else {
                    continue
                }
                var info = stat()
                guard fstatat(AT_FDCWD, place, &info, cachedOnly) == 0, info.st_mode & S_IFMT == S_IFREG,
                    info.st_nlink == 0
                else { continue }
                let key = Key(device: UInt64(info.st_dev), inode: UInt64(info.st_ino))
                guard devices.contains(key.device), found[key] == nil else { continue }
                found[key] = RemovedFile(
                    path: String(target.dropLast(mark.count)), pid: pid, program: Processes.name(of: pid),
                    bytes: UInt64(clamping: Int64(info.st_blocks)) * 512, device: key.device)
            }
        }
        return Array(found.values.sorted { ($0.bytes, $1.path) > ($1.bytes, $0.path) }.prefix(limit))
    }

    /// AT_STATX_DONT_SYNC: what the kernel knows already. A file system that somebody serves by himself (FUSE) and does
    /// not answer must not hold this up.
    private static let cachedOnly: Int32 = 0x4000
    private static let mark = " (deleted)"
    private static let descriptorLimit = 500_000

    private struct Key: Hashable {
        let device: UInt64
        let inode: UInt64
    }
}
