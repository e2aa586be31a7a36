// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// A rotated file as it stands in its folder.
struct RotatedFile {
    /// Without the ending.
    let name: String
    /// `NAME.log` is there.
    let isPlain: Bool
    /// `NAME.log.zst` is there, which is whole.
    let isCompressed: Bool
    /// What it takes, with its index; 0 where nobody asked for it.
    let sizeBytes: UInt64

    var asRetained: LogRetention.File {
        LogRetention.File(name: name, sizeBytes: sizeBytes, endedMicroseconds: RotatedName.microseconds(of: name))
    }

    /// Those among the sorted names of files in a folder, oldest first.
    static func all(in folder: String, _ files: [String], withSizes: Bool) -> [RotatedFile] {
        let names = Set(files)
        return RotatedName.pick(from: files).map { name in
            let endings = [".log", ".log" + RotatedName.compressedEnding, ".idx"]
            let own = withSizes ? endings.map { name + $0 }.filter(names.contains) : []
            let size = own.reduce(0 as Int64) { $0 + ((try? Files.size(folder + "/" + $1)) ?? 0) }
            return RotatedFile(
                name: name, isPlain: names.contains(name + ".log"),
                isCompressed: names.contains(name + ".log" + RotatedName.compressedEnding),
                sizeBytes: UInt64(clamping: size))
        }
    }
}
