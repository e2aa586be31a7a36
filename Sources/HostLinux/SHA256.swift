// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// SHA-256, as 64 lower-case hexadecimal digits.
public enum SHA256 {
    /// The digest of bytes.
    public static func hex(of bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        bytes.withUnsafeBytes { chost_sha256($0.baseAddress, $0.count, &digest) }
        return hex(digest: digest)
    }

    /// The digest of a whole file. Reads all of it: for the Worker.
    public static func hex(of file: borrowing Descriptor) throws(SystemError) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        let number = file.raw
        try check("read") { chost_sha256_file(number, &digest) }
        return hex(digest: digest)
    }

    private static func hex(digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
