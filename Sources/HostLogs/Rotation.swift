// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// What rotation does to the names in a log's folder. A kill between any two of these calls leaves what `tidy`
/// finishes.
enum Rotation {
    /// Renames `current` and then its index. One that somebody has taken away needs no name.
    static func giveName(_ name: String, in folder: String) throws(SystemError) {
        try moveIfThere(folder + "/current", to: folder + "/" + name + ".log")
        try moveIfThere(folder + "/current.idx", to: folder + "/" + name + ".idx")
    }

    /// Finishes a rotation that was interrupted between the two renames: `current` is gone, its index still has the old
    /// name. A new `current` is only made after both.
    static func tidy(_ folder: String) throws(SystemError) {
        let index = folder + "/current.idx"
        guard !Files.exists(folder + "/current"), Files.exists(index) else { return }
        if let last = try RotatedName.list(folder).last, !Files.exists(folder + "/" + last + ".idx") {
            try Files.move(index, to: folder + "/" + last + ".idx")
        } else {
            try Files.remove(index)
        }
    }

    /// Removes all rotated pairs but the newest `keep`, and indexes whose log file is gone. One that cannot be removed
    /// keeps no other.
    static func prune(_ folder: String, keep: Int) throws(SystemError) {
        let files = try Files.list(folder)
        let kept = Set(RotatedName.pick(from: files).suffix(keep))
        var failure: SystemError?
        for file in files where file.hasSuffix(".log") || file.hasSuffix(".idx") {
            let name = String(file.dropLast(4))
            guard RotatedName.isRight(name), !kept.contains(name) else { continue }
            do throws(SystemError) {
                try Files.remove(folder + "/" + file)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private static func moveIfThere(_ path: String, to other: String) throws(SystemError) {
        do {
            try Files.move(path, to: other)
        } catch {
            if error.code != ENOENT { throw error }
        }
    }
}
