// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension Sockets {
    /// Sends what fits without waiting, and never raises SIGPIPE. Returns how many bytes were sent.
    @discardableResult
    public static func sendNow(_ raw: Int32, _ bytes: [UInt8]) -> Int {
        max(0, send(raw, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)))
    }

    /// What a look at a socket found.
    public enum Look<Found> {
        /// This.
        case bytes(Found)
        /// Nothing yet.
        case later
        /// The other side has ended, or the connection has failed.
        case end
    }

    /// The bytes that wait in a socket, at most `limit`, which stay there.
    public static func peek(_ raw: Int32, upTo limit: Int) -> Look<[UInt8]> {
        var result = 0
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            result = recv(raw, buffer.baseAddress, limit, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
            code = errno
            count = max(0, result)
        }
        return look(result, code) { _ in bytes }
    }

    /// Takes what waits in a socket, at most `limit` bytes, and throws it away.
    public static func discard(_ raw: Int32, upTo limit: Int) -> Look<Int> {
        withUnsafeTemporaryAllocation(byteCount: limit, alignment: 1) { buffer in
            let result = recv(raw, buffer.baseAddress, limit, Int32(MSG_DONTWAIT))
            let code = errno
            return look(result, code) { $0 }
        }
    }

    private static func look<Found>(_ result: Int, _ code: Int32, _ found: (Int) -> Found) -> Look<Found> {
        if result > 0 { return .bytes(found(result)) }
        return result < 0 && (code == EAGAIN || code == EINTR) ? .later : .end
    }

    /// Says that nothing more will be sent, while somebody else owns the descriptor.
    public static func endSending(_ raw: Int32) {
        shutdown(raw, Int32(SHUT_WR))
    }

    /// Ends a connection in both directions while somebody else owns the descriptor: its owner reads the end.
    public static func shutDown(_ raw: Int32) {
        shutdown(raw, Int32(SHUT_RDWR))
    }
}

extension Descriptor {
    /// Sends what a socket takes at once, without SIGPIPE; the number of bytes or the negated errno.
    public borrowing func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        let count = Glibc.send(raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        return count >= 0 ? count : Int(-errno)
    }
}
