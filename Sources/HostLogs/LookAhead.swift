// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// Looks at what lies in a pipe without taking it: tee(2) into a pipe of our own, which is read empty each time. The
/// buffer also serves the copying of tails.
final class LookAhead {
    /// How far a look reaches, in bytes.
    static let reach = 64 << 10

    /// Space of `reach` bytes for whoever needs it within one call.
    let buffer: UnsafeMutableRawBufferPointer
    private let own: PrivatePipe

    init() throws(SystemError) {
        buffer = .allocate(byteCount: Self.reach, alignment: 16)
        own = try PrivatePipe()
    }

    deinit {
        buffer.deallocate()
    }

    /// How many of the next `limit` bytes reach to the end of the line under way: up to and with its newline, or all
    /// that lie there when it has none yet. 0: the pipe has ended; below zero: the negated errno.
    func bytesToLineEnd(in pipe: Int32, limit: Int) -> Int {
        let count = Pipes.tee(from: pipe, to: own.writing.raw, limit: min(limit, Self.reach))
        guard count > 0 else { return count }
        var filled = 0
        while filled < count {
            let part = (try? own.reading.read(into: .init(rebasing: buffer[filled..<count]))) ?? 0
            guard part > 0 else { return Int(-EIO) }
            filled += part
        }
        guard let base = buffer.baseAddress, let newline = memchr(base, Int32(UInt8(ascii: "\n")), count) else {
            return count
        }
        return base.distance(to: newline) + 1
    }
}
