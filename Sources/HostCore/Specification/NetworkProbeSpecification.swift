// SPDX-License-Identifier: Apache-2.0

/// A question that is asked again and again to see how the network does.
public struct NetworkProbeSpecification: Hashable, Sendable {
    /// What is asked.
    public enum Target: Hashable, Sendable {
        /// GETs a URL. `expected` are the statuses that only the right server gives; nil: any answer below 500 will do.
        case http(url: String, expected: [ClosedRange<Int>]?)
        /// Connects to `host`:`port`.
        case tcp(host: String, port: UInt16)
        /// Asks a name server for the address of `name`; without `server` the first one of the system.
        case dns(name: String, server: String?)
    }

    /// What people call it.
    public var name: String
    /// What is asked.
    public var target: Target
    /// From one question to the next while all is well.
    public var interval: Duration
    /// A question without an answer after this time has failed.
    public var timeout: Duration

    /// A probe of `target`.
    public init(name: String, target: Target, interval: Duration = .seconds(15), timeout: Duration = .seconds(5)) {
        self.name = name
        self.target = target
        self.interval = interval
        self.timeout = timeout
    }

    /// It asks a name server and no other.
    public var isNameService: Bool {
        if case .dns = target { true } else { false }
    }

    /// It takes a route out of the host to get there.
    public var needsRoute: Bool {
        let host =
            switch target {
            case .http(let url, _): Self.host(of: url)
            case .tcp(let host, _): host
            case .dns(_, let server): server ?? ""
            }
        return !(host == "localhost" || host.hasPrefix("127.") || host.hasPrefix("[::1]") || host == "::1")
    }

    /// It speaks TLS.
    public var usesTLS: Bool {
        if case .http(let url, _) = target { url.hasPrefix("https:") } else { false }
    }

    private static func host(of url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count > 1 else { return "" }
        let authority = parts[1]
        return authority.hasPrefix("[") ? String(authority) : String(authority.prefix { $0 != ":" })
    }
}
