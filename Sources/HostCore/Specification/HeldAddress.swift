// SPDX-License-Identifier: Apache-2.0

/// A TCP address at which hostd listens for a service, so that connections find an open door while it is restarted.
public struct HeldAddress: Hashable, Sendable {
    /// So many a service may have: with the lock they are what one message to a keeper carries.
    public static let limit = 7

    /// An IPv4 or IPv6 address, without brackets.
    public let host: String
    /// The port.
    public let port: UInt16

    /// Port `port` of `host`.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// As in a URL: `127.0.0.1:4000`, `[::1]:4000`.
    public var text: String { (host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host) + ":\(port)" }
}
