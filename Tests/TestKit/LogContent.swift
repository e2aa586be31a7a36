// SPDX-License-Identifier: Apache-2.0

import CZstd
import Glibc
import HostLinux

/// The bytes of a log as it stands in its folder, by another way than hostd's own reader: compressed files go through
/// zstd itself.
public enum LogContent {
    /// All bytes of the rotated files and of `current`, in order. Files may be compressed meanwhile, not written.
    public static func read(_ folder: String) throws -> [UInt8] {
        try (rotated(folder).map { try rotated($0, in: folder) } + [Files.read(folder + "/current", limit: 1 << 30)])
            .flatMap(\.self)
    }

    /// The names of the rotated files, compressed or not, oldest first, without endings.
    public static func rotated(_ folder: String) throws -> [String] {
        Set(
            try Files.list(folder).filter { $0.hasSuffix("Z.log") || $0.hasSuffix("Z.log.zst") }.map {
                String($0.prefix { $0 != "Z" })
            }
        ).sorted().map { $0 + "Z" }
    }

    /// What a compressed file holds.
    public static func decompress(_ bytes: [UInt8]) throws -> [UInt8] {
        let size = try contentSize(bytes)
        var count = 0
        let content = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, filled in
            count = ZSTD_decompress(buffer.baseAddress, size + 1, bytes, bytes.count)
            filled = ZSTD_isError(count) == 0 ? count : 0
        }
        guard ZSTD_isError(count) == 0 else { throw SystemError(code: EBADMSG, call: "decompress a log") }
        return content
    }

    private static func contentSize(_ bytes: [UInt8]) throws -> Int {
        var size: UInt64 = 0
        var rest = bytes[...]
        while !rest.isEmpty {
            let (frame, content) = rest.withUnsafeBytes {
                (
                    ZSTD_findFrameCompressedSize($0.baseAddress, $0.count),
                    ZSTD_getFrameContentSize($0.baseAddress, $0.count)
                )
            }
            guard ZSTD_isError(frame) == 0, content < 1 << 30 else {
                throw SystemError(code: EBADMSG, call: "measure a compressed log")
            }
            size += content
            rest = rest.dropFirst(frame)
        }
        return Int(size)
    }

    private static func rotated(_ name: String, in folder: String) throws -> [UInt8] {
        // First the plain one: while both are there, or the other is just coming, it is whole.
        if let plain = try? Files.read("\(folder)/\(name).log", limit: 1 << 30) { return plain }
        return try decompress(Files.read("\(folder)/\(name).log.zst", limit: 1 << 30))
    }
}
