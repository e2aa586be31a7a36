// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
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

    /// Removes the oldest rotated files with their indexes until `retention` holds, and indexes whose log file is gone.
    /// One that cannot be removed keeps no other.
    static func prune(
        _ folder: String, _ retention: LogRetention, nowMicroseconds now: Int64 = Clock.wallMicroseconds
    ) throws(SystemError) {
        let files = try Files.list(folder)
        let rotated = RotatedFile.all(in: folder, files, withSizes: retention.totalBytes < .max)
        let other = (try? Files.size(folder + "/current")) ?? 0
        let surplus = retention.surplus(
            rotated.map(\.asRetained), otherBytes: UInt64(clamping: other), nowMicroseconds: now)
        try remove(files, of: folder, but: Set(rotated.dropFirst(surplus).map(\.name)))
    }

    /// Removes all rotated files but those of these names.
    private static func remove(
        _ files: [String], of folder: String, but kept: Set<String>
    ) throws(SystemError) {
        var failure: SystemError?
        for file in files {
            guard let name = RotatedName.base(of: file), !kept.contains(name) else { continue }
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
