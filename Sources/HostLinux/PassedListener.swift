// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Whether an open file is what it should be: a stream socket that listens at a path, and that is found there.
public enum PassedListener {
    /// What is wrong with `socket` as the one that listens at `path`; nil: nothing. Another process may have begun to
    /// listen there.
    public static func problem(_ socket: borrowing Descriptor, at path: String) -> String? {
        let raw = socket.raw
        guard option(raw, SO_DOMAIN) == AF_UNIX, option(raw, SO_TYPE) == Int32(SOCK_STREAM.rawValue) else {
            return "it is no Unix stream socket"
        }
        guard option(raw, SO_ACCEPTCONN) == 1 else { return "it does not listen" }
        let name = boundPath(raw)
        guard name == path else { return "it listens at \(name.isEmpty ? "no path" : name)" }
        return isAlive(path) ? nil : "\(path) has been removed or replaced since"
    }

    /// Whether any socket is bound to what stands at `path`: one that was there before its process ended is not. Asked
    /// with a socket of another type, which the kernel refuses otherwise than nobody: a visitor would stay in the queue
    /// of a hostd that is stopped meanwhile, and bring it back.
    private static func isAlive(_ path: String) -> Bool {
        let flags = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        do throws(SystemError) {
            let other = Descriptor(owning: try check("socket") { socket(AF_UNIX, flags, 0) })
            let raw = other.raw
            try Sockets.withAddress(path) { address, length throws(SystemError) in
                try check("connect", path) { connect(raw, address, length) }
            }
            return false
        } catch {
            return error.code == EPROTOTYPE
        }
    }

    private static func option(_ raw: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(raw, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }

    private static func boundPath(_ raw: Int32) -> String {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
        }
        guard result == 0 else { return "" }
        return withUnsafeBytes(of: &address.sun_path) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
