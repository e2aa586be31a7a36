// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// Tells from an index file when a part of the log file beside it had arrived, and which launch wrote it. Holds one
/// block of entries at a time.
struct IndexReader: ~Copyable {
    private static let blockEntries = 256

    private let file: Descriptor?
    private let fallback: Int64
    private let count: Int
    private let lastEnd: Int64
    private var block: [UInt8] = []
    private var blockStart = 0
    private var hint = 0

    /// Opens an index; without one every time is `fallback`, which is when the log file was last written.
    init(opening path: String, fallback: Int64) {
        self.init(try? Descriptor(opening: path, O_RDONLY | O_NOFOLLOW), fallback: fallback)
    }

    /// Reads an index that is open already.
    init(_ index: consuming Descriptor?, fallback: Int64) {
        self.fallback = fallback
        let entries = max(Int((try? index?.size()) ?? 0) / Int(IndexEntry.size) - 1, 0)
        let header = (try? index?.bytes(at: 0, count: 16)) ?? []
        count = header == IndexEntry.header ? entries : 0
        let last = (try? index?.bytes(at: Int64(count) * IndexEntry.size, count: 16)) ?? []
        lastEnd = count > 0 && last.count == 16 ? last.withUnsafeBytes { IndexEntry(bytes: $0).end } : 0
        file = index
    }

    /// When the bytes up to `end` had arrived.
    mutating func time(at end: Int64) -> Int64 {
        guard count > 0, lastEnd >= end else { return fallback }
        // Lines come in order, so the entry is mostly the last one or one of the next.
        for index in hint..<min(hint + 3, count) where covers(index, end) {
            hint = index
            return entry(index)?.wallMicroseconds ?? fallback
        }
        var low = first { $0.end >= end }
        while low < count, entry(low)?.isTime == false { low += 1 }
        guard low < count else { return fallback }
        hint = low
        return entry(low)?.wallMicroseconds ?? fallback
    }

    /// Where what had arrived at `wallMicroseconds` or later begins, in a log file of `size` bytes; nil when nothing of
    /// it had. Found by bisecting: where the clock was set back within the file, it is one of the places.
    mutating func begin(since wallMicroseconds: Int64, size: Int64) -> Int64? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            guard let found = timeEntry(from: middle, downTo: low) else {
                low = middle + 1
                continue
            }
            if entry(found)?.wallMicroseconds ?? .max >= wallMicroseconds { high = found } else { low = middle + 1 }
        }
        let begin = low > 0 ? entry(low - 1)?.end ?? 0 : 0
        // Entries that tell of no bytes: a cut.
        while low < count, entry(low).map({ !$0.isTime || $0.end <= begin }) == true { low += 1 }
        if low < count { return min(begin, size) }
        return lastEnd < size && fallback >= wallMicroseconds ? lastEnd : nil
    }

    /// The launch that wrote the first bytes; nil where the index does not say it.
    var firstLaunch: UInt64? {
        guard count > 0 else { return nil }
        let bytes = load(at: IndexEntry.size, count: Int(IndexEntry.size))
        return bytes.count == 16 ? bytes.withUnsafeBytes { IndexEntry(bytes: $0).launch } : nil
    }

    /// Which parts of a log file of `size` bytes were written by `launch`, in order.
    mutating func ranges(of launch: UInt64, size: Int64) -> [Range<Int64>] {
        var ranges: [Range<Int64>] = []
        var begin: Int64?
        for index in 0..<count {
            guard let entry = entry(index), let other = entry.launch else { continue }
            let end = min(entry.end, size)
            if let start = begin, other != launch, end > start { ranges.append(start..<end) }
            begin = other == launch ? begin ?? entry.end : nil
        }
        if let begin, begin < size { ranges.append(begin..<size) }
        return ranges
    }

    /// The first entry of which `isThere` holds; it holds of all behind that one.
    private mutating func first(where isThere: (IndexEntry) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if entry(middle).map(isThere) ?? true { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The last entry that tells a time, from `index` down to `limit`.
    private mutating func timeEntry(from index: Int, downTo limit: Int) -> Int? {
        var index = index
        while index >= limit {
            if entry(index)?.isTime == true { return index }
            index -= 1
        }
        return nil
    }

    private mutating func covers(_ index: Int, _ end: Int64) -> Bool {
        guard let own = entry(index), own.isTime, own.end >= end else { return false }
        return index == 0 || (entry(index - 1)?.end ?? .max) < end
    }

    private mutating func entry(_ index: Int) -> IndexEntry? {
        if let found = loaded(index) { return found }
        // Whoever looks at an entry looks at the one before it, too.
        blockStart = max(index / Self.blockEntries * Self.blockEntries - 1, 0)
        let offset = Int64(blockStart + 1) * IndexEntry.size
        block = load(at: offset, count: (Self.blockEntries + 1) * Int(IndexEntry.size))
        return loaded(index)
    }

    private func loaded(_ index: Int) -> IndexEntry? {
        let offset = (index - blockStart) * Int(IndexEntry.size)
        guard offset >= 0, offset + Int(IndexEntry.size) <= block.count else { return nil }
        return block.withUnsafeBytes { buffer in
            IndexEntry(bytes: UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + Int(IndexEntry.size)]))
        }
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
