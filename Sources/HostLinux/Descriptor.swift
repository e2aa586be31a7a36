// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// An open file, owned: closed when its owner goes away. The only way to keep a descriptor in hostd.
public struct Descriptor: ~Copyable, Sendable {
    /// The number, for calls that do not outlive this value.
    public let raw: Int32

    /// Takes ownership of an open descriptor.
    public init(owning raw: Int32) {
        self.raw = raw
    }

    /// Opens `path`; O_CLOEXEC is always added.
    public init(opening path: String, _ flags: Int32, mode: UInt32 = 0o600) throws(SystemError) {
        raw = try check("open", path) { chost_open(path, flags | O_CLOEXEC, mode) }
    }

    /// Flags to open a file for reading with, which never wait for a FIFO that stands in its place.
    public static let readingOnly: Int32 = O_RDONLY | O_NONBLOCK | O_NOCTTY

    /// Opens a file whose path may lead through folders that others can write: no part of it may be a symbolic link
    /// (ELOOP). O_CLOEXEC is always added.
    public init(openingWithoutLinks path: String, _ flags: Int32) throws(SystemError) {
        raw = try check("open", path) { chost_open_without_links(path, flags | O_CLOEXEC) }
    }

    deinit {
        close(raw)
    }

    /// Gives up ownership: the caller closes it.
    public consuming func release() -> Int32 {
        let number = raw
        discard self
        return number
    }

    /// Reads at most `limit` bytes; an empty array is the end of the file.
    public borrowing func read(upTo limit: Int) throws(SystemError) -> [UInt8] {
        let number = raw
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            do throws(SystemError) {
                count = try check("read") { Glibc.read(number, buffer.baseAddress, limit) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all of `bytes`.
    public borrowing func write(all bytes: some Collection<UInt8>) throws(SystemError) {
        let whole = Array(bytes)
        let number = raw
        var written = 0
        while written < whole.count {
            written += try check("write") {
                whole.withUnsafeBytes {
                    Glibc.write(number, $0.baseAddress?.advanced(by: written), whole.count - written)
                }
            }
        }
    }

    /// Takes the flock(2) lock without waiting; false when another open file holds it.
    public borrowing func tryLock() throws(SystemError) -> Bool {
        let number = raw
        do {
            try check("flock") { flock(number, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            if error.code == EWOULDBLOCK { return false }
            throw error
        }
    }

    /// Takes the flock(2) lock, however long another open file holds it.
    public borrowing func lock() throws(SystemError) {
        let number = raw
        try check("flock") { flock(number, LOCK_EX) }
    }

    /// Gives the flock(2) lock back.
    public borrowing func unlock() {
        _ = flock(raw, LOCK_UN)
    }

    /// Whether another open file holds the flock(2) lock. Several may ask at once without seeing each other; until this
    /// descriptor is closed nobody can take the lock.
    public borrowing func isLockedElsewhere() throws(SystemError) -> Bool {
        let number = raw
        do {
            try check("flock") { flock(number, LOCK_SH | LOCK_NB) }
            return false
        } catch {
            if error.code == EWOULDBLOCK { return true }
            throw error
        }
    }

    /// Bytes that can be read without waiting (FIONREAD).
    public borrowing func readableBytes() throws(SystemError) -> Int {
        let number = raw
        var count: Int32 = 0
        try check("ioctl FIONREAD") { chost_ioctl_readable(number, &count) }
        return Int(count)
    }

    /// Size of the file in bytes.
    public borrowing func size() throws(SystemError) -> Int {
        let number = raw
        var info = stat()
        try check("fstat") { fstat(number, &info) }
        return Int(info.st_size)
    }
}
