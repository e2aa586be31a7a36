// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Listening TCP sockets that are handed on to other programs, and got back from them.
public enum ListeningSockets {
    private static let firstNumber: Int32 = 3

    /// Listens at `address`, an IPv6 address for IPv6 alone. The socket blocks, as programs expect of one that they
    /// inherit: nobody accepts on it here.
    public static func open(_ address: SocketAddress) throws(SystemError) -> Descriptor {
        let own = try address.makeSocket()
        let raw = own.raw
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // A port that connections of an earlier socket still linger on can be had again.
        setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &on, size)
        setsockopt(raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, size)
        try check("fcntl") { chost_fcntl_int(raw, F_SETFL, 0) }
        try check("listen at", address.text) { address.withPointer { bind(raw, $0, $1) } }
        try listen(own, address)
        return own
    }

    /// Sees to it that `socket` listens, also when a program that had it has shut it down or made its queue short.
    public static func listen(_ socket: borrowing Descriptor, _ address: SocketAddress) throws(SystemError) {
        let raw = socket.raw
        try check("listen at", address.text) { Glibc.listen(raw, SOMAXCONN) }
    }

    /// Where a socket listens; nil for any other open file.
    public static func address(of raw: Int32) -> SocketAddress? {
        var listens: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(raw, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens != 0 else { return nil }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
        }
        return result == 0 ? SocketAddress(storage, length: Int(length)) : nil
    }

    /// Copies of the sockets of a process that listen at one of `addresses`. Throws where the kernel does not let us
    /// (ptrace(2), "access mode checking").
    public static func copies(
        of pid: Int32, _ pidfd: borrowing Descriptor, at addresses: Set<SocketAddress>
    ) throws(SystemError) -> [(address: SocketAddress, raw: Int32)] {
        var found: [(SocketAddress, Int32)] = []
        let process = pidfd.raw
        for name in try Files.list("/proc/\(pid)/fd") {
            guard let number = Int32(name), number >= firstNumber,
                Files.linkTarget("/proc/\(pid)/fd/\(name)")?.hasPrefix("socket:") == true
            else { continue }
            let copy = Descriptor(owning: try check("pidfd_getfd") { chost_pidfd_getfd(process, number) })
            guard let address = address(of: copy.raw), addresses.contains(address) else { continue }
            found.append((address, copy.release()))
        }
        return found
    }
}
