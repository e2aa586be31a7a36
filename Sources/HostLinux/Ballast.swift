// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// A file that is room only: it lies on the disk to be removed when that is full.
public struct Ballast: Hashable, Sendable {
    /// Where it lies.
    public let path: String

    /// The ballast at `path`, in a folder that nobody else writes.
    public init(path: String) {
        self.path = path
    }

    /// Bytes that it takes on the disk; 0 when there is none.
    public var bytes: UInt64 {
        var info = stat()
        guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return 0 }
        return UInt64(clamping: Int64(info.st_blocks)) * 512
    }

    /// Makes it: allocated, written out, and looked at whether it really takes so much. Fails with EOPNOTSUPP where the
    /// file system cannot reserve room.
    public func make(bytes: UInt64) throws(SystemError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if try FileSystem(at: folder).copiesOnWrite { throw refusal }
        let new = Ballast(path: path + ".new")
        do throws(SystemError) {
            try Files.remove(new.path)
            let file = try Descriptor(opening: new.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
            let number = file.raw
            // Not posix_fallocate(3): where there is no fallocate(2) that one writes zeros, which may be compressed.
            try check("fallocate", path) { chost_allocate(number, Int64(clamping: bytes)) }
            try file.sync()
            guard new.bytes >= bytes else { throw refusal }
            try Files.move(new.path, to: path)
        } catch {
            unlink(new.path)
            throw error
        }
    }

    private var refusal: SystemError { SystemError(code: EOPNOTSUPP, call: "reserve room", subject: path) }

    /// Gives it back; returns how many bytes that were. Emptied first: a file that is still open somewhere would keep
    /// its room.
    @discardableResult
    public func giveBack() throws(SystemError) -> UInt64 {
        let held = bytes
        guard held > 0 else { return 0 }
        if let file = try? Descriptor(opening: path, O_WRONLY | O_NOFOLLOW) { try? file.truncate(to: 0) }
        try Files.remove(path)
        return held
    }
}
