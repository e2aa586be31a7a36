// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

/// Reads a FIFO as a logger would: non-blocking, with a descriptor of its own.
final class FifoReader {
    private let descriptor: Descriptor
    private(set) var bytes: [UInt8] = []

    init(_ path: String) throws {
        try waitUntil("the FIFO \(path)") { Files.exists(path) }
        descriptor = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK)
    }

    /// Everything read so far, as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Reads what is there now.
    func takeAll() {
        while let part = try? descriptor.read(upTo: 65536), !part.isEmpty { bytes += part }
    }

    /// Waits until what was read contains `part`.
    func wait(for part: String) throws {
        try waitUntil("\"\(part)\" in the FIFO") {
            takeAll()
            return text.contains(part)
        }
    }
}
