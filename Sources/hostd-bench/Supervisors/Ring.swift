// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// The FIFO through which a hostd-bench-child says that it lives, and since when.
final class Ring {
    /// What a child says.
    struct Message {
        let began: Instant
        let pid: Int32
    }

    private let fifo: Descriptor
    private let epoll: Epoll

    /// Makes the FIFO.
    init(path: String) throws(SystemError) {
        try check("mkfifo", path) { mkfifo(path, 0o600) }
        // For both directions, so that it never ends.
        fifo = try Descriptor(opening: path, O_RDWR | O_NONBLOCK)
        epoll = try Epoll(capacity: 1)
        try epoll.add(fifo.raw, .readable, token: 0)
    }

    /// The next message, or nil when none comes in time.
    func next(within time: Duration) -> Message? {
        guard epoll.wait(milliseconds: Int32(clamping: time.nanoseconds / 1_000_000)) > 0,
            let bytes = try? fifo.read(upTo: 16), bytes.count == 16
        else { return nil }
        return bytes.withUnsafeBytes {
            Message(
                began: Instant(nanoseconds: $0.loadUnaligned(as: Int64.self)),
                pid: Int32(truncatingIfNeeded: $0.loadUnaligned(fromByteOffset: 8, as: Int64.self)))
        }
    }
}
