// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// Reads an index in step with its log file, while both are still written: when the bytes up to a place had arrived.
struct IndexCursor: ~Copyable {
    private static let blockEntries = 64

    private let file: Descriptor?
    private var next = IndexEntry.size
    private var block: [IndexEntry] = []
    private var position = 0
    /// The entry that covers the last place asked for.
    private var entry = IndexEntry(end: 0, wallMicroseconds: 0)

    /// Opens an index; one that cannot be opened knows no times.
    init(opening path: String) {
        file = try? Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    }

    /// When the bytes up to `end` had arrived, in microseconds since 1970; nil while no entry says so. Places are asked
    /// for in rising order.
    mutating func time(at end: Int64) -> Int64? {
        while entry.end < end {
            if position == block.count, !load() { return nil }
            entry = block[position]
            position += 1
        }
        return entry.wallMicroseconds
    }

    /// Up to where the time is that of the last answer.
    var coveredEnd: Int64 { entry.end }

    private mutating func load() -> Bool {
        let count = Self.blockEntries * Int(IndexEntry.size)
        guard let bytes = try? file?.bytes(at: next, count: count), bytes.count >= Int(IndexEntry.size) else {
            return false
        }
        block.removeAll(keepingCapacity: true)
        bytes.withUnsafeBytes { buffer in
            for offset in stride(from: 0, through: buffer.count - 16, by: 16) {
                block.append(IndexEntry(bytes: .init(rebasing: buffer[offset..<offset + 16])))
            }
        }
        position = 0
        next += Int64(block.count) * IndexEntry.size
        return true
    }
}
