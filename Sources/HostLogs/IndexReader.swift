// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// Tells from an index file when a part of the log file beside it had arrived. Holds one block of entries at a time.
struct IndexReader: ~Copyable {
    private static let blockEntries = 256

    private let file: Descriptor?
    private let fallback: Int64
    private var count = 0
    private var block: [IndexEntry] = []
    private var blockStart = 0
    private var hint = 0

    /// Opens an index; without one every time is `fallback`, which is when the log file was last written.
    init(opening path: String, fallback: Int64) {
        self.fallback = fallback
        file = try? Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
        count = max(Int((try? file?.size()) ?? 0) / Int(IndexEntry.size) - 1, 0)
        if load(at: 0, count: 16) != IndexEntry.header { count = 0 }
    }

    /// When the bytes up to `end` had arrived.
    mutating func time(at end: Int64) -> Int64 {
        guard count > 0, let last = entry(count - 1), last.end >= end else { return fallback }
        // Lines come in order, so the entry is mostly the last one or the one behind it.
        for index in hint..<min(hint + 2, count) where covers(index, end) {
            hint = index
            return entry(index)?.wallMicroseconds ?? fallback
        }
        var low = 0
        var high = count - 1
        while low < high {
            let middle = (low + high) / 2
            if (entry(middle)?.end ?? .max) >= end { high = middle } else { low = middle + 1 }
        }
        hint = low
        return entry(low)?.wallMicroseconds ?? fallback
    }

    /// Where what had arrived at `wallMicroseconds` or later begins, in a log file of `size` bytes; nil when nothing of
    /// it had.
    mutating func begin(since wallMicroseconds: Int64, size: Int64) -> Int64? {
        var end: Int64 = 0
        for index in 0..<count {
            guard let entry = entry(index) else { break }
            if entry.wallMicroseconds >= wallMicroseconds, entry.end > end { return min(end, size) }
            end = entry.end
        }
        return end < size && fallback >= wallMicroseconds ? end : nil
    }

    private mutating func covers(_ index: Int, _ end: Int64) -> Bool {
        guard let own = entry(index), own.end >= end else { return false }
        return index == 0 || (entry(index - 1)?.end ?? .max) < end
    }

    private mutating func entry(_ index: Int) -> IndexEntry? {
        if block.indices.contains(index - blockStart) { return block[index - blockStart] }
        blockStart = index / Self.blockEntries * Self.blockEntries
        let offset = Int64(blockStart + 1) * IndexEntry.size
        let bytes = load(at: offset, count: Self.blockEntries * Int(IndexEntry.size))
        block = bytes.withUnsafeBytes { buffer in
            stride(from: 0, to: buffer.count - 15, by: 16).map {
                IndexEntry(bytes: .init(rebasing: buffer[$0..<$0 + 16]))
            }
        }
        return block.indices.contains(index - blockStart) ? block[index - blockStart] : nil
    }

    private func load(at offset: Int64, count: Int) -> [UInt8] {
        (try? file?.bytes(at: offset, count: count)) ?? []
    }
}

extension Descriptor {
    /// Reads at most `count` bytes at `offset`; fewer at the end of the file.
    borrowing func bytes(at offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let result = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(SystemError) {
                while filled < count {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                    let part = try read(into: rest, at: offset + Int64(filled))
                    if part == 0 { break }
                    filled += part
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }
}
