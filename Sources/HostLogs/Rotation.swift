// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// What rotation does to the names in a log's folder. A kill between any two of these calls leaves what `tidy` finishes.
enum Rotation {
    /// Renames `current` and then its index.
    static func giveName(_ name: String, in folder: String) throws(SystemError) {
        try Files.move(folder + "/current", to: folder + "/" + name + ".log")
        try Files.move(folder + "/current.idx", to: folder + "/" + name + ".idx")
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

    /// Removes all rotated pairs but the newest `keep`, and indexes whose log file is gone.
    static func prune(_ folder: String, keep: Int) throws(SystemError) {
        let names = try RotatedName.list(folder)
        for name in names.dropLast(keep) {
            try Files.remove(folder + "/" + name + ".log")
            try Files.remove(folder + "/" + name + ".idx")
        }
        let kept = Set(names.suffix(keep))
        for file in try Files.list(folder) where file.hasSuffix("Z.idx") && !kept.contains(String(file.dropLast(4))) {
            try Files.remove(folder + "/" + file)
        }
    }
}
