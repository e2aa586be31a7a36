// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Memory straight from the kernel. What was never written to takes none, and all of it goes back at once when its
/// owner goes away, which a heap cannot promise.
public struct AnonymousMemory: ~Copyable {
    /// The memory, all zero at first.
    public let bytes: UnsafeMutableRawBufferPointer

    /// Takes `byteCount` bytes.
    public init(byteCount: Int) throws(SystemError) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let address = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let address, address != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw SystemError(code: errno, call: "mmap")
        }
        bytes = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
    }

    deinit {
        munmap(bytes.baseAddress, bytes.count)
    }
}
