// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// A listening TCP socket, owned.
public struct TcpListener: ~Copyable, Sendable {
    private let socket: Descriptor
    private let address: SocketAddress

    /// The number, for the loop to watch.
    public var raw: Int32 { socket.raw }

    /// Listens at `address`. A port in use, a right that is missing and an address that is not this host's are errors
    /// that name it.
    public init(_ address: SocketAddress) throws(SystemError) {
        let own = try address.makeSocket()
        let raw = own.raw
        var on: Int32 = 1
        // A port that connections of an earlier hostd still linger on can be had again.
        setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        try check("listen at", address.text) { address.withPointer { bind(raw, $0, $1) } }
        try check("listen at", address.text) { listen(raw, SOMAXCONN) }
        socket = own
        self.address = address
    }

    /// The next connection, non-blocking and close-on-exec, and the address at its other end; nil when none waits.
    public borrowing func accept() throws(SystemError) -> Connection? {
        let raw = socket.raw
        do throws(SystemError) {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = try check("accept", address.text) {
                withUnsafeMutablePointer(to: &storage) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(raw, $0, &length) }
                }
            }
            let descriptor = Descriptor(owning: accepted)
            try check("fcntl") { chost_fcntl_int(accepted, F_SETFD, FD_CLOEXEC) }
            try check("fcntl") { chost_fcntl_int(accepted, F_SETFL, O_NONBLOCK) }
            let peer = SocketAddress(storage, length: Int(length))
            return Connection(socket: descriptor, peer: peer)
        } catch {
            if error.code == EAGAIN || error.code == ECONNABORTED { return nil }
            throw error
        }
    }

    /// A connection that was accepted.
    public struct Connection: ~Copyable, Sendable {
        /// Its socket.
        public let socket: Descriptor
        /// Who is at its other end.
        public let peer: SocketAddress

        /// Keeps the socket alone.
        public consuming func takeSocket() -> Descriptor { socket }
    }
}
