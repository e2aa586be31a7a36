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

    /// The credentials of the peer of a connected stream socket.
    public init(of socket: Int32) throws(SystemError) {
        // struct ucred, which Glibc's module does not show: pid, uid, gid.
        var fields: [UInt32] = [0, 0, 0]
        var length = socklen_t(MemoryLayout<UInt32>.stride * fields.count)
        try check("getsockopt SO_PEERCRED") { getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &fields, &length) }
        self.init(pid: Int32(bitPattern: fields[0]), uid: fields[1], gid: fields[2])
    }
}
