// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// A listening stream socket at a path, for its owner alone.
public struct StreamListener: ~Copyable {
    private let socket: Descriptor

    /// Listens at `path` (mode 0600), replacing what stands there.
    public init(at path: String) throws(SystemError) {
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let own = Descriptor(owning: try check("socket") { Glibc.socket(AF_UNIX, flags, 0) })
        guard path.utf8.count <= Sockets.pathLimitBytes else { throw Sockets.tooLong(path, to: "listen at") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try Files.remove(path)
        let raw = own.raw
        let before = umask(0o177)
        defer { umask(before) }
        try check("bind", path) {
            withUnsafeBytes(of: &address) { bytes in
                guard let base = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return Int32(-1) }
                return bind(raw, base, socklen_t(bytes.count))
            }
        }
        try check("listen", path) { listen(raw, 16) }
        socket = own
    }

    /// The number, for epoll.
    public var raw: Int32 { socket.raw }

    /// The next connection that waits, non-blocking and close-on-exec; nil when there is none.
    public borrowing func accept() -> Descriptor? {
        let accepted = Glibc.accept(socket.raw, nil, nil)
        guard accepted >= 0 else { return nil }
        _ = chost_fcntl_int(accepted, F_SETFD, FD_CLOEXEC)
        _ = chost_fcntl_int(accepted, F_SETFL, O_NONBLOCK)
        return Descriptor(owning: accepted)
    }
}

extension Descriptor {
    /// Sends what a socket takes at once, without SIGPIPE; the number of bytes or the negated errno.
    public borrowing func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        let count = Glibc.send(raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        return count >= 0 ? count : Int(-errno)
    }
}
