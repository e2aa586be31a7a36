// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension Sockets {
    /// Sends what fits without waiting, and never raises SIGPIPE. Returns how many bytes were sent.
    @discardableResult
    public static func sendNow(_ socket: borrowing Descriptor, _ bytes: [UInt8]) -> Int {
        max(0, send(socket.raw, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)))
    }

    /// Ends a connection in both directions while somebody else owns the descriptor: its owner reads the end.
    public static func shutDown(_ raw: Int32) {
        shutdown(raw, Int32(SHUT_RDWR))
    }
}
