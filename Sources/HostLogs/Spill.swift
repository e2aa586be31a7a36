// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// What a log keeps in memory while its disk takes no more, and the count of what did not fit. Once something was lost
/// all that follows is, until the disk has taken what is kept: so there is one gap, and it lies behind what is kept.
struct Spill: ~Copyable {
    /// No log keeps more.
    static let limitBytes = 1 << 20
    private static let markLimit = 256
    private static let markSpacingMicroseconds: Int64 = 100_000
    private static let lineFeed = UInt8(ascii: "\n")

    /// What is lost; nil while nothing is.
    private(set) var loss: Loss?
    /// The last byte that came ended no line.
    private(set) var isInLine: Bool

    private let memory: AnonymousMemory
    private var begin = 0
    private var end = 0
    /// Where the line under way begins in memory, or would have begun.
    private var lineStart = 0
    /// When parts had arrived: the bytes up to `end` by `wall`, at most `markLimit` of them.
    private var marks: [(end: Int, wall: Int64)] = []

    /// Nothing yet; whether what comes goes on with a line that has begun.
    init(isInLine: Bool) throws(SystemError) {
        memory = try AnonymousMemory(byteCount: Self.limitBytes)
        self.isInLine = isInLine
    }

    /// Bytes that wait for the disk.
    var count: Int { end - begin }

    /// Memory that is in use.
    var usedBytes: Int { end }

    /// Takes bytes that came at `wall` (microseconds since 1970), of which at most `room` more may be kept.
    mutating func take(_ bytes: UnsafeRawBufferPointer, at wall: Int64, room: Int) {
        guard let last = bytes.last else { return }
        defer { isInLine = last != Self.lineFeed }
        guard loss == nil else { return lose(bytes, at: wall) }
        let fits = max(min(Self.limitBytes - end, room), 0)
        if bytes.count <= fits { return keep(bytes, at: wall) }
        if let feed = bytes[..<fits].lastIndex(of: Self.lineFeed) {
            keep(UnsafeRawBufferPointer(rebasing: bytes[...feed]), at: wall)
            lose(UnsafeRawBufferPointer(rebasing: bytes[(feed + 1)...]), at: wall)
        } else {
            // The beginning of the line goes with its end.
            let start = UnsafeRawBufferPointer(rebasing: memory.bytes[max(lineStart, begin)..<end])
            let since = marks.first { $0.end > lineStart }?.wall ?? wall
            lose(start, at: start.isEmpty ? wall : since)
            cut(at: max(lineStart, begin))
            lose(bytes, at: wall)
        }
    }

    /// The line under way has no end that could be waited for.
    mutating func endLine() {
        guard isInLine else { return }
        isInLine = false
        loss?.lines += 1
    }

    /// The first bytes that wait, all of which had arrived at the same time, and when. Valid until the next change.
    var front: (bytes: UnsafeRawBufferPointer, wall: Int64)? {
        guard begin < end, let mark = marks.first else { return nil }
        return (UnsafeRawBufferPointer(rebasing: memory.bytes[begin..<mark.end]), mark.wall)
    }

    /// The disk has taken the first `count` bytes.
    mutating func consume(_ count: Int) {
        begin += count
        while let first = marks.first, first.end <= begin { marks.removeFirst() }
        if begin == end { moveToFront() }
    }

    /// All that waits counts as lost: nobody will write it any more.
    mutating func giveUp() {
        while let (bytes, wall) = front {
            lose(bytes, at: wall)
            consume(bytes.count)
        }
        endLine()
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer, at wall: Int64) {
        guard !bytes.isEmpty else { return }
        UnsafeMutableRawBufferPointer(rebasing: memory.bytes[end...]).copyMemory(from: bytes)
        if let feed = bytes.lastIndex(of: Self.lineFeed) { lineStart = end + feed + 1 }
        end += bytes.count
        if let last = marks.last, wall - last.wall < Self.markSpacingMicroseconds || marks.count >= Self.markLimit {
            marks[marks.count - 1] = (end, wall)
        } else {
            marks.append((end, wall))
        }
    }

    private mutating func lose(_ bytes: UnsafeRawBufferPointer, at wall: Int64) {
        guard !bytes.isEmpty else { return }
        var total = loss ?? Loss(lines: 0, bytes: 0, fromMicroseconds: wall, toMicroseconds: wall)
        total.lines += bytes.reduce(0) { $0 + ($1 == Self.lineFeed ? 1 : 0) }
        total.bytes += bytes.count
        total.fromMicroseconds = min(total.fromMicroseconds, wall)
        total.toMicroseconds = max(total.toMicroseconds, wall)
        loss = total
    }

    private mutating func cut(at place: Int) {
        end = place
        while let last = marks.last, last.end > end {
            marks.removeLast()
            if (marks.last?.end ?? begin) < end { marks.append((end, last.wall)) }
        }
    }

    private mutating func moveToFront() {
        lineStart = max(lineStart - begin, 0)
        begin = 0
        end = 0
        marks = []
    }
}
