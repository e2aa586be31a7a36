// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What the kernel knows of one TCP connection that stands (sock_diag(7), struct tcp_info): anybody may ask.
public struct SocketFigures: Hashable, Sendable {
    /// The inode of the socket, as links of /proc/PID/fd name it.
    public var inode: UInt32
    /// The smoothed round trip, in milliseconds.
    public var rttMilliseconds: Double
    /// Segments that were sent again, ever.
    public var retransmitted: UInt64
    /// Segments that were sent, ever.
    public var sent: UInt64
    /// Since so many milliseconds nothing has come.
    public var silentMilliseconds: UInt32

    private static let family: Int32 = 16
    private static let sockDiag: Int32 = 4
    private static let established: UInt32 = 1 << 1
    private static let wantsInfo: UInt8 = 1 << 1

    /// Those of all connections of the host that go beyond it, and those within it where they are wanted.
    public static func read(local: Bool = false) -> [SocketFigures] {
        [AF_INET, AF_INET6].flatMap { (try? read(family: $0, local)) ?? [] }
    }

    private static func read(family: Int32, _ local: Bool) throws(SystemError) -> [SocketFigures] {
        let flags = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let netlink = Descriptor(owning: try check("socket") { socket(Self.family, flags, sockDiag) })
        let raw = netlink.raw
        var patience = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let request = request(family: family)
        try check("send") { Int32(send(raw, request, request.count, 0)) }
        var found: [SocketFigures] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(raw, &buffer, buffer.count, 0)
            guard count > 0 else { throw SystemError(code: errno, call: "recv") }
            guard take(buffer.prefix(count), local, into: &found) else { return found }
        }
    }

    /// A netlink header and a struct inet_diag_req_v2: all TCP connections of a family that stand.
    private static func request(family: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 72)
        put(UInt32(bytes.count), into: &bytes, at: 0)
        // SOCK_DIAG_BY_FAMILY; NLM_F_REQUEST and NLM_F_DUMP.
        put(UInt32(20) | UInt32(0x301) << 16, into: &bytes, at: 4)
        bytes[16] = UInt8(truncatingIfNeeded: family)
        bytes[17] = UInt8(truncatingIfNeeded: IPPROTO_TCP)
        bytes[18] = wantsInfo
        put(established, into: &bytes, at: 20)
        return bytes
    }

    /// Takes the messages of one read; false after the last one.
    private static func take(_ bytes: ArraySlice<UInt8>, _ local: Bool, into found: inout [SocketFigures]) -> Bool {
        var at = bytes.startIndex
        while at + 16 <= bytes.endIndex {
            let length = Int(word(bytes, at))
            let type = word(bytes, at + 4) & 0xFFFF
            guard type == 20, length >= 16, at + length <= bytes.endIndex else { return false }
            let message = bytes[(at + 16)..<(at + length)]
            if local || !isLocal(message), let figures = figures(message) { found.append(figures) }
            at += (length + 3) & ~3
        }
        return true
    }

    /// A struct inet_diag_msg with its attributes.
    private static func figures(_ message: ArraySlice<UInt8>) -> SocketFigures? {
        let start = message.startIndex
        guard message.count >= 72 else { return nil }
        let inode = word(message, start + 68)
        var at = start + 72
        while at + 4 <= message.endIndex {
            let length = Int(word(message, at) & 0xFFFF)
            guard length >= 4, at + length <= message.endIndex else { return nil }
            // INET_DIAG_INFO: a struct tcp_info, longer with each kernel.
            if word(message, at) >> 16 == 2, length >= 4 + 140 {
                let info = at + 4
                return SocketFigures(
                    inode: inode, rttMilliseconds: Double(word(message, info + 68)) / 1000,
                    retransmitted: UInt64(word(message, info + 100)), sent: UInt64(word(message, info + 136)),
                    silentMilliseconds: word(message, info + 52))
            }
            at += (length + 3) & ~3
        }
        return nil
    }

    /// Both ends are on this host.
    private static func isLocal(_ message: ArraySlice<UInt8>) -> Bool {
        let remote = Array(message.dropFirst(24).prefix(16))
        guard remote.count == 16 else { return true }
        if message.first == UInt8(AF_INET) { return remote[0] == 127 }
        let isMapped = remote[0..<10].allSatisfy { $0 == 0 } && remote[10] == 0xFF && remote[11] == 0xFF
        return (isMapped && remote[12] == 127) || remote == Array(repeating: 0, count: 15) + [1]
    }

    private static func word(_ bytes: ArraySlice<UInt8>, _ at: Int) -> UInt32 {
        guard at + 4 <= bytes.endIndex else { return 0 }
        var value: UInt32 = 0
        withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes[at..<(at + 4)]) }
        return value
    }

    private static func put(_ value: UInt32, into bytes: inout [UInt8], at: Int) {
        withUnsafeBytes(of: value) { bytes.replaceSubrange(at..<(at + 4), with: $0) }
    }
}
