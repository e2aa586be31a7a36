// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import Synchronization

/// A name server on 127.0.0.1 that knows nothing, and says so as a test wants it.
public final class TinyNameServer: Sendable {
    /// How it answers.
    public enum Mood: Hashable, Sendable {
        /// With this code (RFC 1035): 0 fine, 2 SERVFAIL, 3 no such name.
        case code(UInt8)
        /// Not at all.
        case silence
    }

    /// The UDP port it listens on.
    public let port: UInt16
    private let raw: Int32
    private let state: Mutex<Mood>

    /// Listens on a free port.
    public init(_ mood: Mood = .code(0)) throws {
        let raw = try check("socket") { socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            try check("bind") { bind(raw, pointer, length) }
            try check("getsockname") { getsockname(raw, pointer, &length) }
        }
        self.raw = raw
        port = address.sin_port.bigEndian
        state = Mutex(mood)
    }

    /// Begins to answer; it does so as long as the test runs.
    public func serve() {
        let server = self
        inBackground {
            while server.answerNext() {}
        }
    }

    /// How it answers from now on.
    public var mood: Mood {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    private func answerNext() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 512)
        var peer = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &peer) { address in
            let pointer = address.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            let count = recvfrom(raw, &bytes, bytes.count, 0, pointer, &length)
            guard count >= 12 else { return count >= 0 }
            if case .code(let code) = mood {
                bytes[2] |= 0x80
                bytes[3] = 0x80 | code
                _ = sendto(raw, bytes, count, Int32(MSG_NOSIGNAL), pointer, length)
            }
            return true
        }
    }
}
