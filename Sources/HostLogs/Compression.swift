// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// Turns a finished file `NAME.log` into `NAME.log.zst`. A kill or a power cut between any two steps leaves the one or
/// the other whole; what else is left is tidied up.
enum Compression {
    /// What the file has while it is written.
    static let temporaryEnding = ".tmp"

    /// Compresses the file at `path`, which must have been synced, and removes it. One that is gone meanwhile is fine.
    static func compress(_ path: String) throws(SystemError) {
        let target = path + RotatedName.compressedEnding
        let temporary = target + temporaryEnding
        do throws(SystemError) {
            let source = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            try write(source, to: temporary)
            try Files.move(temporary, to: target)
        } catch {
            // A disk that is full shall not keep the half of a file.
            try? Files.remove(temporary)
            if error.isMissing, !Files.exists(path) { return }
            throw error
        }
        try Files.syncFolder(of: path)
        try Files.remove(path)
    }

    private static func write(_ source: borrowing Descriptor, to temporary: String) throws(SystemError) {
        try Files.remove(temporary)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
        let file = try Descriptor(opening: temporary, flags, mode: 0o440)
        let status = try FileStatus(of: source.raw)
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: SeekableZstd.frameBytes, alignment: 16)
        defer { space.deallocate() }
        var writer = try SeekableZstdWriter(to: file.raw, subject: temporary)
        var done: Int64 = 0
        while true {
            let count = try fill(space, from: source, at: done)
            if count == 0 { break }
            try writer.append(UnsafeRawBufferPointer(rebasing: space[..<count]))
            done += Int64(count)
        }
        try writer.finish(inode: status.inode)
        try file.keepTime(of: status)
        try file.sync()
    }

    private static func fill(
        _ space: UnsafeMutableRawBufferPointer, from source: borrowing Descriptor, at offset: Int64
    ) throws(SystemError) -> Int {
        var filled = 0
        while filled < space.count {
            let part = try source.read(into: .init(rebasing: space[filled...]), at: offset + Int64(filled))
            if part == 0 { break }
            filled += part
        }
        return filled
    }
}
