// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// The files of a log as a reader finds them, oldest first and `current` last.
enum LogFileList {
    /// An open log file.
    final class File {
        let inode: UInt64
        let size: Int64
        /// Opened together with the file: once it is rotated, its index has another name.
        var index: IndexReader
        private let descriptor: Descriptor

        fileprivate init?(_ path: String, indexPath: String) throws(SystemError) {
            do {
                descriptor = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            } catch {
                if error.code == ENOENT { return nil }
                throw error
            }
            let status = try FileStatus(of: descriptor.raw)
            guard status.kind == .regular else { return nil }
            inode = status.inode
            size = status.size
            index = IndexReader(opening: indexPath, fallback: status.modifiedMicroseconds)
        }

        func read(at offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
            try descriptor.bytes(at: offset, count: count)
        }
    }

    /// Opens them. When a rotation happens meanwhile it looks again, so that no file is missing between two others.
    /// While one follows the other `current` is left out: what it holds is found the next time.
    static func open(_ folder: String) throws(SystemError) -> [File] {
        var rotated: [File] = []
        for _ in 0..<5 {
            rotated = []
            let before = try RotatedName.list(folder)
            for name in before {
                let base = folder + "/" + name
                if let file = try File(base + ".log", indexPath: base + ".idx") { rotated.append(file) }
            }
            let current = try File(folder + "/current", indexPath: folder + "/current.idx")
            if let current, try RotatedName.list(folder) == before { return rotated + [current] }
        }
        return rotated
    }
}
