// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Giving memory back that only the start of a program needed.
public enum MemoryTrim {
    /// Returns free heap pages to the kernel, and lets go of pages of program text and constants: those that are used
    /// again come back from the page cache one by one. Reads /proc/self/smaps, so it is for once or twice in a life.
    public static func run() {
        dropCleanPages()
        chost_trim_heap()
    }

    private static func dropCleanPages() {
        let text = (try? Files.read("/proc/self/smaps", limit: 4 << 20)) ?? []
        var mapping: (start: UInt, end: UInt)?
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if let found = Mapping(line) {
                mapping = found.isCleanFile ? (found.start, found.end) : nil
            } else if line.starts(with: "Anonymous:".utf8), let range = mapping {
                mapping = nil
                // Relocated constants are copies of our own: they must stay.
                guard Mapping.kilobytes(line) == 0 else { continue }
                madvise(UnsafeMutableRawPointer(bitPattern: range.start), Int(range.end - range.start), MADV_DONTNEED)
            }
        }
    }

    /// The head line of a mapping: `55d0c0a00000-55d0c0b00000 r-xp 00000000 08:01 1234 /usr/sbin/hostd`.
    private struct Mapping {
        let start: UInt
        let end: UInt
        let isCleanFile: Bool

        init?(_ line: ArraySlice<UInt8>) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
            guard fields.count >= 5, let dash = fields[0].firstIndex(of: UInt8(ascii: "-")),
                let start = UInt(String(decoding: fields[0][..<dash], as: UTF8.self), radix: 16),
                let end = UInt(String(decoding: fields[0][(dash + 1)...], as: UTF8.self), radix: 16)
            else { return nil }
            self.start = start
            self.end = end
            let isReadOnly = fields[1].elementsEqual("r-xp".utf8) || fields[1].elementsEqual("r--p".utf8)
            let isFile = fields.count == 6 && fields[5].contains(UInt8(ascii: "/"))
            isCleanFile = isReadOnly && isFile
        }

        static func kilobytes(_ line: ArraySlice<UInt8>) -> Int? {
            let fields = line.split(separator: UInt8(ascii: " "))
            return fields.count > 1 ? Int(String(decoding: fields[1], as: UTF8.self)) : nil
        }
    }
}
