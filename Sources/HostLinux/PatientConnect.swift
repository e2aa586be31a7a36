// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc
internal import HostCore

extension Sockets {
    /// A blocking stream socket connected to `path`. Where the listener's queue is full it waits at most `limit` for a
    /// place (ETIMEDOUT then); each send waits at most as long.
    public static func connect(to path: String, within limit: Duration) throws(SystemError) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = Descriptor(owning: try check("socket") { socket(AF_UNIX, type, 0) })
        let raw = descriptor.raw
        let microseconds = max(limit.nanoseconds / 1000, 1)
        var time = timeval(tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
        try check("setsockopt SO_SNDTIMEO") {
            setsockopt(raw, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        }
        try withAddress(path) { address, length throws(SystemError) in
            do throws(SystemError) {
                try check("connect", path) { Glibc.connect(raw, address, length) }
            } catch {
                guard error.code == EAGAIN else { throw error }
                throw SystemError(code: ETIMEDOUT, call: "connect", subject: path)
            }
        }
        return descriptor
    }

    /// Sends all of `bytes` on a blocking socket, without SIGPIPE; ETIMEDOUT when nobody takes them.
    public static func sendAll(_ socket: borrowing Descriptor, _ bytes: [UInt8]) throws(SystemError) {
        let raw = socket.raw
        var sent = 0
        while sent < bytes.count {
            do throws(SystemError) {
                sent += try check("send") {
                    bytes.withUnsafeBytes {
                        send(raw, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
                    }
                }
            } catch {
                guard error.code == EAGAIN else { throw error }
                throw SystemError(code: ETIMEDOUT, call: "send")
            }
        }
    }
}
