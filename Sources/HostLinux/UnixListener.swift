// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// A listening stream socket in the file system, owned: closed, and its path removed if it is still ours, when its
/// owner goes away. One at which another process has begun to listen keeps its path: that process goes on listening.
public struct UnixListener: ~Copyable, Sendable {
    /// Where it listens.
    public let path: String
    private let socket: Descriptor
    private let inode: UInt64?

    /// The number, for the loop to watch.
    public var raw: Int32 { socket.raw }

    /// Listens at `path` with exactly the rights of `mode`. The socket gets its name only when connections are
    /// accepted, so a client never finds a name with nobody behind it; what stood there before is replaced.
    public init(path: String, mode: UInt32 = 0o600) throws(SystemError) {
        guard path.utf8.count <= Sockets.pathLimitBytes else { throw Sockets.tooLong(path, to: "listen at") }
        let (raw, inode) = try Self.listening(at: path, under: Self.temporaryName(for: path), mode: mode)
        socket = Descriptor(owning: raw)
        self.inode = inode
        self.path = path
    }

    /// Goes on listening with a socket that listens at `path` already.
    public init(inheriting socket: consuming Descriptor, path: String) {
        // A service manager passes it as one that waits.
        _ = chost_fcntl_int(socket.raw, F_SETFL, O_NONBLOCK)
        var info = stat()
        let isOurs = Sockets.peerPid(socket) == getpid()
        inode = isOurs && lstat(path, &info) == 0 ? UInt64(info.st_ino) : nil
        self.socket = socket
        self.path = path
    }

    deinit {
        var info = stat()
        if let inode, lstat(path, &info) == 0, UInt64(info.st_ino) == inode { unlink(path) }
    }

    /// The next connection, non-blocking and close-on-exec; nil when none waits.
    public borrowing func accept() throws(SystemError) -> Descriptor? {
        let raw = socket.raw
        do throws(SystemError) {
            // accept4 is not in Glibc's module. Nothing leaks in between: children get no descriptor but those named.
            let connection = try check("accept", path) { Glibc.accept(raw, nil, nil) }
            let descriptor = Descriptor(owning: connection)
            try check("fcntl") { chost_fcntl_int(connection, F_SETFD, FD_CLOEXEC) }
            try check("fcntl") { chost_fcntl_int(connection, F_SETFL, O_NONBLOCK) }
            return descriptor
        } catch {
            if error.code == EAGAIN || error.code == ECONNABORTED { return nil }
            throw error
        }
    }

    /// A hidden name beside `path`, of its own for each name in a folder and no longer than it.
    private static func temporaryName(for path: String) -> String {
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let name = path[start...]
        return path[..<start] + "." + (name.utf8.count > 1 ? String(name.dropFirst()) : "new")
    }

    /// Binds and listens under a temporary name, then gives it the right one. The caller owns the descriptor.
    private static func listening(
        at path: String, under temporary: String, mode: UInt32
    ) throws(SystemError) -> (raw: Int32, inode: UInt64) {
        unlink(temporary)
        let socket = try Sockets.bound(to: temporary, for: path, type: SOCK_STREAM, mode: mode)
        let raw = socket.raw
        do throws(SystemError) {
            // bind takes away what the umask forbids; that belongs to all threads and stays as it is.
            try check("chmod", path) { chmod(temporary, mode) }
            var info = stat()
            try check("stat", temporary) { stat(temporary, &info) }
            try check("listen", path) { listen(raw, SOMAXCONN) }
            try check("rename to", path) { rename(temporary, path) }
            return (socket.release(), UInt64(info.st_ino))
        } catch {
            unlink(temporary)
            throw error
        }
    }
}
