// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Unix sockets: pairs, datagram and stream addresses.
public enum Sockets {
    /// The longest path that fits into sockaddr_un.
    public static let pathLimitBytes = 107

    /// A path that no socket can have.
    static func tooLong(_ path: String, to call: String) -> SystemError {
        SystemError(
            code: ENAMETOOLONG, call: call,
            subject: "\(path) (\(path.utf8.count) bytes; a socket's path has at most \(pathLimitBytes))")
    }

    /// A connected SOCK_SEQPACKET pair, close-on-exec; the caller owns both numbers.
    public static func pair() throws(SystemError) -> (first: Int32, second: Int32) {
        var ends: [Int32] = [-1, -1]
        try check("socketpair") {
            socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends)
        }
        return (ends[0], ends[1])
    }

    /// Takes the next message out of the queue of `socket`, with all descriptors in it, if there is one.
    public static func discardOne(_ socket: Int32) {
        var byte: UInt8 = 0
        // Descriptors of a message that is read without room for them are closed (unix(7)).
        recv(socket, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC))
    }

    /// A bound datagram socket at `path` (mode 0600) that gets the sender's pid with each message.
    public static func datagramReceiver(at path: String) throws(SystemError) -> Descriptor {
        unlink(path)
        let descriptor = try bound(to: path, for: path, type: SOCK_DGRAM, mode: 0o600)
        let raw = descriptor.raw
        var on: Int32 = 1
        try check("setsockopt SO_PASSCRED", path) {
            setsockopt(raw, SOL_SOCKET, SO_PASSCRED, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        return descriptor
    }

    /// A non-blocking socket that is bound to `path` with at most the rights of `mode`; errors name `wanted`, the path
    /// that it is for.
    static func bound(
        to path: String, for wanted: String, type: __socket_type, mode: UInt32
    ) throws(SystemError) -> Descriptor {
        let flags = Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = Descriptor(owning: try check("socket") { socket(AF_UNIX, flags, 0) })
        let raw = descriptor.raw
        // The name gets the socket's mode; the umask, which belongs to all threads, is not touched (unix(7)).
        try check("fchmod", wanted) { fchmod(raw, mode) }
        try withAddress(path) { address, length throws(SystemError) in
            try check("bind", wanted) { bind(raw, address, length) }
        }
        return descriptor
    }

    /// A stream socket connected to `path`, non-blocking afterwards.
    public static func connect(to path: String) throws(SystemError) -> Descriptor {
        let descriptor = Descriptor(
            owning: try check("socket") {
                socket(
                    AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
                    0)
            })
        let raw = descriptor.raw
        try withAddress(path) { address, length throws(SystemError) in
            try check("connect", path) { Glibc.connect(raw, address, length) }
        }
        return descriptor
    }

    /// The pid of the process at the other end, as the kernel saw it connect or listen; nil when it cannot be told.
    public static func peerPid(_ socket: borrowing Descriptor) -> Int32? {
        let pid = chost_peer_pid(socket.raw)
        return pid > 0 ? pid : nil
    }

    /// Calls `body` with the address of `path`, valid during the call.
    static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Void
    ) throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= pathLimitBytes else { throw tooLong(path, to: "use") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        var failure: SystemError?
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                do throws(SystemError) {
                    try body(pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
    }
}
