// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Reading and writing at given offsets, without allocating.
extension Descriptor {
    /// Reads at `offset` into `buffer` and returns the number of bytes, 0 at the end of the file.
    public borrowing func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(SystemError) -> Int
    {
        let number = raw
        return try check("read") { pread(number, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    /// Reads what lies ready into `buffer` and returns the number of bytes, 0 at the end of the file.
    public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        let number = raw
        return try check("read") { Glibc.read(number, buffer.baseAddress, buffer.count) }
    }

    /// Writes all of `bytes` at `offset`; when that fails a part may have been written.
    public borrowing func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(SystemError) {
        let number = raw
        var done = 0
        while done < bytes.count {
            done += try check("write") {
                pwrite(number, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset) + off_t(done))
            }
        }
    }

    /// Writes `bytes` at `offset` as far as the disk takes them, and returns how many it took: one at least.
    public borrowing func writeSome(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(SystemError) -> Int {
        let number = raw
        return try check("write") { pwrite(number, bytes.baseAddress, bytes.count, off_t(offset)) }
    }

    /// Writes all of `bytes` at `offset`; when that fails a part may have been written.
    public borrowing func write(_ bytes: [UInt8], at offset: Int64) throws(SystemError) {
        let number = raw
        let count = try check("write") { pwrite(number, bytes, bytes.count, off_t(offset)) }
        if count < bytes.count { try write(Array(bytes[count...]), at: offset + Int64(count)) }
    }

    /// Makes sure that the first `byteCount` bytes of the file have room on the disk: with fallocate(2), or, where the
    /// file system knows none, by writing bytes that do not compress to nothing.
    public borrowing func allocate(byteCount: Int) throws(SystemError) {
        let number = raw
        do throws(SystemError) {
            try check("fallocate") { chost_allocate(number, Int64(byteCount)) }
        } catch {
            guard error.code == EOPNOTSUPP || error.code == ENOSYS else { throw error }
            var state: UInt64 = 1
            let bytes = (0..<byteCount).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(state >> 56)
            }
            try write(bytes, at: 0)
        }
    }

    /// Cuts the file off at `size`.
    public borrowing func truncate(to size: Int64) throws(SystemError) {
        let number = raw
        try check("ftruncate") { ftruncate(number, off_t(size)) }
    }
}

extension Files {
    /// Room that is left to this user on the file system of `path`, in bytes.
    public static func freeBytes(_ path: String) throws(SystemError) -> UInt64 {
        var info = statvfs()
        try check("statvfs", path) { statvfs(path, &info) }
        return UInt64(info.f_bavail) * UInt64(info.f_frsize)
    }

    /// Gives a file another name, replacing what has it.
    public static func move(_ path: String, to other: String) throws(SystemError) {
        try check("rename", path) { Glibc.rename(path, other) }
    }

    /// Removes a file; one that is not there is fine.
    public static func remove(_ path: String) throws(SystemError) {
        do {
            try check("unlink", path) { unlink(path) }
        } catch {
            if error.code != ENOENT { throw error }
        }
    }
}
