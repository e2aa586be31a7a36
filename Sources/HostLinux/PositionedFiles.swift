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

    /// Cuts the file off at `size`.
    public borrowing func truncate(to size: Int64) throws(SystemError) {
        let number = raw
        try check("ftruncate") { ftruncate(number, off_t(size)) }
    }
}

extension Files {
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
