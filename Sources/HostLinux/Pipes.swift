// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Moving bytes between pipes and files inside the kernel. These calls never wait and never allocate: a result below
/// zero is the negated errno value.
public enum Pipes {
    /// Moves at most `limit` bytes from a pipe into a file at `offset`; 0 is the end of the pipe.
    public static func splice(from pipe: Int32, to file: Int32, at offset: Int64, limit: Int) -> Int {
        var position = offset
        return retried { chost_splice(pipe, file, &position, limit, UInt32(chost_splice_nonblock)) }
    }

    /// Moves at most `limit` bytes from one pipe on to another, by reference where whole pages go; 0 is the end of the
    /// pipe.
    public static func splice(from pipe: Int32, on other: Int32, limit: Int) -> Int {
        retried { chost_splice(pipe, other, nil, limit, UInt32(chost_splice_nonblock)) }
    }

    /// Copies at most `limit` bytes from one pipe into another without taking them; 0 is the end of the pipe.
    public static func tee(from pipe: Int32, to other: Int32, limit: Int) -> Int {
        retried { chost_tee(pipe, other, limit, UInt32(chost_splice_nonblock)) }
    }

    /// Bytes that lie in a pipe.
    public static func readable(_ pipe: Int32) -> Int {
        var count: Int32 = 0
        return chost_ioctl_readable(pipe, &count) < 0 ? Int(-errno) : Int(count)
    }

    /// Whether the pipe had writers and has none now (POLLHUP).
    public static func isHungUp(_ pipe: Int32) -> Bool {
        var entry = pollfd(fd: pipe, events: 0, revents: 0)
        return poll(&entry, 1, 0) > 0 && entry.revents & Int16(POLLHUP) != 0
    }

    private static func retried(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { return Int(-errno) }
        }
    }
}

/// A pipe of one's own, both ends non-blocking and close-on-exec.
public struct PrivatePipe: ~Copyable {
    /// The end to read from.
    public let reading: Descriptor
    /// The end to write to.
    public let writing: Descriptor

    /// Makes a pipe of the kernel's usual size (64 KiB).
    public init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        try check("pipe") { pipe(&ends) }
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
        for end in ends {
            _ = chost_fcntl_int(end, F_SETFD, FD_CLOEXEC)
            _ = chost_fcntl_int(end, F_SETFL, O_NONBLOCK)
        }
    }

    /// The end to read from alone; the other one is closed.
    public consuming func takeReading() -> Descriptor { reading }
}
