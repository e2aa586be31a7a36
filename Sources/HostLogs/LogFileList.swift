// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// The files of a log as a reader finds them, oldest first and `current` last.
enum LogFileList {
    /// Finds them; only `current` is opened at once. When a rotation happens meanwhile it looks again, so that no file
    /// is missing between two others. While one follows the other `current` is left out: what it holds is found the
    /// next time.
    static func open(_ folder: String) throws(SystemError) -> [LogFileReader] {
        var rotated: [String] = []
        for _ in 0..<5 {
            rotated = try RotatedName.list(folder)
            guard let current = try LogFileReader(current: folder) else { continue }
            if try RotatedName.list(folder) == rotated {
                return rotated.map { LogFileReader(folder, $0) } + [current]
            }
        }
        // The index of the newest may not have its name yet.
        return rotated.enumerated().map { LogFileReader(folder, $1, isNewest: $0 == rotated.count - 1) }
    }

    /// The index of the file that a cursor names; nil when it is gone.
    static func find(_ cursor: LogCursor, in files: [LogFileReader]) -> Int? {
        // Whoever follows is at the newest.
        files.lastIndex { $0.inode == cursor.inode } ?? files.lastIndex { $0.ownInode == cursor.inode }
    }
}
