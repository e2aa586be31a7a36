// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A TCP address, of either family.
public struct SocketAddress: Hashable, Sendable {
    private let family: Int32
    private let bytes: [UInt8]

    /// The address that a literal or `localhost` names; nil for names that need a lookup.
    public static func literals(host: String, port: UInt16) -> [SocketAddress]? {
        if host == "localhost" { return [v4("127.0.0.1", port), v6("::1", port)].compactMap(\.self) }
        return (v4(host, port) ?? v6(host, port)).map { [$0] }
    }

    /// Asks the resolver. Blocks as long as its timeouts say (10 s and more): never on the loop's thread.
    public static func lookUp(_ name: String) -> LookupAnswer {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else { return .failure(lookupFailure(code)) }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = list
        while let item = entry {
            let bytes = Array(UnsafeRawBufferPointer(start: item.pointee.ai_addr, count: Int(item.pointee.ai_addrlen)))
            found.append(SocketAddress(family: item.pointee.ai_family, bytes: bytes))
            entry = item.pointee.ai_next
        }
        return .addresses(found)
    }

    /// The same address with this port.
    public func with(port: UInt16) -> SocketAddress {
        var changed = bytes
        // Both families have the port here, in network order.
        withUnsafeBytes(of: port.bigEndian) { changed.replaceSubrange(2..<4, with: $0) }
        return SocketAddress(family: family, bytes: changed)
    }

    /// The address without its port, as in a URL: `127.0.0.1`, `[::1]`.
    public var hostText: String {
        let offset = family == AF_INET6 ? 8 : 4
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer -> String in
            bytes.withUnsafeBytes { address in
                guard let start = address.baseAddress?.advanced(by: offset), let base = buffer.baseAddress,
                    inet_ntop(family, start, base, 64) != nil
                else { return "" }
                return String(cString: base)
            }
        }
        return family == AF_INET6 ? "[\(text)]" : text
    }

    /// Begins a connection without waiting: the socket is writable when it stands or has failed (`pendingError`).
    public func startConnect() throws(SystemError) -> Descriptor {
        let descriptor = try makeSocket()
        let raw = descriptor.raw
        let result = withPointer { connect(raw, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else { throw SystemError(code: errno, call: "connect") }
        return descriptor
    }

    /// A datagram socket that sends to this address and hears nobody else, non-blocking.
    public func connectDatagram() throws(SystemError) -> Descriptor {
        let flags = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = Descriptor(owning: try check("socket") { socket(family, flags, 0) })
        let raw = descriptor.raw
        guard withPointer({ connect(raw, $0, $1) }) == 0 else { throw SystemError(code: errno, call: "connect") }
        return descriptor
    }

    /// A TCP socket of its family, non-blocking and close-on-exec.
    func makeSocket() throws(SystemError) -> Descriptor {
        Descriptor(
            owning: try check("socket") {
                socket(
                    family,
                    Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            })
    }

    /// Calls `body` with the address as the kernel wants it.
    func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer -> Int32 in
            guard let address = buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return body(address, socklen_t(buffer.count))
        }
    }

    /// The address with its port, as in a URL: `127.0.0.1:80`, `[::1]:80`.
    public var text: String {
        let port = bytes.count >= 4 ? UInt16(bytes[2]) << 8 | UInt16(bytes[3]) : 0
        return "\(hostText):\(port)"
    }

    /// How a connection that was begun ended: 0, or its errno.
    public static func pendingError(_ raw: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(raw, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    private static func v4(_ host: String, _ port: UInt16) -> SocketAddress? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return nil }
        return SocketAddress(family: AF_INET, bytes: withUnsafeBytes(of: address) { Array($0) })
    }

    private static func v6(_ host: String, _ port: UInt16) -> SocketAddress? {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        guard inet_pton(AF_INET6, bare, &address.sin6_addr) == 1 else { return nil }
        return SocketAddress(family: AF_INET6, bytes: withUnsafeBytes(of: address) { Array($0) })
    }

    private static func lookupFailure(_ code: Int32) -> String {
        switch code {
        case EAI_NONAME, -5: "name not found"  // -5 is EAI_NODATA: the name exists, without an address
        case EAI_AGAIN: "the name server does not answer"
        default: gai_strerror(code).map { "name not looked up: " + String(cString: $0) } ?? "name not looked up"
        }
    }
}

extension SocketAddress {
    /// What the kernel filled in.
    init(_ storage: sockaddr_storage, length: Int) {
        let bytes = withUnsafeBytes(of: storage) { Array($0.prefix(length)) }
        self.init(family: Int32(storage.ss_family), bytes: bytes)
    }
}

/// What a name led to.
public enum LookupAnswer: Sendable {
    /// Its addresses, the one to try first in front; port 0.
    case addresses([SocketAddress])
    /// None: why, in words.
    case failure(String)
}
