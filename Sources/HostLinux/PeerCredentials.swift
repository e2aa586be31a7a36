// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Who is at the other end of a Unix socket, as the kernel saw them connect (SO_PEERCRED).
public struct PeerCredentials: Hashable, Sendable {
    /// The process that connected; it may have passed the socket on.
    public var pid: Int32
    /// Its effective user.
    public var uid: UInt32
    /// Its effective group.
    public var gid: UInt32

    /// These credentials.
    public init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }

    /// SO_PEERGROUPS of asm-generic/socket.h, which Glibc's module does not show.
    private static let peerGroups: Int32 = 59
    private static let groupLimit = 65536

    /// All groups of the peer when it connected, its effective one first; that one alone where the kernel does not say.
    public func groups(of socket: Int32) -> [UInt32] {
        var length = socklen_t(64 * MemoryLayout<UInt32>.stride)
        while Int(length) <= Self.groupLimit * MemoryLayout<UInt32>.stride {
            var list = [UInt32](repeating: 0, count: Int(length) / MemoryLayout<UInt32>.stride)
            let result = getsockopt(socket, SOL_SOCKET, Self.peerGroups, &list, &length)
            if result == 0 { return [gid] + list.prefix(Int(length) / MemoryLayout<UInt32>.stride) }
            guard errno == ERANGE else { break }
        }
        return [gid]
    }

    /// The credentials of the peer of a connected stream socket.
    public init(of socket: Int32) throws(SystemError) {
        // struct ucred, which Glibc's module does not show: pid, uid, gid.
        var fields: [UInt32] = [0, 0, 0]
        var length = socklen_t(MemoryLayout<UInt32>.stride * fields.count)
        try check("getsockopt SO_PEERCRED") { getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &fields, &length) }
        self.init(pid: Int32(bitPattern: fields[0]), uid: fields[1], gid: fields[2])
    }
}
