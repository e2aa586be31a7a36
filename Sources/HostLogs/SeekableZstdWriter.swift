// SPDX-License-Identifier: Apache-2.0

internal import CZstd
internal import Glibc
internal import HostLinux

/// What stands in the files of zstd's seekable format (docs/logger.md).
enum SeekableZstd {
    /// A frame holds at most so many bytes of content.
    static let frameBytes = 1 << 20
    /// Begins the seek table, a frame that others skip.
    static let tableMagic: UInt32 = 0x184D_2A5E
    /// Ends the seek table, and with it the file.
    static let footerMagic: UInt32 = 0x8F92_EAB1
    /// The number of frames, a byte of flags (0: no checksums in the table), the magic.
    static let footerBytes = 9
    /// A frame's sizes, compressed and not.
    static let entryBytes = 8
    /// Begins the frame, which others skip, that says of which file this was made.
    static let originMagic: UInt32 = 0x184D_2A50
    /// The magic, the size of what follows, `hostdlog`, the inode number.
    static let originBytes = 24
    static let originMark = Array("hostdlog".utf8)
}

/// Writes a file in zstd's seekable format: independent frames, then a table of them, so that `zstd -d` reads it and
/// who knows the table begins where it likes.
struct SeekableZstdWriter: ~Copyable {
    /// Fast enough for a flood, at the usual tenth of the size for log lines.
    private static let level: Int32 = 3

    private let file: Int32
    private let subject: String
    private let context: OpaquePointer
    private let space: UnsafeMutableRawBufferPointer
    private var end: Int64 = 0
    private var table: [UInt8] = []

    /// Writes to the open, empty `file`, which must outlive this value; `subject` is its name in errors.
    init(to file: Int32, subject: String) throws(SystemError) {
        guard let made = ZSTD_createCCtx() else {
            throw SystemError(code: ENOMEM, call: "compress", subject: subject)
        }
        context = made
        ZSTD_CCtx_setParameter(made, ZSTD_c_compressionLevel, Self.level)
        ZSTD_CCtx_setParameter(made, ZSTD_c_checksumFlag, 1)
        space = .allocate(byteCount: ZSTD_compressBound(SeekableZstd.frameBytes), alignment: 16)
        self.file = file
        self.subject = subject
    }

    deinit {
        space.deallocate()
        ZSTD_freeCCtx(context)
    }

    /// Writes a frame of `bytes`, which are `SeekableZstd.frameBytes` at most.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        let size = ZSTD_compress2(context, space.baseAddress, space.count, bytes.baseAddress, bytes.count)
        guard ZSTD_isError(size) == 0 else { throw SystemError(code: ENOMEM, call: "compress", subject: subject) }
        try expect(put(UnsafeRawBufferPointer(rebasing: space[..<size])))
        table += Self.word(UInt32(size)) + Self.word(UInt32(bytes.count))
    }

    /// Writes what follows the frames; `inode` is the number of the file that was compressed.
    mutating func finish(inode: UInt64) throws(SystemError) {
        let mark = SeekableZstd.originMark
        var bytes = Self.word(SeekableZstd.originMagic) + Self.word(UInt32(mark.count + 8)) + mark
        bytes += Self.word(UInt32(truncatingIfNeeded: inode)) + Self.word(UInt32(inode >> 32))
        bytes += Self.word(SeekableZstd.tableMagic) + Self.word(UInt32(table.count + SeekableZstd.footerBytes))
        bytes += table + Self.word(UInt32(table.count / SeekableZstd.entryBytes))
        bytes += [0] + Self.word(SeekableZstd.footerMagic)
        try expect(bytes.withUnsafeBytes { put($0) })
    }

    /// Writes all of `bytes`; 0, or what errno said.
    private mutating func put(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                file, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(end) + off_t(done))
            if count < 0 && errno != EINTR { return errno }
            done += max(count, 0)
        }
        end += Int64(bytes.count)
        return 0
    }

    private func expect(_ code: Int32) throws(SystemError) {
        if code != 0 { throw SystemError(code: code, call: "write", subject: subject) }
    }

    private static func word(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
