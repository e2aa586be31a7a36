// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An address of this host to listen at.
public struct ListenAddress: Hashable, Sendable {
    /// An IPv4 or IPv6 address, without brackets, or `localhost`.
    public let host: String
    /// The port.
    public let port: UInt16

    /// Port `port` of `host`.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// As in a URL: `127.0.0.1:7788`, `[::1]:7788`.
    public var text: String { Endpoint(host: host, port: port).text }

    /// Reads `127.0.0.1:7788` or `[::1]:7788`.
    static func parse(_ text: String) throws(ValueError) -> ListenAddress {
        try ListenAddress(try Endpoint.parse(text))
    }

    /// An address that the kernel takes: names would have to be looked up.
    fileprivate init(_ endpoint: Endpoint) throws(ValueError) {
        var v4 = in_addr()
        var v6 = in6_addr()
        let isLiteral =
            inet_pton(AF_INET, endpoint.host, &v4) == 1 || inet_pton(AF_INET6, endpoint.host, &v6) == 1
        guard isLiteral || endpoint.host == "localhost" else {
            throw ValueError(
                message: "\(quoted(endpoint.host)) is no address (write one like \"127.0.0.1:7788\" or \"[::1]:7788\")")
        }
        self.init(host: endpoint.host, port: endpoint.port)
    }
}

extension ValueType<ListenAddress> {
    /// An address to listen at, as "127.0.0.1:7788".
    static let listenAddress = ValueType(
        "address", hint: "an address, like \"127.0.0.1:7788\"",
        read: { node, checking in
            guard let text = node.string(hint: "an address, like \"127.0.0.1:7788\"", &checking) else { return nil }
            return node.parsed(&checking) { () throws(ValueError) in try ListenAddress.parse(text) }
        }, show: { quoted($0.text) })
}
