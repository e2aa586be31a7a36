// SPDX-License-Identifier: Apache-2.0

public import HostLinux

/// One request, complete and within its limits.
public nonisolated struct ControlRequest: Sendable {
    /// `GET`, `POST` …
    public var method: String
    /// The parts of the path, decoded: `["v1", "services", "gateway"]`.
    public var path: [String]
    /// The query, decoded; a key without `=` has an empty value.
    public var query: [String: String]
    /// The body.
    public var body: [UInt8]
    /// Who asks.
    public var peer: PeerCredentials
    /// Whether the peer may change things, not only look.
    public var mayChange: Bool

    /// A request.
    public init(
        method: String, path: [String], query: [String: String] = [:], body: [UInt8] = [], peer: PeerCredentials,
        mayChange: Bool = true
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.peer = peer
        self.mayChange = mayChange
    }
}
