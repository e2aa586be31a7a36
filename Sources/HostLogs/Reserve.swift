// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// A little room on each file system that holds logs, kept in a file `.reserve`: with it a rotation that has begun
/// comes to its end though the disk is full. It is taken only where there is plenty.
final class Reserve {
    static let fileName = ".reserve"
    private static let size = 64 << 10
    /// With less room the reserve itself would fill the disk.
    private static let plentyBytes: UInt64 = 1 << 20

    private let folder: String
    /// Where the reserve lies, by the number of the file system.
    private var paths: [UInt64: String] = [:]

    /// For the logs below `folder`.
    init(folder: String) {
        self.folder = folder
    }

    /// Sees to it that the file system of a log's folder has its reserve. Where there is little room there is none.
    func keep(for log: String) {
        guard let path = path(for: log), !Files.exists(path) else { return }
        guard let free = try? Files.freeBytes(log), free >= Self.plentyBytes else { return }
        do throws(SystemError) {
            let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
            try file.allocate(byteCount: Self.size)
        } catch {
            try? Files.remove(path)
        }
    }

    /// Gives the room back; false when there was none to give.
    func giveBack(for log: String) -> Bool {
        guard let path = path(for: log), Files.exists(path) else { return false }
        return (try? Files.remove(path)) != nil
    }

    /// Beside all logs where it is the same file system, else in the log's own folder.
    private func path(for log: String) -> String? {
        guard let device = try? FileStatus(at: log).device else { return nil }
        if let known = paths[device] { return known }
        let isShared = (try? FileStatus(at: folder).device) == device
        let path = (isShared ? folder : log) + "/" + Self.fileName
        paths[device] = path
        return path
    }
}
