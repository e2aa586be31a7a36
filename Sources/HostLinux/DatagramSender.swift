// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Sends datagrams to one Unix socket and never waits for its reader: the service manager's, the journal's.
public struct DatagramSender: ~Copyable, Sendable {
    /// What became of a datagram.
    public enum Outcome: Hashable, Sendable {
        /// The reader has it.
        case sent
        /// The reader does not keep up: there may be room later.
        case full
        /// There is no reader, or it cannot be sent at all: the errno.
        case failed(Int32)
    }

    /// More than a reader usually lets wait; the kernel gives what it allows.
    private static let sendBufferBytes: Int32 = 8 << 20
    /// What is not longer fits into a datagram in any case.
    private static let certainBytes = 64 << 10

    private let socket: Descriptor
    private let address: [UInt8]

    /// For the socket at `name`: an absolute path, or an abstract name with `@` in front. Nobody needs to be there yet.
    public init(to name: String) throws(SystemError) {
        let address = try Self.address(name)
        let flags = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let raw = try check("socket") { Glibc.socket(AF_UNIX, flags, 0) }
        var size = Self.sendBufferBytes
        let length = socklen_t(MemoryLayout<Int32>.size)
        if setsockopt(raw, SOL_SOCKET, SO_SNDBUFFORCE, &size, length) != 0 {
            setsockopt(raw, SOL_SOCKET, SO_SNDBUF, &size, length)
        }
        socket = Descriptor(owning: raw)
        self.address = address
    }

    /// Sends one datagram at once or not at all.
    public borrowing func send(_ bytes: [UInt8]) -> Outcome {
        let raw = socket.raw
        let count = address.withUnsafeBytes { name in
            sendto(
                raw, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL),
                name.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(name.count))
        }
        if count >= 0 { return .sent }
        let code = errno
        return code == EAGAIN || code == ENOBUFS || code == EINTR ? .full : .failed(code)
    }

    /// Sends an entry of the journal. One that is too long for a datagram goes in memory that is sealed and handed
    /// over, as journald wants it.
    public borrowing func send(entry: JournalEntry) -> Outcome {
        let outcome = send(entry.bytes)
        guard outcome == .failed(EMSGSIZE) || (outcome == .full && entry.bytes.count > Self.certainBytes) else {
            return outcome
        }
        let memory = chost_sealed_memory(entry.bytes, entry.bytes.count)
        guard memory >= 0 else { return .failed(errno) }
        let held = Descriptor(owning: memory)
        return send([], with: held.raw)
    }

    /// Sends one datagram and a copy of the open file `descriptor` at once or not at all.
    public borrowing func send(_ bytes: [UInt8], with descriptor: Int32) -> Outcome {
        guard
            chost_send_descriptor_to(socket.raw, address, address.count, bytes, bytes.count, descriptor) < 0
        else { return .sent }
        let code = errno
        return code == EAGAIN || code == ENOBUFS || code == EINTR ? .full : .failed(code)
    }

    /// The bytes of a sockaddr_un, of exactly the length that the kernel wants.
    private static func address(_ name: String) throws(SystemError) -> [UInt8] {
        let isAbstract = name.hasPrefix("@")
        guard isAbstract || name.hasPrefix("/"), name.utf8.count <= Sockets.pathLimitBytes else {
            throw SystemError(code: EINVAL, call: "send to the socket", subject: name)
        }
        var family = sa_family_t(AF_UNIX)
        let head = withUnsafeBytes(of: &family) { Array($0) }
        return isAbstract ? head + [0] + name.utf8.dropFirst() : head + name.utf8 + [0]
    }
}
